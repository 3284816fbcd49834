/* SPDX-License-Identifier: Apache-2.0 */
/* What the golden vectors do not show: lines, messages, files. */
#include "lib/conf/properties.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

static const char several[] = "# comment\n"
                              "\n"
                              "a = 1\r\n"
                              "! comment\r"
                              "b = x,\\\n"
                              "    y,\\\r\n"
                              "    z\n"
                              "c\n"
                              "a = 2\n"
                              "   \n"
                              "  d:e";

START_TEST(lines_of_keys)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT, lines = STRMAP_INIT;
    struct tern_error err;

    ck_assert_ok(properties_parse_as(PROPERTIES_LATIN1, several, sizeof(several) - 1, "f", &map,
                                     &lines, &err),
                 err);
    ck_assert_uint_eq(map.count, 4);
    ck_assert_str_eq(strmap_get(&map, "a"), "2");
    ck_assert_str_eq(strmap_get(&map, "b"), "x,y,z");
    ck_assert_int_eq(properties_line_of(&lines, "a"), 9);
    ck_assert_int_eq(properties_line_of(&lines, "b"), 5);
    ck_assert_int_eq(properties_line_of(&lines, "c"), 8);
    ck_assert_int_eq(properties_line_of(&lines, "d"), 11);
    ck_assert_int_eq(properties_line_of(&lines, "none"), 0);
}
END_TEST

struct bad {
    const char *text;
    size_t len;
    enum properties_encoding encoding;
    const char *message;
};

#define BYTES(s) (s), sizeof(s) - 1

static const struct bad bads[] = {
    {BYTES("a=1\nb=\\u12"), PROPERTIES_LATIN1, "f:2: malformed \\uxxxx encoding"},
    {BYTES("a=1\r\nsecret=\\u12zz"), PROPERTIES_LATIN1, "f:2: malformed \\uxxxx encoding"},
    {BYTES("a=1\\\n  \\uzzzz"), PROPERTIES_LATIN1, "f:1: malformed \\uxxxx encoding"},
    {BYTES("\n\na=\\u0000"), PROPERTIES_LATIN1, "f:3: a NUL character"},
    {BYTES("\0=a"), PROPERTIES_LATIN1, "f:1: a NUL character"},
    {BYTES("a=\\uD83D"), PROPERTIES_LATIN1, "f:1: half of a surrogate pair"},
    {BYTES("a=\\uD83Dx"), PROPERTIES_LATIN1, "f:1: half of a surrogate pair"},
    {BYTES("a=\\uDE00"), PROPERTIES_LATIN1, "f:1: half of a surrogate pair"},
    {BYTES("a=1\nb=\xff"), PROPERTIES_UTF8, "f:2: malformed UTF-8"},
    {BYTES("a=1\n#\xc3"), PROPERTIES_UTF8, "f:2: malformed UTF-8"},
};

START_TEST(faults)
{
    const struct bad *row = &bads[_i];
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_error err = {0};

    strmap_set(&map, "a", "before");
    ck_assert_int_eq(properties_parse_as(row->encoding, row->text, row->len, "f", &map, NULL, &err),
                     -1);
    ck_assert_str_eq(err.msg, row->message);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_uint_eq(map.count, 1);
    ck_assert_str_eq(strmap_get(&map, "a"), "before");
}
END_TEST

START_TEST(adds_to_what_is_there)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_error err;

    strmap_set(&map, "a", "0");
    strmap_set(&map, "z", "0");
    ck_assert_ok(properties_parse("a=1\nb=2", 7, "f", &map, &err), err);
    ck_assert_uint_eq(map.count, 3);
    ck_assert_str_eq(strmap_get(&map, "a"), "1");
    ck_assert_ok(properties_parse(NULL, 0, "f", &map, &err), err);
    ck_assert_uint_eq(map.count, 3);
}
END_TEST

START_TEST(files)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT, lines = STRMAP_INIT;
    char *folder = test_folder(), *path = xasprintf("%s/x.properties", folder), *where;
    struct tern_error err = {0};

    test_write_file(folder, "x.properties", "k=\xc3\xa9", 4);
    ck_assert_ok(properties_load(path, &map, &err), err);
    ck_assert_str_eq(strmap_get(&map, "k"), "\xc3\x83\xc2\xa9");
    ck_assert_ok(properties_load_as(PROPERTIES_UTF8, path, &map, &lines, &err), err);
    ck_assert_str_eq(strmap_get(&map, "k"), "\xc3\xa9");
    ck_assert_int_eq(properties_line_of(&lines, "k"), 1);

    test_write_file(folder, "x.properties", "\\u1", 3);
    where = xasprintf("%s:1: ", path);
    ck_assert_int_eq(properties_load(path, &map, &err), -1);
    ck_assert(strncmp(err.msg, where, strlen(where)) == 0);
    free(where);
    free(path);
    path = xasprintf("%s/none", folder);
    ck_assert_int_eq(properties_load(path, &map, &err), -1);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    free(path);
    test_folder_remove(folder);
}
END_TEST

START_TEST(many_keys_are_fast)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(PROPERTIES_MAX_BYTES);
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_error err;

    for (int i = 300000; i > 0; i--) /* the order that is worst for a sorted array */
        buf_add_fmt(&text, "key.%06d=%d\n", i, i);
    ck_assert_ok(properties_parse(text.data, text.len, "f", &map, &err), err);
    ck_assert_uint_eq(map.count, 300000);
    ck_assert_str_eq(strmap_get(&map, "key.000007"), "7");
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, lines_of_keys);
    test_add_rows(suite, faults, COUNT_OF(bads));
    test_add(suite, adds_to_what_is_there);
    test_add(suite, files);
    test_add(suite, many_keys_are_fast);
}

TEST_MAIN("properties", fill)
