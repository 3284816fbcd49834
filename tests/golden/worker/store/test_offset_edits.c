/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of offsets in the order in which a Java HashMap has them. */
#include "worker/store/offset_edits.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/jsonx.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

static void check_one(const json_t *v)
{
    const json_t *names = test_array(v, "inserted");
    CLEANUP(buf_fini) struct buf partition = BUF_INIT(1 << 20);
    struct offset_edits out = {0};
    struct tern_offset_change change = {0};
    struct tern_error err;
    const json_t *name;
    size_t i;

    json_array_foreach(names, i, name)
    {
        buf_add_char(&partition, i ? ',' : '{');
        jsonx_write(&partition, name);
        buf_add_str(&partition, ":\"v\"");
    }
    buf_add_char(&partition, '}');
    change.partition = buf_str(&partition);
    ck_assert_ok(offset_edits_build("my-conn", NULL, 0, &change, 1, &out, &err), err);
    ck_assert_str_eq(out.at[0].key, test_text(v, "offset_key_bytes"));
    offset_edits_fini(&out);
}

START_TEST(hash_order)
{
    CLEANUP(jsonx_decrefp)
    json_t *file = test_json("tests/golden/worker/store/offset-key-order.json");
    const json_t *cases = test_array(file, "cases");
    size_t i, checked = 0;
    const json_t *v;

    json_array_foreach(cases, i, v)
    {
        if (strcmp(test_text(v, "op"), "hashmap_key_order") != 0)
            continue;
        check_one(v);
        checked++;
    }
    ck_assert_uint_gt(checked, 5);
}
END_TEST

static void offset_edits_suite(Suite *s)
{
    test_add(s, hash_order);
}

TEST_MAIN("offset_edits", offset_edits_suite)
