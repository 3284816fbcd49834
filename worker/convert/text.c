/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/convert/text.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <strings.h>

#include "lib/base/utf8.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "lib/data/schema.h"
#include "lib/data/value.h"
#include "lib/data/value_text.h"

#include <tern/version.h>

enum {
    CHUNK = 4096
};

struct text_settings {
    const char *encoding;
};

struct text {
    struct converter converter; /* first */
    struct text_settings settings;
    struct config_memory *memory; /* of settings */
    bool is_utf8, is_utf16;
    bool has_to, has_from;
    iconv_t to, from; /* unless is_utf8 */
};

#define AT(field) offsetof(struct text_settings, field)
static const struct tern_config_key text_keys[] = {
    {"converter.encoding", TERN_STRING, "UTF-8", TERN_HIGH, AT(encoding),
     .doc = "The name of the Java character set to use for encoding strings as byte arrays.",
     .width = TERN_WIDTH_MEDIUM, .display_name = "Encoding"},
    TERN_END,
};
#undef AT
static const struct tern_config_key *const text_tables[] = {converter_type_keys, text_keys, NULL};

static struct text *text_of(struct converter *c)
{
    return (struct text *)(void *)c;
}

/* Writes what stands for something that cannot be converted. */
static void replace(iconv_t cd, const char *with, struct buf *out)
{
    char room[16], *to = room, *in = (char *)with; /* iconv() writes nothing to it */
    size_t left = strlen(with), space = sizeof(room);

    iconv(cd, &in, &left, &to, &space);
    buf_add(out, room, (size_t)(to - room));
}

/* All of len bytes; unit: how much is passed over where they cannot be converted. */
static void convert(iconv_t cd, const char *data, size_t len, const char *replacement,
                    bool from_utf8, struct buf *out)
{
    char chunk[CHUNK], *in = (char *)data; /* iconv() writes nothing to it */

    iconv(cd, NULL, NULL, NULL, NULL);
    while (len > 0) {
        char *to = chunk;
        size_t space = sizeof(chunk), step;
        size_t rc = iconv(cd, &in, &len, &to, &space);

        buf_add(out, chunk, (size_t)(to - chunk));
        if (rc != (size_t)-1 || errno == E2BIG)
            continue;
        step = from_utf8 ? utf8_length(in, len) : 1;
        if (step == 0 || step > len)
            step = 1;
        in += step;
        len -= step;
        if (from_utf8)
            replace(cd, replacement, out);
        else
            buf_add_str(out, replacement);
    }
}

static void encode(struct text *t, const struct tern_bytes *utf8, struct buf *out)
{
    if (t->is_utf16)
        buf_add(out, "\xfe\xff", utf8->size ? 2 : 0); /* as Java, which then goes on big endian */
    convert(t->to, utf8->data, utf8->size, "?", true, out);
}

static int text_from_connect(struct converter *c, const char *topic, const struct tern_value *value,
                             struct buf *scratch, struct tern_bytes *ret_bytes,
                             struct tern_error *err)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(scratch->limit);
    struct text *t = text_of(c);
    struct tern_bytes bytes = value->as.bytes;
    bool is_clean = value->type == TERN_VALUE_STRING && bytes.data;

    (void)topic;
    if (value_is_null(value)) {
        *ret_bytes = (struct tern_bytes){NULL, 0};
        return 0;
    }
    is_clean = is_clean && utf8_is_valid(bytes.data, bytes.size);
    if (t->is_utf8 && is_clean) {
        *ret_bytes = bytes;
        return 0;
    }
    if (!is_clean) {
        value_text(t->is_utf8 ? scratch : &text, value);
        bytes = (struct tern_bytes){buf_str(&text), text.len};
    }
    if (!t->is_utf8)
        encode(t, &bytes, scratch);
    if (scratch->failed || text.failed)
        return tern_fail(err, TERN_EINVALID, "text of more than %zu bytes, or %d levels",
                         scratch->limit, VALUE_DEPTH_MAX);
    *ret_bytes = (struct tern_bytes){buf_str(scratch), scratch->len};
    return 0;
}

static bool open_cd(const char *to, const char *from, iconv_t *ret_cd)
{
    *ret_cd = iconv_open(to, from);
    return *ret_cd != (iconv_t)-1; /* NOLINT(performance-no-int-to-ptr): the standard's own words */
}

/* UTF-16 without a mark is big endian in Java. */
static void decode(struct text *t, struct tern_bytes bytes, struct buf *out)
{
    const uint8_t *p = bytes.data;
    bool little = t->is_utf16 && bytes.size >= 2 && p[0] == 0xff && p[1] == 0xfe;
    bool big = t->is_utf16 && bytes.size >= 2 && p[0] == 0xfe && p[1] == 0xff;
    size_t skip = little || big ? 2 : 0;
    iconv_t cd = t->from;

    if (little && !open_cd("UTF-8", "UTF-16LE", &cd))
        return;
    convert(cd, (const char *)p + skip, bytes.size - skip, "\xef\xbf\xbd", false, out);
    if (little)
        iconv_close(cd);
}

static int text_to_connect(struct converter *c, const char *topic, const char *header,
                           struct tern_bytes bytes, struct arena *arena,
                           struct tern_value *ret_value, struct tern_error *err)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(4 * bytes.size + 4);
    struct text *t = text_of(c);

    (void)topic;
    (void)header;
    (void)err;
    if (!bytes.data) {
        *ret_value = (struct tern_value){.type = TERN_VALUE_NULL};
    } else if (t->is_utf8 && utf8_is_valid(bytes.data, bytes.size)) {
        *ret_value = value_string(bytes.data, bytes.size);
    } else {
        if (t->is_utf8)
            utf8_add_clean(&out, bytes.data, bytes.size);
        else
            decode(t, bytes, &out);
        *ret_value = value_string(arena_dup(arena, out.data, out.len), out.len);
    }
    ret_value->schema = schema_plain(TERN_TYPE_STRING, true);
    return 0;
}

/* ---- life ---- */

static void text_close(struct converter *c)
{
    struct text *t = text_of(c);

    if (t->has_to)
        iconv_close(t->to);
    if (t->has_from)
        iconv_close(t->from);
    config_memory_free(t->memory);
    free(t);
}

static int open_encoding(struct text *t, struct tern_error *err)
{
    const char *encoding = t->settings.encoding;
    const char *name = encoding;

    t->is_utf8 = strcasecmp(encoding, "UTF-8") == 0 || strcasecmp(encoding, "UTF8") == 0;
    t->is_utf16 = strcasecmp(encoding, "UTF-16") == 0 || strcasecmp(encoding, "UTF16") == 0;
    if (t->is_utf8)
        return 0;
    if (t->is_utf16)
        name = "UTF-16BE";
    if (*name && !strchr(name, '/')) { /* iconv's own suffixes are no part of a name */
        t->has_to = open_cd(name, "UTF-8", &t->to);
        t->has_from = open_cd("UTF-8", name, &t->from);
    }
    if (!t->has_to || !t->has_from)
        return tern_fail(err, TERN_EINVALID, "Unsupported encoding %s", encoding); /* peer text */
    return 0;
}

static int text_open(const struct converter_class *cls, enum converter_role role,
                     const struct tern_config *config, struct converter **ret_converter,
                     struct tern_error *err)
{
    struct text *t = xcalloc(1, sizeof(*t));

    t->converter.cls = cls;
    t->converter.role = role;
    if (config_bind(text_tables, config, &t->settings, &t->memory, err) < 0 ||
        open_encoding(t, err) < 0) {
        text_close(&t->converter);
        return -1;
    }
    *ret_converter = &t->converter;
    return 0;
}

const struct converter_class text_converter = {
    .name = "org.apache.kafka.connect.storage.StringConverter",
    .alias = "String",
    .roles = 1u << CONVERT_KEY | 1u << CONVERT_VALUE | 1u << CONVERT_HEADER,
    .version = TERN_KAFKA_VERSION,
    .config = text_tables,
    .open = text_open,
    .from_connect = text_from_connect,
    .to_connect = text_to_connect,
    .close = text_close,
};
