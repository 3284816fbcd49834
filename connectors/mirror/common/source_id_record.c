/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/source_id_record.h"

#include <string.h>

#include "lib/base/jsonx.h"
#include "lib/base/xmem.h"

static const char digits[] = "0123456789abcdef";

char *source_id_topic(const char *source_alias)
{
    return xasprintf("mm2-topic-ids.%s.internal", source_alias);
}

static void add_text(struct buf *out, const char *text)
{
    jsonx_write_string(out, text, strlen(text));
}

void source_id_key(struct buf *out, const char *connector, const char *source_alias,
                   const char *topic, int32_t partition)
{
    buf_add_char(out, '[');
    add_text(out, connector);
    buf_add_str(out, ",{\"cluster\":");
    add_text(out, source_alias);
    buf_add_fmt(out, ",\"partition\":%d,\"topic\":", (int)partition);
    add_text(out, topic);
    buf_add_str(out, "}]");
}

void source_id_value(struct buf *out, const struct source_id *id)
{
    buf_add_str(out, "{\"topicId\":\"");
    for (size_t i = 0; i < sizeof(id->id.bytes); i++) {
        buf_add_char(out, digits[id->id.bytes[i] >> 4]);
        buf_add_char(out, digits[id->id.bytes[i] & 15]);
    }
    buf_add_fmt(out, "\",\"leaderEpoch\":%d}", (int)id->epoch);
}

static bool read_id(const char *text, struct wire_uuid *ret_id)
{
    if (strlen(text) != 2 * sizeof(ret_id->bytes))
        return false;
    for (size_t i = 0; i < sizeof(ret_id->bytes); i++) {
        const char *high = strchr(digits, text[2 * i]), *low = strchr(digits, text[2 * i + 1]);

        if (!high || !low)
            return false;
        ret_id->bytes[i] = (uint8_t)((high - digits) << 4 | (low - digits));
    }
    return true;
}

int source_id_parse(struct slice value, struct source_id *ret_id, struct tern_error *err)
{
    CLEANUP(jsonx_decrefp) json_t *json = NULL;
    const json_t *epoch;
    const char *text;
    struct source_id id;

    if (jsonx_parse(value.at, value.len, &json, err) < 0)
        return -1;
    text = json_string_value(json_object_get(json, "topicId"));
    epoch = json_object_get(json, "leaderEpoch");
    if (!text || !read_id(text, &id.id))
        return tern_fail(err, TERN_EINVALID, "no \"topicId\" of 32 hexadecimal digits");
    if (!json_is_integer(epoch) || json_integer_value(epoch) < -1 ||
        json_integer_value(epoch) > INT32_MAX)
        return tern_fail(err, TERN_EINVALID, "no \"leaderEpoch\" from -1 to 2^31-1");
    id.epoch = (int32_t)json_integer_value(epoch);
    *ret_id = id;
    return 0;
}
