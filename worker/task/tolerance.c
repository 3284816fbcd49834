/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/tolerance.h"

#include <inttypes.h>

#include "lib/base/jsonx.h"
#include "lib/base/log.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.errors.LogReporter");

enum {
    RECORD_TEXT_MAX_BYTES = 64 * 1024
};

static const char *const stage_names[] = {"HEADER_CONVERTER", "KEY_CONVERTER", "VALUE_CONVERTER",
                                          "KAFKA_PRODUCE"};

const char *tolerance_stage_name(enum tolerance_stage stage)
{
    return stage_names[stage];
}

static void add_value(struct buf *out, const struct tern_value *v)
{
    switch (v->type) {
    case TERN_VALUE_BOOLEAN:
        buf_add_str(out, v->as.boolean ? "true" : "false");
        break;
    case TERN_VALUE_INT8:
    case TERN_VALUE_INT16:
    case TERN_VALUE_INT32:
    case TERN_VALUE_INT64:
        buf_add_fmt(out, "%" PRId64, v->as.integer);
        break;
    case TERN_VALUE_FLOAT32:
    case TERN_VALUE_FLOAT64:
        jsonx_write_double(out, v->as.number);
        break;
    case TERN_VALUE_STRING:
        buf_add(out, v->as.bytes.data, v->as.bytes.data ? v->as.bytes.size : 0);
        break;
    case TERN_VALUE_BYTES:
        buf_add_fmt(out, "[%zu bytes]", v->as.bytes.size);
        break;
    default:
        buf_add_str(out, "null");
        break;
    }
}

static void add_headers(struct buf *out, const struct tern_source_record *r)
{
    for (size_t i = 0; i < r->header_count; i++) {
        buf_add_str(out, i ? ", " : "");
        buf_add_fmt(out, "ConnectHeader(key=%s, value=", r->headers[i].key);
        add_value(out, &r->headers[i].value);
        buf_add_char(out, ')');
    }
}

void tolerance_record_text(struct buf *out, const struct tern_source_record *r,
                           const char *source_key)
{
    buf_add_fmt(out, "SourceRecord{source=%s, offset=%" PRId64 "} ",
                source_key ? source_key : "null", r->offset);
    buf_add_fmt(out, "ConnectRecord{topic='%s', kafkaPartition=", r->topic);
    if (r->partition >= 0)
        buf_add_fmt(out, "%" PRId32, r->partition);
    else
        buf_add_str(out, "null");
    buf_add_str(out, ", key=");
    add_value(out, &r->key);
    buf_add_str(out, ", value=");
    add_value(out, &r->value);
    buf_add_fmt(out, ", timestamp=%" PRId64 ", headers=ConnectHeaders(headers=[", r->timestamp_ms);
    add_headers(out, r);
    buf_add_str(out, "])}");
}

void tolerance_report(const struct tolerance *t, enum tolerance_stage stage, const char *class_name,
                      const struct tern_source_record *record, const char *source_key,
                      const char *error)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(RECORD_TEXT_MAX_BYTES);

    if (!t->log)
        return;
    if (t->log_record) {
        buf_add_str(&text, ", where source record is = ");
        tolerance_record_text(&text, record, source_key);
    }
    log_error("Error encountered in task %s. Executing stage '%s' with class '%s'%s.: %s", t->id,
              stage_names[stage], class_name, buf_str(&text), error); /* peer text */
}
