/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/convert/json.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "lib/data/schema.h"
#include "lib/data/value.h"
#include "worker/convert/json_priv.h"
#include "worker/convert/schema_cache.h"

#include <tern/version.h>

struct json {
    struct converter converter; /* first */
    /* immutable after open */
    struct json_settings settings;
    struct config_memory *memory; /* of settings */
    struct schema *content;       /* schema.content; NULL: none */

    struct schema_cache *written; /* schema to text */
    struct schema_cache *read;    /* text to schema */
};

static const char *const decimal_formats[] = {"NUMERIC", "BASE64", NULL};
static const struct tern_validator one_format = {.kind = TERN_VALID_ONE_OF_ANY_CASE,
                                                 .strings = decimal_formats};

#define AT(field) offsetof(struct json_settings, field)
static const struct tern_config_key json_keys[] = {
    {"schemas.enable", TERN_BOOL, "true", TERN_HIGH, AT(schemas_enable),
     .doc = "Include schemas within each of the serialized values and keys.", .group = "Schemas",
     .width = TERN_WIDTH_MEDIUM, .display_name = "Enable Schemas"},
    {"schemas.cache.size", TERN_INT, "1000", TERN_HIGH, AT(cache_size),
     .doc = "The maximum number of schemas that can be cached in this converter instance.",
     .group = "Schemas", .order = 1, .width = TERN_WIDTH_MEDIUM,
     .display_name = "Schema Cache Size"},
    {"schema.content", TERN_STRING, NULL, TERN_HIGH, AT(schema_content),
     .doc = "When set, this is used as the schema for all messages, and should be formatted as a "
            "JSON object. Otherwise, the schema is expected to be in the contents of each message. "
            "Applies only when schemas.enable is true.",
     .group = "Schemas", .order = 2, .width = TERN_WIDTH_MEDIUM, .display_name = "Schema Content"},
    {"decimal.format", TERN_STRING, "BASE64", TERN_LOW, AT(decimal_format),
     .doc = "Controls which format this converter will serialize decimals in. This value is case "
            "insensitive and can be either 'BASE64' (default) or 'NUMERIC'.",
     .validator = &one_format, .group = "Serialization", .width = TERN_WIDTH_MEDIUM,
     .display_name = "Decimal Format"},
    {"replace.null.with.default", TERN_BOOL, "true", TERN_LOW, AT(replace_null),
     .doc = "Whether to replace fields that have a default value and that are null to the default "
            "value. When set to true, the default value is used, otherwise null is used.",
     .group = "Serialization", .order = 1, .width = TERN_WIDTH_MEDIUM,
     .display_name = "Replace null with default"},
    TERN_END,
};
#undef AT
static const struct tern_config_key *const json_tables[] = {converter_type_keys, json_keys, NULL};

static struct json *json_of(struct converter *c)
{
    return (struct json *)(void *)c;
}

/* ---- from Connect ---- */

static int scratch_bytes(struct buf *scratch, struct tern_bytes *ret_bytes, struct tern_error *err)
{
    if (scratch->failed)
        return tern_fail(err, TERN_EINVALID, "a value of more than %zu bytes of JSON",
                         scratch->limit);
    *ret_bytes = (struct tern_bytes){buf_str(scratch), scratch->len};
    return 0;
}

/* Appends the text of a schema whose hash is known: made once. */
static int add_schema(struct json *j, const struct tern_schema *s, uint64_t hash, struct buf *out,
                      struct tern_error *err)
{
    const struct schema_cache_entry *known = schema_cache_by_schema(j->written, hash, s);
    CLEANUP(buf_fini) struct buf text = BUF_INIT(out->limit);

    if (!known) {
        if (json_write_schema(&text, &j->settings, s, err) < 0)
            return -1;
        if (text.failed)
            return tern_fail(err, TERN_EINVALID, "a schema of more than %zu bytes", text.limit);
        known = schema_cache_put(j->written, hash, schema_copy(s), buf_slice(&text));
    }
    buf_add(out, known->text.at, known->text.len);
    return 0;
}

static int json_from_connect(struct converter *c, const char *topic, const struct tern_value *value,
                             struct buf *scratch, struct tern_bytes *ret_bytes,
                             struct tern_error *err)
{
    struct json *j = json_of(c);
    const struct tern_schema *s = value->schema;
    uint64_t hash = 0;

    (void)topic;
    if (!s && value_is_null(value)) {
        *ret_bytes = (struct tern_bytes){NULL, 0};
        return 0;
    }
    if (s && schema_check(s, &hash, err) < 0)
        return -1;
    if (j->settings.schemas_enable) {
        buf_add_str(scratch, "{\"schema\":");
        if (!s)
            buf_add_str(scratch, "null");
        else if (add_schema(j, s, hash, scratch, err) < 0)
            return -1;
        buf_add_str(scratch, ",\"payload\":");
    }
    if (json_write_value(scratch, &j->settings, s, value, err) < 0)
        return -1;
    buf_add_str(scratch, j->settings.schemas_enable ? "}" : "");
    return scratch_bytes(scratch, ret_bytes, err);
}

/* ---- to Connect ---- */

static const char parse_failure[] = /* peer text, which a colon follows */
    "Converting byte[] to Kafka Connect data failed due to serialization error";
static const char not_an_envelope[] =
    "JsonConverter with schemas.enable requires \"schema\" and \"payload\" fields and may not "
    "contain additional fields. If you are trying to deserialize plain JSON data, set "
    "schemas.enable=false in your converter configuration.";

static void unref_later(void *schema)
{
    schema_unref(schema);
}

/* Reads a schema, copied: what it says was checked. NULL for the JSON null. */
static int copy_schema(const struct json_settings *settings, const struct jtree *t,
                       struct schema **ret_schema, struct tern_error *err)
{
    CLEANUP(arena_fini) struct arena a = ARENA_INIT;
    const struct tern_schema *s;

    if (json_read_schema(&a, settings, t, &s, err) < 0 || (s && schema_check(s, NULL, err) < 0))
        return -1;
    *ret_schema = s ? schema_copy(s) : NULL;
    return 0;
}

/* The schema that the envelope holds, for as long as the arena lives. */
static int envelope_schema(struct json *j, struct arena *a, const struct jtree *t,
                           const struct tern_schema **ret, struct tern_error *err)
{
    const struct schema_cache_entry *known = schema_cache_by_text(j->read, t->source);
    struct schema *s;

    if (!known) {
        if (copy_schema(&j->settings, t, &s, err) < 0)
            return -1;
        known = schema_cache_put(j->read, schema_cache_hash(t->source), s, t->source);
    }
    *ret = known->schema ? schema_face(known->schema) : NULL;
    if (known->schema)
        arena_defer(a, unref_later, schema_ref(known->schema));
    return 0;
}

/* The payload, and its schema. */
static int open_envelope(struct json *j, struct arena *a, const struct jtree **tree,
                         const struct tern_schema **ret_schema, struct tern_error *err)
{
    const struct jtree *schema = jtree_get(*tree, "schema"), *payload = jtree_get(*tree, "payload");

    if (!schema || !payload || (*tree)->count != 2)
        return tern_fail(err, TERN_EINVALID, "%s", not_an_envelope); /* peer text */
    *tree = payload;
    return envelope_schema(j, a, schema, ret_schema, err);
}

static int json_to_connect(struct converter *c, const char *topic, const char *header,
                           struct tern_bytes bytes, struct arena *a, struct tern_value *ret_value,
                           struct tern_error *err)
{
    struct json *j = json_of(c);
    const struct tern_schema *s = NULL;
    const struct jtree *tree;

    (void)topic;
    (void)header;
    *ret_value = (struct tern_value){.type = TERN_VALUE_NULL};
    if (!bytes.data)
        return 0;
    if (jtree_parse(a, bytes.data, bytes.size, &tree, err) < 0)
        return tern_context(err, "%s", parse_failure);
    if (j->content)
        s = schema_face(j->content);
    else if (j->settings.schemas_enable && open_envelope(j, a, &tree, &s, err) < 0)
        return -1;
    if (!tree && !s)
        return 0;
    if (json_read_value(a, &j->settings, s, tree, ret_value, err) < 0)
        return -1;
    ret_value->schema = s;
    return 0;
}

/* ---- life ---- */

static void json_close(struct converter *c)
{
    struct json *j = json_of(c);

    schema_cache_free(j->written);
    schema_cache_free(j->read);
    schema_unref(j->content);
    config_memory_free(j->memory);
    free(j);
}

static bool is_blank(const char *text)
{
    return !text || text[strspn(text, " \t\r\n")] == '\0';
}

static int read_content(struct json *j, struct tern_error *err)
{
    CLEANUP(arena_fini) struct arena a = ARENA_INIT;
    const char *text = j->settings.schema_content;
    const struct jtree *tree;

    if (!j->settings.schemas_enable || is_blank(text))
        return 0;
    if (jtree_parse(&a, text, strlen(text), &tree, err) < 0) {
        return tern_context(err, /* peer text */
                            "Failed to parse schema in converter config due to serialization "
                            "error");
    }
    return copy_schema(&j->settings, tree, &j->content, err);
}

static int json_open(const struct converter_class *cls, enum converter_role role,
                     const struct tern_config *config, struct converter **ret_converter,
                     struct tern_error *err)
{
    struct json *j = xcalloc(1, sizeof(*j));
    size_t cache;

    j->converter.cls = cls;
    j->converter.role = role;
    if (config_bind(json_tables, config, &j->settings, &j->memory, err) < 0 ||
        read_content(j, err) < 0) {
        json_close(&j->converter);
        return -1;
    }
    j->settings.numeric_decimals = strcasecmp(j->settings.decimal_format, "numeric") == 0;
    cache = j->settings.cache_size > 0 ? (size_t)j->settings.cache_size : 0;
    j->written = schema_cache_new(cache);
    j->read = schema_cache_new(cache);
    *ret_converter = &j->converter;
    return 0;
}

const struct converter_class json_converter = {
    .name = "org.apache.kafka.connect.json.JsonConverter",
    .alias = "Json",
    .roles = 1u << CONVERT_KEY | 1u << CONVERT_VALUE | 1u << CONVERT_HEADER,
    .version = TERN_KAFKA_VERSION,
    .config = json_tables,
    .open = json_open,
    .from_connect = json_from_connect,
    .to_connect = json_to_connect,
    .close = json_close,
};
