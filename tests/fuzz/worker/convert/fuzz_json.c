/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON of any kind becomes a value or an error; a value can be written again, and what was
 * written can be read. The first byte: 0 with an envelope, else without.
 */
#include <assert.h>
#include <stdint.h>

#include "lib/base/strmap.h"
#include "lib/data/schema.h"
#include "lib/data/value_text.h"
#include "worker/convert/converter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct converter *open_json(bool schemas)
{
    const struct converter_class *cls = converter_find(CONVERT_VALUE, "JsonConverter");
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config config;
    struct converter *c;
    struct tern_error err;

    strmap_set(&settings, "converter.type", "value");
    strmap_set(&settings, "schemas.enable", schemas ? "true" : "false");
    strmap_set(&settings, "schemas.cache.size", "2");
    config = strmap_config(&settings);
    if (cls->open(cls, CONVERT_VALUE, &config, &c, &err) < 0)
        return NULL;
    return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct converter *both[2];
    CLEANUP(arena_fini) struct arena a = ARENA_INIT;
    CLEANUP(buf_fini) struct buf scratch = BUF_INIT(1 << 24);
    CLEANUP(buf_fini) struct buf text = BUF_INIT(1 << 24);
    struct tern_value value, again;
    struct tern_bytes out;
    struct converter *c;
    struct tern_error err;

    for (int i = 0; i < 2; i++) {
        if (!both[i])
            both[i] = open_json(i == 0);
    }
    if (size == 0)
        return 0;
    c = both[data[0] != 0];
    if (converter_to_connect(c, "t", NULL, (struct tern_bytes){data + 1, size - 1}, &a, &value,
                             &err) < 0)
        return 0;
    assert(!value.schema || schema_check(value.schema, NULL, &err) == 0);
    value_text(&text, &value);
    if (converter_from_connect(c, "t", &value, &scratch, &out, &err) == 0 && out.data)
        assert(converter_to_connect(c, "t", NULL, out, &a, &again, &err) == 0 ||
               value.schema); /* a lenient value need not be one of its schema */
    return 0;
}
