/* SPDX-License-Identifier: Apache-2.0 */
/* From what users want to the records of the offset topic. */
#include "worker/store/offset_edits.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

static char stored_key[] = "[\"c\",{\"b\":1,\"a\":\"x\"}]"; /* in no HashMap's order */
static char stored_value[] = "{\"o\":1}";
static const struct offset_pair stored[] = {{stored_key, stored_value}};

struct edit_case {
    const char *name;
    struct tern_offset_change changes[3]; /* up to the first without anything */
    size_t count;
    const char *wanted;  /* key=value; or what the failure says */
    enum tern_code code; /* 0: none */
};

static const struct edit_case edit_cases[] = {
    {"nothing", {{0}}, 0, "", 0},
    {"a stored key keeps its bytes",
     {{"{\"a\":\"x\", \"b\":1}", "{\"o\": 2}"}},
     1,
     "[\"c\",{\"b\":1,\"a\":\"x\"}]={\"o\":2};",
     0},
    {"1 is not 1.0",
     {{"{\"a\":\"x\",\"b\":1.0}", "{}"}},
     1,
     "[\"c\",{\"a\":\"x\",\"b\":1.0}]={};",
     0},
    {"a removal", {{"{\"a\":\"x\",\"b\":1}", NULL}}, 1, "[\"c\",{\"b\":1,\"a\":\"x\"}]=null;", 0},
    {"a removal, as JSON",
     {{"{\"a\":1}", "null"}},
     1,
     "Offsets must be specified as a Map",
     TERN_EINVALID},
    {"the last of the same counts",
     {{"{\"a\":1,\"b\":2}", "{\"o\":1}"}, {"{\"z\":1}", NULL}, {"{\"b\":2,\"a\":1}", "{\"o\":3}"}},
     3,
     "[\"c\",{\"a\":1,\"b\":2}]={\"o\":3};[\"c\",{\"z\":1}]=null;",
     0},
    {"the null partition", {{NULL, "{\"o\":1}"}}, 1, "[\"c\",null]={\"o\":1};", 0},
    {"a map in the offset",
     {{"{\"a\":1}", "{\"f\":{}}"}},
     1,
     "Offsets may only contain primitive types as values, but field f contains MAP",
     TERN_EINTERNAL},
    {"a list in the partition",
     {{"{\"a\":[]}", NULL}},
     1,
     "Offsets may only contain primitive types as values, but field a contains ARRAY",
     TERN_EINTERNAL},
    {"no map", {{"[]", NULL}}, 1, "Offsets must be specified as a Map", TERN_EINVALID},
    {"characters beyond the BMP",
     {{"{\"k\":\"\xf0\x9f\x98\x80\"}", "{\"o\":null}"}},
     1,
     "[\"c\",{\"k\":\"\\uD83D\\uDE00\"}]={\"o\":null};",
     0},
};

START_TEST(edits)
{
    const struct edit_case *c = &edit_cases[_i];
    CLEANUP(offset_edits_fini) struct offset_edits out = {0};
    CLEANUP(buf_fini) struct buf text = BUF_INIT(1 << 16);
    struct tern_error err = {0};
    int rc = offset_edits_build("c", stored, 1, c->changes, c->count, &out, &err);

    ck_assert_msg((rc < 0) == (c->code != 0), "%s", c->name);
    for (size_t i = 0; i < out.count; i++)
        buf_add_fmt(&text, "%s=%s;", out.at[i].key, out.at[i].value ? out.at[i].value : "null");
    ck_assert_msg(strcmp(rc < 0 ? err.msg : buf_str(&text), c->wanted) == 0, "%s: %s%s", c->name,
                  buf_str(&text), err.msg);
    if (rc < 0)
        ck_assert_int_eq(err.code, c->code);
}
END_TEST

START_TEST(partitions_of_keys)
{
    CLEANUP(freep) char *text = offset_key_partition(stored_key);

    ck_assert_str_eq(text, "{\"b\":1,\"a\":\"x\"}");
    ck_assert_ptr_null(offset_key_partition("[\"c\",null]"));
    ck_assert_ptr_null(offset_key_partition("nothing"));
}
END_TEST

/* What a connector's alterOffsets() is given; its messages show the order. */
START_TEST(order_of_a_java_map)
{
    static const char *const rows[][2] = {
        {"{\"cluster\":\"a\",\"topic\":\"t\",\"partition\":0}",
         "{\"cluster\":\"a\",\"partition\":0,\"topic\":\"t\"}"},
        {"{\"group\":\"g\",\"topic\":\"t\",\"partition\":1.5}",
         "{\"partition\":1.5,\"topic\":\"t\",\"group\":\"g\"}"},
        {"{\"offset\":[0,{\"b\":null,\"a\":true}]}", "{\"offset\":[0,{\"b\":null,\"a\":true}]}"},
        {"{}", "{}"},
        {"[1]", "[1]"},
        {"{\"offset\":9223372036854775808}", "{\"offset\":9223372036854775808}"},
        {"nothing", "nothing"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(freep) char *text = offset_in_java_order(rows[i][0]);

        ck_assert_str_eq(text, rows[i][1]);
    }
}
END_TEST

START_TEST(many)
{
    enum {
        N = 50000
    };
    struct tern_offset_change *changes = xcalloc(N, sizeof(*changes));
    struct offset_pair *known = xcalloc(N, sizeof(*known));
    struct offset_edits out = {0};
    struct tern_error err;

    for (int i = 0; i < N; i++) {
        changes[i].partition = xasprintf("{\"p\":%d,\"t\":\"x\"}", i);
        known[i].key = xasprintf("[\"c\",{\"t\":\"x\",\"p\":%d}]", i);
    }
    ck_assert_ok(offset_edits_build("c", known, N, changes, N, &out, &err), err);
    ck_assert_uint_eq(out.count, N);
    ck_assert_str_eq(out.at[0].key, "[\"c\",{\"t\":\"x\",\"p\":0}]");
    offset_edits_fini(&out);
    for (int i = 0; i < N; i++) {
        free((char *)changes[i].partition);
        free(known[i].key);
    }
    free(changes);
    free(known);
}
END_TEST

static void offset_edits_suite(Suite *s)
{
    test_add_rows(s, edits, COUNT_OF(edit_cases));
    test_add(s, partitions_of_keys);
    test_add(s, order_of_a_java_map);
    test_add(s, many);
}

TEST_MAIN("offset_edits", offset_edits_suite)
