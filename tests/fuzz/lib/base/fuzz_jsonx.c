/* SPDX-License-Identifier: Apache-2.0 */
/* What is read is written, and what was written is read as the same. */
#include "lib/base/jsonx.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(jsonx_decrefp) json_t *value = NULL, *again = NULL;
    CLEANUP(buf_fini) struct buf text = BUF_INIT(1 << 26), same = BUF_INIT(1 << 26);
    struct tern_error err;

    if (jsonx_parse(data, size, &value, &err) < 0)
        return 0;
    jsonx_write(&text, value);
    assert(!text.failed);
    assert(jsonx_parse(text.data, text.len, &again, &err) == 0);
    jsonx_write(&same, again);
    assert(slice_equal(buf_slice(&text), buf_slice(&same)));
    return 0;
}
