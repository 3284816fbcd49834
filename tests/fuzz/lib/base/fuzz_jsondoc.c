/* SPDX-License-Identifier: Apache-2.0 */
/* What the strict reader accepts, the lenient one reads as the same value. */
#include "lib/base/jsondoc.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/jsonx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(jsondoc_freep) struct jsondoc *doc = NULL, *again = NULL;
    CLEANUP(jsonx_decrefp) json_t *json = NULL, *same = NULL;
    CLEANUP(buf_fini) struct buf text = BUF_INIT(1 << 26);
    struct tern_error err;

    if (jsondoc_parse(data, size, &doc, &err) < 0)
        return 0;
    if (jsondoc_to_json(jsondoc_root(doc), &json, &err) < 0)
        return 0;
    jsonx_write(&text, json);
    assert(!text.failed);
    assert(jsondoc_parse(text.data, text.len, &again, &err) == 0);
    assert(jsondoc_to_json(jsondoc_root(again), &same, &err) == 0);
    assert(json_equal(json, same));
    return 0;
}
