/* SPDX-License-Identifier: Apache-2.0 */
/* jsonx against texts that Kafka's JsonConverter wrote and read, and by hand at the edges. */
#include "lib/base/jsonx.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "tests/lib/testing.h"

enum {
    LIMIT = 1 << 20
};

static void check_round_trip(const char *text)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);
    CLEANUP(jsonx_decrefp) json_t *value = NULL;
    struct tern_error err;

    ck_assert_ok(jsonx_parse(text, strlen(text), &value, &err), err);
    jsonx_write(&out, value);
    ck_assert(!out.failed);
    ck_assert_str_eq(buf_str(&out), text);
}

/* Every text that stands in Connect's internal topics comes back byte for byte. */
START_TEST(internal_topics)
{
    json_t *golden = test_json("tests/golden/lib/base/connect-topics.json");
    const json_t *texts = test_array(golden, "texts");

    ck_assert_uint_gt(json_array_size(texts), 20);
    for (size_t i = 0; i < json_array_size(texts); i++)
        check_round_trip(test_text(json_array_get(texts, i), "text"));
    json_decref(golden);
}
END_TEST

static bool parses(const char *text)
{
    CLEANUP(jsonx_decrefp) json_t *value = NULL;
    struct tern_error err = {0};

    return jsonx_parse(text, strlen(text), &value, &err) == 0;
}

START_TEST(internal_topics_parse)
{
    json_t *golden = test_json("tests/golden/lib/base/connect-topics.json");
    const json_t *rows = test_array(golden, "parse");

    ck_assert_uint_gt(json_array_size(rows), 5);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);

        ck_assert_msg(parses(test_text(row, "json")) == !json_object_get(row, "error"), "row %zu",
                      i);
    }
    json_decref(golden);
}
END_TEST

START_TEST(texts_as_jackson)
{
    json_t *golden = test_json("tests/golden/lib/base/json-texts.json");
    const json_t *rows = test_array(golden, "rows");

    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i), *want = json_object_get(row, "out");
        CLEANUP(buf_fini)
        struct buf in = BUF_INIT(LIMIT), out = BUF_INIT(LIMIT), expected = BUF_INIT(LIMIT);
        CLEANUP(jsonx_decrefp) json_t *value = NULL;
        struct tern_error err = {0};
        int rc;

        test_unhex(test_text(row, "in"), &in);
        rc = jsonx_parse(in.data, in.len, &value, &err);
        ck_assert_msg((rc == 0) == (want != NULL), "row %zu: '%s': %s", i, buf_str(&in), err.msg);
        if (rc != 0) {
            ck_assert_int_eq(err.code, TERN_EINVALID);
            continue;
        }
        jsonx_write(&out, value);
        test_unhex(json_string_value(want), &expected);
        ck_assert_str_eq(buf_str(&out), buf_str(&expected));
    }
    json_decref(golden);
}
END_TEST

START_TEST(doubles)
{
    json_t *golden = test_json("tests/golden/lib/base/doubles.json");
    const json_t *rows = test_array(golden, "rows");

    ck_assert_uint_gt(json_array_size(rows), 1000);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        CLEANUP(buf_fini) struct buf out = BUF_INIT(64);
        uint64_t bits = strtoull(json_string_value(json_array_get(row, 0)), NULL, 16);
        double number;

        memcpy(&number, &bits, sizeof(number));
        jsonx_write_double(&out, number);
        ck_assert_str_eq(buf_str(&out), json_string_value(json_array_get(row, 1)));
    }
    json_decref(golden);
}
END_TEST

START_TEST(doubles_that_json_has_not)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(64);

    jsonx_write_double(&out, NAN);
    buf_add_char(&out, ' ');
    jsonx_write_double(&out, INFINITY);
    buf_add_char(&out, ' ');
    jsonx_write_double(&out, -INFINITY);
    ck_assert_str_eq(buf_str(&out), "NaN Infinity -Infinity");
}
END_TEST

START_TEST(out_of_range_becomes_largest)
{
    json_t *value = NULL;
    struct tern_error err;

    ck_assert_ok(jsonx_parse("-1e400", 6, &value, &err), err);
    ck_assert(json_real_value(value) <= -DBL_MAX);
    json_decref(value);
}
END_TEST

struct bad {
    const char *text;
    size_t len; /* 0: strlen */
    const char *message;
};

static const struct bad bads[] = {
    {"[1 2]", 0, "malformed JSON: ',' or the closing bracket is missing at byte 3"},
    {"\"\xff\"", 0, "malformed JSON: a string is not UTF-8 at byte 3"},
    {"\"\xed\xa0\x80\"", 0, "malformed JSON: a string is not UTF-8 at byte 5"},
    {"{\"\xc0\x80\":1}", 0, "malformed JSON: a name is not UTF-8 at byte 7"},
    {"\"a\0b\"", 5, "malformed JSON: a control character in a string at byte 2"},
    {"[1\0]", 4, "malformed JSON: ',' or the closing bracket is missing at byte 2"},
    {"{\"a\":tru}", 0, "malformed JSON: a value is missing at byte 5"},
    {"-", 0, "malformed JSON: a digit is missing at byte 1"},
};

START_TEST(faults)
{
    const struct bad *row = &bads[_i];
    json_t *value = NULL;
    struct tern_error err = {0};

    ck_assert_int_eq(jsonx_parse(row->text, row->len ? row->len : strlen(row->text), &value, &err),
                     -1);
    ck_assert_ptr_null(value);
    ck_assert_str_eq(err.msg, row->message);
    ck_assert_int_eq(err.code, TERN_EINVALID);
}
END_TEST

START_TEST(half_surrogates)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"\"\\uD83D\"", "\xef\xbf\xbd"},
        {"\"\\uDE00x\"", "\xef\xbf\xbdx"},
        {"\"\\uD83D\\n\"", "\xef\xbf\xbd\n"},
        {"\"\\uD83D\\uD83D\\uDE00\"", "\xef\xbf\xbd\xf0\x9f\x98\x80"},
        {"\"\\uD83D\\u0041\"", "\xef\xbf\xbd"
                               "A"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        json_t *value = NULL;
        struct tern_error err;

        ck_assert_ok(jsonx_parse(rows[i].in, strlen(rows[i].in), &value, &err), err);
        ck_assert_str_eq(json_string_value(value), rows[i].out);
        json_decref(value);
    }
}
END_TEST

START_TEST(depth_is_bounded)
{
    char deep[65 + 1];

    memset(deep, '[', 65);
    deep[65] = '\0';
    ck_assert(!parses(deep));
    memset(deep + 32, ']', 32);
    deep[64] = '\0';
    ck_assert(parses(deep));
    memset(deep, '{', 65);
    ck_assert(!parses(deep));
}
END_TEST

START_TEST(long_numbers)
{
    char digits[1002];

    memset(digits, '1', sizeof(digits));
    digits[1001] = '\0';
    ck_assert(!parses(digits));
    digits[1000] = '\0';
    ck_assert(parses(digits));
    digits[1] = '.';
    ck_assert(parses(digits));
}
END_TEST

START_TEST(writer_refuses_bad_utf8_and_overflow)
{
    static const char *const bad[] = {
        "\x80",     "\xc1\xbf",  "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf8\x80", "a\xe2\x82", "\xed\xbf\xbf"};

    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CLEANUP(buf_fini) struct buf out = BUF_INIT(64);

        jsonx_write_string(&out, bad[i], strlen(bad[i]));
        ck_assert_msg(out.failed, "row %zu", i);
    }
    CLEANUP(buf_fini) struct buf small = BUF_INIT(4);

    jsonx_write_string(&small, "abc", 3);
    ck_assert(small.failed);
}
END_TEST

/* Jackson stops at the end of the value: a worker that did not would count fewer records. */
START_TEST(what_follows_the_value_is_ignored)
{
    static const char *const texts[] = {"{\"a\":1} x", "{\"a\":1}{\"b\":2}", "{\"a\":1}]"};
    struct tern_error err;

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        CLEANUP(jsonx_decrefp) json_t *value = NULL;

        ck_assert_ok(jsonx_parse(texts[i], strlen(texts[i]), &value, &err), err);
        ck_assert_int_eq(json_integer_value(json_object_get(value, "a")), 1);
    }
}
END_TEST

START_TEST(writer_escapes)
{
    static const char text[] = "\"\\/\b\t\n\f\r\x01\x1f\x7f\xc3\xa9\xf0\x9f\x98\x80z\0y";
    CLEANUP(buf_fini) struct buf out = BUF_INIT(256);

    jsonx_write_string(&out, text, sizeof(text) - 1);
    ck_assert_str_eq(buf_str(&out), "\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0001\\u001F\x7f\xc3\xa9"
                                    "\\uD83D\\uDE00z\\u0000y\"");
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, internal_topics);
    test_add(suite, internal_topics_parse);
    test_add(suite, texts_as_jackson);
    test_add(suite, doubles);
    test_add(suite, doubles_that_json_has_not);
    test_add(suite, out_of_range_becomes_largest);
    test_add_rows(suite, faults, COUNT_OF(bads));
    test_add(suite, half_surrogates);
    test_add(suite, depth_is_bounded);
    test_add(suite, long_numbers);
    test_add(suite, writer_refuses_bad_utf8_and_overflow);
    test_add(suite, what_follows_the_value_is_ignored);
    test_add(suite, writer_escapes);
}

TEST_MAIN("jsonx", fill)
