/* SPDX-License-Identifier: Apache-2.0 */
/* Any text is some value with a schema of its own, which can be written and checked. */
#include <assert.h>
#include <stdint.h>

#include "lib/data/schema.h"
#include "lib/data/value.h"
#include "lib/data/value_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(arena_fini) struct arena a = ARENA_INIT;
    CLEANUP(buf_fini) struct buf text = BUF_INIT(1 << 24);
    CLEANUP(buf_fini) struct buf header = BUF_INIT(1 << 24);
    struct tern_value value;
    struct tern_error err;

    values_parse(&a, (const char *)data, size, &value);
    assert(value.schema ? schema_check(value.schema, NULL, &err) == 0
                        : value.type == TERN_VALUE_NULL);
    value_text(&text, &value);
    assert(values_text(&header, &value, &err) == 0);
    assert(value_equal(&value, &value));
    return 0;
}
