/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/msg_offset_for_leader_epoch.h"

#include <stdlib.h>

#include "lib/base/vec.h"

enum {
    CONSUMER_REPLICA = -1,
    TOPIC_MIN_BYTES = 2,      /* an empty compact name, an empty compact array */
    PARTITION_MIN_BYTES = 18, /* error, partition, epoch, offset */
};

struct ends {
    struct msg_leader_epoch_end *at;
    size_t count;
    size_t cap;
};

void msg_offset_for_leader_epoch_encode(struct wire_writer *w, int16_t version,
                                        const struct msg_offset_for_leader_epoch_request *request)
{
    if (version >= 3)
        wire_put_i32(w, CONSUMER_REPLICA);
    wire_put_array(w, request->topic_count);
    for (size_t i = 0; i < request->topic_count; i++) {
        const struct msg_leader_epoch_topic *t = &request->topics[i];

        wire_put_string(w, t->topic);
        wire_put_array(w, t->partition_count);
        for (size_t k = 0; k < t->partition_count; k++) {
            wire_put_i32(w, t->partitions[k].partition);
            wire_put_i32(w, t->partitions[k].current_leader_epoch);
            wire_put_i32(w, t->partitions[k].leader_epoch);
            wire_put_no_tags(w);
        }
        wire_put_no_tags(w);
    }
    wire_put_no_tags(w);
}

static void read_topic(struct wire_reader *r, struct ends *ends)
{
    struct slice topic = wire_string(r);
    size_t count = wire_array(r, PARTITION_MIN_BYTES);

    for (size_t i = 0; i < count && !r->failed; i++) {
        struct msg_leader_epoch_end end = {.topic = topic};

        end.error = wire_i16(r);
        end.partition = wire_i32(r);
        end.leader_epoch = wire_i32(r);
        end.end_offset = wire_i64(r);
        wire_skip_tags(r);
        vec_push(ends, end);
    }
    wire_skip_tags(r);
}

int msg_offset_for_leader_epoch_decode(struct slice body, int16_t version,
                                       struct msg_offset_for_leader_epoch_response *ret_response,
                                       struct tern_error *err)
{
    struct wire_reader r = wire_api_reader(WIRE_OFFSET_FOR_LEADER_EPOCH, version, body);
    int32_t throttle_ms = wire_i32(&r);
    size_t count = wire_array(&r, TOPIC_MIN_BYTES);
    struct ends ends = {0};

    for (size_t i = 0; i < count && !r.failed; i++)
        read_topic(&r, &ends);
    wire_skip_tags(&r);
    if (wire_api_decoded(&r, WIRE_OFFSET_FOR_LEADER_EPOCH, version, err) < 0) {
        vec_fini(&ends);
        return -1;
    }
    *ret_response = (struct msg_offset_for_leader_epoch_response){throttle_ms, ends.at, ends.count};
    return 0;
}

void msg_offset_for_leader_epoch_fini(struct msg_offset_for_leader_epoch_response *response)
{
    free(response->ends);
    *response = (struct msg_offset_for_leader_epoch_response){0};
}
