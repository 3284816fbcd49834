/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/record_text.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/jsonx.h"
#include "lib/data/schema.h"
#include "lib/data/value_text.h"

/* JSON as Java's maps print it; what is none as it is. at: the element of an array, or -1. */
static void add_json(struct buf *out, const char *text, int at)
{
    CLEANUP(jsonx_decrefp) json_t *json = NULL;
    struct tern_error err;

    if (jsonx_parse(text, strlen(text), &json, &err) < 0) {
        buf_add_str(out, text);
        return;
    }
    if (at >= 0 && json_array_get(json, (size_t)at))
        jsonx_write_java(out, json_array_get(json, (size_t)at));
    else
        jsonx_write_java(out, json);
}

static void add_origin(struct buf *out, const struct tern_source_record *r,
                       const struct record_origin *origin)
{
    buf_add_str(out, "SourceRecord{sourcePartition=");
    if (origin->key)
        add_json(out, origin->key, 1);
    else
        buf_add_str(out, "null");
    buf_add_str(out, ", sourceOffset=");
    if (r->offset_json)
        add_json(out, r->offset_json, -1);
    else if (origin->key)
        buf_add_fmt(out, "{%s=%" PRId64 "}", origin->offset_name, r->offset);
    else
        buf_add_str(out, "null");
    buf_add_str(out, "} ");
}

/* Plugins are input: a schema that is not whole is not shown. */
static void add_value(struct buf *out, const char *name, const struct tern_value *v)
{
    struct tern_error err;
    bool whole = !v->schema || schema_check(v->schema, NULL, &err) == 0;

    buf_add_fmt(out, "%s=", name);
    if (whole)
        value_text(out, v);
    else
        buf_add_str(out, "?");
}

static void add_schema(struct buf *out, const char *name, const struct tern_value *v)
{
    struct tern_error err;

    buf_add_fmt(out, "%s=", name);
    if (v->schema && schema_check(v->schema, NULL, &err) < 0)
        buf_add_str(out, "?");
    else
        schema_text(out, v->schema);
}

static void add_headers(struct buf *out, const struct tern_source_record *r)
{
    buf_add_str(out, ", headers=ConnectHeaders(headers=");
    for (size_t i = 0; r->headers && i < r->header_count; i++) {
        const struct tern_header *h = &r->headers[i];

        buf_add_fmt(out, "%sConnectHeader(key=%s, ", i ? ", " : "[", h->key ? h->key : "null");
        add_value(out, "value", &h->value);
        add_schema(out, ", schema", &h->value);
        buf_add_char(out, ')');
    }
    buf_add_str(out, r->headers && r->header_count ? "])}" : ")}");
}

static void add_number(struct buf *out, const char *name, int64_t number)
{
    if (number == -1)
        buf_add_fmt(out, ", %s=null", name);
    else
        buf_add_fmt(out, ", %s=%" PRId64, name, number);
}

void record_text(struct buf *out, const struct tern_source_record *r,
                 const struct record_origin *origin)
{
    add_origin(out, r, origin);
    buf_add_fmt(out, "ConnectRecord{topic='%s'", r->topic ? r->topic : "null");
    add_number(out, "kafkaPartition", r->partition);
    add_value(out, ", key", &r->key);
    add_schema(out, ", keySchema", &r->key);
    add_value(out, ", value", &r->value);
    add_schema(out, ", valueSchema", &r->value);
    add_number(out, "timestamp", r->timestamp_ms);
    add_headers(out, r);
}
