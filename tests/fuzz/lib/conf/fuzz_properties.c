/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the bytes are: a map of UTF-8 with a line for each key, or an error and no map. */
#include "lib/conf/properties.h"

#include <assert.h>
#include <string.h>

#include "lib/base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(enum properties_encoding encoding, const uint8_t *data, size_t size)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT, lines = STRMAP_INIT;
    struct tern_error err = {0};

    if (properties_parse_as(encoding, data, size, "f", &map, &lines, &err) < 0) {
        assert(err.code == TERN_EINVALID && map.count == 0 && lines.count == 0);
        return;
    }
    assert(lines.count == map.count);
    STRMAP_FOREACH (&map, e) {
        long line = properties_line_of(&lines, e->key);

        assert(utf8_is_valid(e->key, strlen(e->key)));
        assert(utf8_is_valid(e->value, strlen(e->value)));
        assert(line >= 1 && (size_t)line <= size + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check(PROPERTIES_LATIN1, data, size);
    check(PROPERTIES_UTF8, data, size);
    return 0;
}
