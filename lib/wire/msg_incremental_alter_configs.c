/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/msg_incremental_alter_configs.h"

#include <stdlib.h>

#include "lib/base/xmem.h"

enum {
    RESOURCE_TOPIC = 2, /* Kafka's ConfigResource.Type */
    OPERATION_SET = 0,
    OPERATION_DELETE = 1,
    RESULT_MIN_BYTES = 5, /* error, an empty compact message, type, an empty compact name */
};

static void put_topic(struct wire_writer *w, const struct msg_topic_config_changes *topic)
{
    wire_put_i8(w, RESOURCE_TOPIC);
    wire_put_string(w, topic->topic);
    wire_put_array(w, topic->count);
    for (size_t i = 0; i < topic->count; i++) {
        wire_put_string(w, topic->changes[i].name);
        wire_put_i8(w, topic->changes[i].value.at ? OPERATION_SET : OPERATION_DELETE);
        wire_put_nullable_string(w, topic->changes[i].value);
        wire_put_no_tags(w);
    }
    wire_put_no_tags(w);
}

void msg_incremental_alter_configs_encode(
    struct wire_writer *w, int16_t version,
    const struct msg_incremental_alter_configs_request *request)
{
    (void)version; /* the two differ in their form only */
    wire_put_array(w, request->count);
    for (size_t i = 0; i < request->count; i++)
        put_topic(w, &request->topics[i]);
    wire_put_bool(w, request->validate_only);
    wire_put_no_tags(w);
}

int msg_incremental_alter_configs_decode(
    struct slice body, int16_t version, struct msg_incremental_alter_configs_response *ret_response,
    struct tern_error *err)
{
    struct msg_incremental_alter_configs_response m = {0};
    struct wire_reader r = wire_api_reader(WIRE_INCREMENTAL_ALTER_CONFIGS, version, body);
    size_t count;

    m.throttle_ms = wire_i32(&r);
    count = wire_array(&r, RESULT_MIN_BYTES);
    m.results = xcalloc(count, sizeof(*m.results));
    for (; m.count < count; m.count++) {
        m.results[m.count].error = wire_i16(&r);
        m.results[m.count].message = wire_nullable_string(&r);
        wire_i8(&r); /* the type: we asked for topics only */
        m.results[m.count].topic = wire_string(&r);
        wire_skip_tags(&r);
    }
    wire_skip_tags(&r);
    if (wire_api_decoded(&r, WIRE_INCREMENTAL_ALTER_CONFIGS, version, err) < 0) {
        free(m.results);
        return -1;
    }
    *ret_response = m;
    return 0;
}

void msg_incremental_alter_configs_fini(struct msg_incremental_alter_configs_response *response)
{
    free(response->results);
    *response = (struct msg_incremental_alter_configs_response){0};
}
