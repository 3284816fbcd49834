/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/outgoing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "worker/task/trace.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.WorkerSourceTask");

enum {
    CONVERTED_MAX_BYTES = 1024 * 1024 * 1024,
    HEADERS_MAX = 100000
};

static const char data_exception[] = "org.apache.kafka.connect.errors.DataException";

struct record_origin outgoing_origin(const struct tern_source_record *rec)
{
    if (!rec->source)
        return (struct record_origin){NULL, NULL};
    return (struct record_origin){host_partition_key(rec->source), host_offset_name(rec->source)};
}

/* ---- opening and closing ---- */

static int open_converter(struct outgoing *out, enum converter_role role,
                          struct converter **converter, struct tern_error *err)
{
    static const char *const names[] = {"key", "value", "header"};

    if (converter_open(role, &out->conf.connector_config, &out->conf.worker_config, converter,
                       err) < 0)
        return -1;
    log_info("Set up the %s converter class %s for task %s using the %s config", names[role],
             (*converter)->cls->name, out->conf.id,
             (*converter)->from_connector ? "connector" : "worker"); /* peer text */
    return 0;
}

int outgoing_open(struct outgoing *out, const struct outgoing_conf *conf, struct tern_error *err)
{
    *out = (struct outgoing){.conf = *conf, .key_scratch = BUF_INIT(CONVERTED_MAX_BYTES)};
    if (open_converter(out, CONVERT_KEY, &out->key, err) < 0 ||
        open_converter(out, CONVERT_VALUE, &out->value, err) < 0 ||
        open_converter(out, CONVERT_HEADER, &out->header, err) < 0)
        return -1;
    return 0;
}

void outgoing_fini(struct outgoing *out)
{
    converter_close(out->key);
    converter_close(out->value);
    converter_close(out->header);
    for (size_t i = 0; i < out->header_cap; i++)
        buf_fini(&out->header_scratch[i]);
    free(out->header_scratch);
    free(out->headers);
    buf_fini(&out->key_scratch);
}

/* ---- conversion ---- */

/* One call of a converter, to be made again where that may help. */
struct conversion {
    struct converter *converter;
    const char *topic;
    const struct tern_value *value;
    struct buf *scratch;
    struct tern_bytes *ret_bytes;
};

static int convert_once(void *arg, struct tern_error *err)
{
    struct conversion *c = arg;

    buf_clear(c->scratch);
    return converter_from_connect(c->converter, c->topic, c->value, c->scratch, c->ret_bytes, err);
}

static bool wait_to_retry(void *arg, int64_t timeout_ms)
{
    const struct tern_host *host = host_face(arg);

    return host->wait(host, timeout_ms);
}

/* -1: reported, and the task has failed or the record is to be left out. */
static int not_converted(struct outgoing *out, const struct converter *c,
                         enum tolerance_stage stage, const struct tern_source_record *rec,
                         const struct tern_error *err)
{
    const struct record_origin origin = outgoing_origin(rec);
    const struct tern_host *host = host_face(out->conf.host);

    tolerance_report(out->conf.tolerance, stage, c->cls->name, rec, &origin, err->msg);
    if (!out->conf.tolerance->all && !host->stopping(host)) {
        out->trace = trace_text_as(
            "Tolerance exceeded in error handler",
            err->code == TERN_ERETRIABLE ? trace_class(err->code) : data_exception, err);
    }
    return -1;
}

static int convert(struct outgoing *out, struct converter *c, enum tolerance_stage stage,
                   const struct tern_source_record *rec, const struct tern_value *value,
                   struct buf *scratch, struct tern_bytes *ret_bytes)
{
    struct conversion conversion = {c, rec->topic, value, scratch, ret_bytes};
    struct tern_error err;

    if (tolerance_run(out->conf.tolerance, convert_once, &conversion, wait_to_retry, out->conf.host,
                      &err) == 0)
        return 0;
    return not_converted(out, c, stage, rec, &err);
}

static void want_headers(struct outgoing *out, size_t count)
{
    if (count <= out->header_cap)
        return;
    out->headers = xreallocarray(out->headers, count, sizeof(*out->headers));
    out->header_scratch = xreallocarray(out->header_scratch, count, sizeof(*out->header_scratch));
    for (size_t i = out->header_cap; i < count; i++)
        out->header_scratch[i] = (struct buf)BUF_INIT(CONVERTED_MAX_BYTES);
    out->header_cap = count;
}

static int convert_headers(struct outgoing *out, const struct tern_source_record *rec)
{
    want_headers(out, rec->header_count);
    for (size_t i = 0; i < rec->header_count; i++) {
        out->headers[i].key = rec->headers[i].key;
        if (convert(out, out->header, STAGE_HEADER_CONVERTER, rec, &rec->headers[i].value,
                    &out->header_scratch[i], &out->headers[i].value) < 0)
            return -1;
    }
    out->record.headers = out->headers;
    out->record.header_count = rec->header_count;
    return 0;
}

/* What the producer does not copy lives as long as the batch. */
static int convert_value(struct outgoing *out, const struct tern_source_record *rec)
{
    struct buf scratch = BUF_INIT(CONVERTED_MAX_BYTES);
    int rc = convert(out, out->value, STAGE_VALUE_CONVERTER, rec, &rec->value, &scratch,
                     &out->record.value);

    out->value_memory = scratch.data;
    return rc;
}

/* Plugins are input. */
static int check_record(const struct outgoing *out, const struct tern_source_record *rec,
                        struct tern_error *err)
{
    if (!rec->topic || !*rec->topic)
        return tern_fail(err, TERN_EINTERNAL, "a record without a topic");
    if (rec->partition < -1) {
        return tern_fail(err, TERN_EINTERNAL, /* peer text */
                         "Invalid partition: %" PRId32 ". Partition number should always be "
                         "non-negative or null.",
                         rec->partition);
    }
    if (rec->header_count > HEADERS_MAX || (rec->header_count && !rec->headers))
        return tern_fail(err, TERN_EINTERNAL, "a record with %zu headers", rec->header_count);
    for (size_t i = 0; i < rec->header_count; i++) {
        if (!rec->headers[i].key)
            return tern_fail(err, TERN_EINTERNAL, "a record with a header without a key");
    }
    if (out->conf.forbidden_topic && strcmp(rec->topic, out->conf.forbidden_topic) == 0) {
        return tern_fail(err, TERN_EINTERNAL, /* peer text */
                         "Source tasks may not produce to their own offsets topics when "
                         "exactly-once support is enabled");
    }
    if (rec->source && !host_owns(out->conf.host, rec->source))
        return tern_fail(err, TERN_EINTERNAL, "a record with a source partition of another task");
    return 0;
}

/* -1: likewise. */
static int convert_all(struct outgoing *out, const struct tern_source_record *rec)
{
    /* The chain of transforms belongs here: what it filters is skipped like a failed conversion. */
    if (convert_headers(out, rec) < 0 || convert(out, out->key, STAGE_KEY_CONVERTER, rec, &rec->key,
                                                 &out->key_scratch, &out->record.key) < 0)
        return -1;
    return convert_value(out, rec);
}

int outgoing_prepare(struct outgoing *out, const struct tern_source_record *rec, char **ret_trace)
{
    struct tern_error err;

    out->value_memory = NULL;
    out->trace = NULL;
    if (check_record(out, rec, &err) < 0) {
        *ret_trace = trace_text_as(NULL, trace_class(err.code), &err);
        return -1;
    }
    if (convert_all(out, rec) < 0) {
        *ret_trace = TAKE(out->trace);
        return -1;
    }
    if (rec->timestamp_ms < -1) {
        (void)tern_fail(&err, TERN_EINTERNAL, "Invalid record timestamp %" PRId64,
                        rec->timestamp_ms); /* peer text */
        *ret_trace = trace_text_as(NULL, "org.apache.kafka.common.InvalidRecordException", &err);
        return -1;
    }
    out->record.topic = rec->topic;
    out->record.partition = rec->partition;
    out->record.timestamp_ms = rec->timestamp_ms;
    out->ready = true;
    return 0;
}
