/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/checkpoint/checkpoint_round.h"

#include "connectors/mirror/common/checkpoint.h"
#include "connectors/mirror/common/mirror_bytes.h"
#include "lib/base/log.h"
#include "lib/base/vec.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorCheckpointTask");

enum {
    RECORD_MAX_BYTES = 128 * 1024, /* three strings of 32 KiB and change */
};

struct checkpoint_round {
    struct tern_source_batch batch;
    const struct tern_host *host;
    const char *topic;
    int64_t begun_ms;
    VEC(struct tern_source_record) records;
    VEC(struct buf) bytes; /* key and value of each record, in turn */
};

struct checkpoint_round *checkpoint_round_new(const struct tern_host *host, const char *topic,
                                              int64_t begun_ms)
{
    struct checkpoint_round *r = xcalloc(1, sizeof(*r));

    r->host = host;
    r->topic = topic;
    r->begun_ms = begun_ms;
    return r;
}

static void round_free(struct checkpoint_round *r)
{
    for (size_t i = 0; i < r->bytes.count; i++)
        buf_fini(&r->bytes.at[i]);
    vec_fini(&r->bytes);
    vec_fini(&r->records);
    free(r);
}

static void round_release(struct tern_source_batch *batch)
{
    round_free(CONTAINER_OF(batch, struct checkpoint_round, batch));
}

struct tern_source_batch *checkpoint_round_end(struct checkpoint_round *r)
{
    if (!r->records.count) {
        round_free(r);
        return NULL;
    }
    r->batch = (struct tern_source_batch){r->records.at, r->records.count, round_release, NULL};
    return &r->batch;
}

static struct tern_value bytes_of(const struct buf *b)
{
    return mirror_bytes(b->data, b->len);
}

static int add_record(struct checkpoint_round *r, const char *group,
                      const struct checkpoint_entry *entry, struct tern_error *err)
{
    struct checkpoint cp = {.group = slice_str(group),
                            .topic = slice_str(entry->topic),
                            .partition = entry->partition,
                            .upstream_offset = entry->upstream_offset,
                            .downstream_offset = entry->downstream_offset,
                            .metadata = slice_str(entry->metadata)};
    struct tern_field fields[CHECKPOINT_SOURCE_FIELDS];
    struct buf key = BUF_INIT(RECORD_MAX_BYTES), value = BUF_INIT(RECORD_MAX_BYTES);
    struct tern_source_partition *source;

    checkpoint_source_fields(group, entry->topic, entry->partition, fields);
    if (checkpoint_encode(&cp, &key, &value, err) < 0 ||
        r->host->source_partition(r->host, fields, COUNT_OF(fields), CHECKPOINT_OFFSET_NAME,
                                  &source, err) < 0) {
        buf_fini(&key);
        buf_fini(&value);
        return -1;
    }
    vec_push(&r->bytes, key);
    vec_push(&r->bytes, value);
    vec_push(&r->records, (struct tern_source_record){.topic = r->topic,
                                                      .partition = CHECKPOINT_PARTITION,
                                                      .timestamp_ms = r->begun_ms,
                                                      .key = bytes_of(&key),
                                                      .value = bytes_of(&value),
                                                      .source = source,
                                                      .offset = CHECKPOINT_OFFSET_VALUE});
    return 0;
}

void checkpoint_round_add(void *round, const char *group, const struct checkpoint_entry *entry)
{
    struct tern_error err;

    if (add_record(round, group, entry, &err) < 0)
        log_error("Could not make a checkpoint of group '%s' in '%s-%d': %s", group, entry->topic,
                  (int)entry->partition, err.msg);
}
