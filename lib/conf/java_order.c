/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/conf/java_order.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/macros.h"
#include "lib/base/strmap.h"
#include "lib/base/utf8.h"
#include "lib/base/xmem.h"

/* The code point at p; its length in bytes. A byte that begins no character stands for itself. */
static size_t code_at(const unsigned char *p, uint32_t *ret_code)
{
    size_t len = utf8_length(p, strnlen((const char *)p, 4));
    uint32_t code = p[0];

    if (len > 1)
        code &= 0x7fu >> len;
    for (size_t i = 1; i < len; i++)
        code = code << 6 | (p[i] & 0x3f);
    *ret_code = code;
    return len ? len : 1;
}

uint32_t java_hash(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    uint32_t hash = 0, code;

    while (*p) {
        p += code_at(p, &code);
        if (code >= 0x10000) { /* two units */
            hash = 31 * hash + (0xd800 + ((code - 0x10000) >> 10));
            code = 0xdc00 + ((code - 0x10000) & 0x3ff);
        }
        hash = 31 * hash + code;
    }
    return hash;
}

struct placed {
    uint32_t bucket;
    size_t index;
    const char *key;
};

static int compare_places(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;

    if (x->bucket != y->bucket)
        return x->bucket < y->bucket ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* least: a power of two. */
static void sort_by_bucket(const char **keys, size_t count, size_t of, uint32_t least)
{
    struct placed *places = xcalloc(count + 1, sizeof(*places));
    uint32_t buckets = least;

    while (of * 4 > (size_t)buckets * 3)
        buckets *= 2;
    for (size_t i = 0; i < count; i++) {
        uint32_t hash = java_hash(keys[i]);

        places[i] = (struct placed){(hash ^ hash >> 16) & (buckets - 1), i, keys[i]};
    }
    qsort(places, count, sizeof(*places), compare_places);
    for (size_t i = 0; i < count; i++)
        keys[i] = places[i].key;
    free(places);
}

void java_order_sort(const char **keys, size_t count, size_t of)
{
    sort_by_bucket(keys, count, of, 16);
}

char *java_map_text(const struct tern_config *config)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(SIZE_MAX);
    const char **keys = xcalloc(config->count + 1, sizeof(*keys));

    for (size_t i = 0; i < config->count; i++)
        keys[i] = config->entries[i].key;
    sort_by_bucket(keys, config->count, config->count, 1); /* a map that was made for so many */
    buf_add_char(&out, '{');
    for (size_t i = 0; i < config->count; i++) {
        const char *value = config_get(config, keys[i]);

        buf_add_fmt(&out, "%s%s=%s", i ? ", " : "", keys[i], value ? value : "null");
    }
    buf_add_char(&out, '}');
    free(keys);
    return buf_take_str(&out);
}
