/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/jsondoc.h"

#include <string.h>

#include "lib/base/jsonx.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

/* The tree as text: scalars in brackets after their kind. */
static void describe(const struct jsondoc_node *node, struct buf *out)
{
    buf_add_char(out, "0bnsao"[node->kind]);
    if (node->text)
        buf_add_fmt(out, "<%s>", node->text);
    if (node->kind < JSONDOC_ARRAY)
        return;
    buf_add_char(out, '(');
    for (const struct jsondoc_node *n = node->child; n; n = n->next) {
        if (n->name)
            buf_add_fmt(out, "%s:", n->name);
        describe(n, out);
        buf_add_char(out, ' ');
    }
    buf_add_char(out, ')');
}

static const struct {
    const char *text;
    const char *tree;
} good[] = {
    {"", "0"},
    {" \n\t\r ", "0"},
    {"null", "0<null>"},
    {" true ", "b<true>"},
    {"false", "b<false>"},
    {"1.50", "n<1.50>"},
    {"-0", "n<-0>"},
    {"1e3", "n<1e3>"},
    {"1E+300", "n<1E+300>"},
    {"123456789012345678901234567890", "n<123456789012345678901234567890>"},
    {"\"\"", "s<>"},
    {"\"a\\\"\\\\\\/\\b\\f\\n\\r\\tb\"", "s<a\"\\/\b\f\n\r\tb>"},
    {"\"\\u00e9\\u20ac\\ud83d\\ude00\"", "s<\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80>"},
    {"\"\xc3\xa9\"", "s<\xc3\xa9>"},
    {"[]", "a()"},
    {"[1,[2,[]],\"x\"]", "a(n<1> a(n<2> a() ) s<x> )"},
    {"{}", "o()"},
    {"{ \"a\" : 1 , \"b\":{\"c\":null}}", "o(a:n<1> b:o(c:0<null> ) )"},
    {"{\"a\":1,\"a\":2}", "o(a:n<1> a:n<2> )"},
    {"\xef\xbb\xbf{}", "o()"},
};

START_TEST(accepted)
{
    CLEANUP(jsondoc_freep) struct jsondoc *doc = NULL;
    CLEANUP(buf_fini) struct buf out = BUF_INIT(10000);
    struct tern_error err;

    ck_assert_ok(jsondoc_parse(good[_i].text, strlen(good[_i].text), &doc, &err), err);
    describe(jsondoc_root(doc), &out);
    ck_assert_str_eq(buf_str(&out), good[_i].tree);
}
END_TEST

static const struct {
    const char *text;
    const char *message;
} bad[] = {
    {"{\"a\"", "unexpected end of the text at line 1, column 5"},
    {"{\"a\":", "unexpected end of the text at line 1, column 6"},
    {"{\"a\":1", "unexpected end of the text at line 1, column 7"},
    {"{", "unexpected end of the text at line 1, column 2"},
    {"[1\n,", "unexpected end of the text at line 2, column 2"},
    {"notjson", "unexpected character at line 1, column 1"},
    {"{a:1}", "expected a member's name at line 1, column 2"},
    {"{'a':1}", "expected a member's name at line 1, column 2"},
    {"{\"a\" 1}", "expected ':' after a member's name at line 1, column 6"},
    {"{\"a\":1,}", "expected a member's name at line 1, column 8"},
    {"{,}", "expected a member's name at line 1, column 2"},
    {"[1,]", "unexpected character at line 1, column 4"},
    {"[,1]", "unexpected character at line 1, column 2"},
    {"[1 2]", "expected ',' at line 1, column 4"},
    {"[1}", "expected ',' at line 1, column 3"},
    {"{} x", "unexpected text after the document at line 1, column 4"},
    {"1 2", "unexpected text after the document at line 1, column 3"},
    {"nul", "unexpected character at line 1, column 1"},
    {"nulls", "unexpected text after the document at line 1, column 5"},
    {"NaN", "unexpected character at line 1, column 1"},
    {"// x\n1", "unexpected character at line 1, column 1"},
    {"01", "a malformed number at line 1, column 1"},
    {"-", "a malformed number at line 1, column 1"},
    {"1.", "a malformed number at line 1, column 1"},
    {".5", "unexpected character at line 1, column 1"},
    {"1e", "a malformed number at line 1, column 1"},
    {"+1", "unexpected character at line 1, column 1"},
    {"0x1", "unexpected text after the document at line 1, column 2"},
    {"\"a", "a string without its end at line 1, column 3"},
    {"\"a\nb\"", "a control character in a string at line 1, column 3"},
    {"\"\\x\"", "an unknown escape at line 1, column 2"},
    {"\"\\u12\"", "a \\u escape without four hexadecimal digits at line 1, column 2"},
    {"\"\\u0000\"", "a string with the character U+0000 at line 1, column 2"},
    {"\"\\ud800\"", "the first half of a surrogate pair without the second at line 1, column 2"},
    {"\"\\ud800\\u0041\"",
     "the first half of a surrogate pair without the second at line 1, column 2"},
    {"\"\\udc00\"", "the second half of a surrogate pair without the first at line 1, column 2"},
    {"\"\xff\"", "invalid UTF-8 at line 1, column 2"},
    {"\"\xed\xa0\x80\"", "invalid UTF-8 at line 1, column 2"},
};

START_TEST(refused)
{
    struct jsondoc *doc = NULL;
    struct tern_error err;

    ck_assert_int_eq(jsondoc_parse(bad[_i].text, strlen(bad[_i].text), &doc, &err), -1);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_str_eq(err.msg, bad[_i].message);
}
END_TEST

#define TEXT(bytes) bytes, sizeof(bytes) - 1
static const struct {
    const char *bytes;
    size_t len;
    const char *value; /* of the one string; NULL: refused */
} encoded[] = {
    {TEXT("\0[\0\"\0\xe9\0\"\0]"), "\xc3\xa9"},
    {TEXT("[\0\"\0\xe9\0\"\0]\0"), "\xc3\xa9"},
    {TEXT("\xfe\xff\0[\0\"\xd8\x3d\xde\0\0\"\0]"), "\xf0\x9f\x98\x80"},
    {TEXT("\xff\xfe[\0\"\0a\0\"\0]\0"), "a"},
    {TEXT("\0\0\0[\0\0\0\"\0\0\0a\0\0\0\"\0\0\0]"), "a"},
    {TEXT("[\0\0\0\"\0\0\0\x00\xf6\x01\0\"\0\0\0]\0\0\0"), "\xf0\x9f\x98\x80"},
    {TEXT("\0[\0\"\xd8\x3d\0\"\0]"), NULL},
    {TEXT("\0[\0\"\0a\0\"\0]\0"), NULL},
    {TEXT("\0\0\0[\0\x11\0\0"), NULL},
    {TEXT("[\"a\0b\"]"), NULL},
};

START_TEST(encodings)
{
    CLEANUP(jsondoc_freep) struct jsondoc *doc = NULL;
    struct tern_error err;
    int rc = jsondoc_parse(encoded[_i].bytes, encoded[_i].len, &doc, &err);

    ck_assert_int_eq(rc, encoded[_i].value ? 0 : -1);
    if (rc == 0)
        ck_assert_str_eq(jsondoc_root(doc)->child->text, encoded[_i].value);
}
END_TEST

static char *repeated(const char *text, size_t count)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(1 << 24);

    for (size_t i = 0; i < count; i++)
        buf_add_str(&out, text);
    return buf_take_str(&out);
}

START_TEST(limits)
{
    static const struct {
        const char *piece;
        size_t count;
        const char *message;
    } rows[] = {{"[", 1001, "more than 1000 levels"},
                {"{\"a\":", 1001, "more than 1000 levels"},
                {"9", 1001, "a number of more than 1000 characters"}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(freep) char *text = repeated(rows[i].piece, rows[i].count);
        struct jsondoc *doc = NULL;
        struct tern_error err;

        ck_assert_int_eq(jsondoc_parse(text, strlen(text), &doc, &err), -1);
        ck_assert_msg(strncmp(err.msg, rows[i].message, strlen(rows[i].message)) == 0, "%s",
                      err.msg);
    }
}
END_TEST

START_TEST(too_many_values)
{
    CLEANUP(freep) char *text = repeated("1,", JSONDOC_MAX_VALUES + 1);
    struct jsondoc *doc = NULL;
    struct tern_error err;

    text[0] = '[';
    text[1] = ' ';
    ck_assert_int_eq(jsondoc_parse(text, strlen(text), &doc, &err), -1);
    ck_assert_msg(strncmp(err.msg, "more than 1000000 values", 24) == 0, "%s", err.msg);
}
END_TEST

START_TEST(deepest)
{
    CLEANUP(freep) char *open = repeated("[", 1000), *close = repeated("]", 1000);
    CLEANUP(freep) char *text = xasprintf("%s%s", open, close);
    CLEANUP(jsondoc_freep) struct jsondoc *doc = NULL;
    json_t *json;
    struct tern_error err;

    ck_assert_ok(jsondoc_parse(text, strlen(text), &doc, &err), err);
    ck_assert_ok(jsondoc_to_json(jsondoc_root(doc), &json, &err), err);
    json_decref(json);
}
END_TEST

START_TEST(members)
{
    static const char text[] = "{\"a\":1,\"b\":[true],\"a\":\"x\"}";
    CLEANUP(jsondoc_freep) struct jsondoc *doc = NULL;
    const struct jsondoc_node *root;
    struct tern_error err;

    ck_assert_ok(jsondoc_parse(text, strlen(text), &doc, &err), err);
    root = jsondoc_root(doc);
    ck_assert_str_eq(jsondoc_member(root, "a")->text, "x");
    ck_assert_ptr_null(jsondoc_member(root, "c"));
    ck_assert_ptr_null(jsondoc_member(jsondoc_member(root, "b"), "a"));
    ck_assert_str_eq(jsondoc_kind_name(jsondoc_member(root, "b")->kind), "Array");
}
END_TEST

static const struct {
    const char *text;
    const char *json; /* NULL: refused */
} converted[] = {
    {"{\"a\":[1,-2,3.5,true,false,null,\"x\"],\"b\":{}}",
     "{\"a\":[1,-2,3.5,true,false,null,\"x\"],\"b\":{}}"},
    {"9223372036854775807", "9223372036854775807"},
    {"9223372036854775808", NULL},
    {"[-9223372036854775809]", NULL},
    {"1e999", NULL},
    {"", "null"},
};

START_TEST(to_json)
{
    CLEANUP(jsondoc_freep) struct jsondoc *doc = NULL;
    CLEANUP(jsonx_decrefp) json_t *json = NULL;
    CLEANUP(buf_fini) struct buf out = BUF_INIT(1000);
    struct tern_error err;

    ck_assert_ok(jsondoc_parse(converted[_i].text, strlen(converted[_i].text), &doc, &err), err);
    ck_assert_int_eq(jsondoc_to_json(jsondoc_root(doc), &json, &err), converted[_i].json ? 0 : -1);
    if (!converted[_i].json)
        return;
    jsonx_write(&out, json);
    ck_assert_str_eq(buf_str(&out), converted[_i].json);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, accepted, COUNT_OF(good));
    test_add_rows(suite, refused, COUNT_OF(bad));
    test_add_rows(suite, encodings, COUNT_OF(encoded));
    test_add(suite, limits);
    test_add(suite, too_many_values);
    test_add(suite, deepest);
    test_add(suite, members);
    test_add_rows(suite, to_json, COUNT_OF(converted));
}

TEST_MAIN("jsondoc", fill)
