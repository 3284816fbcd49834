/* SPDX-License-Identifier: Apache-2.0 */
/* One row per rule of reading, in the classic and in the compact form. */
#include "lib/wire/wire_reader.h"

#include "tests/lib/testing.h"

#define NOTHING NULL

enum form {
    CLASSIC,
    COMPACT,
};

static const struct text_case {
    const char *name;
    enum form form;
    const char *bytes;
    size_t len;
    const char *text;          /* of wire_string(); NULL: it fails */
    const char *nullable_text; /* of wire_nullable_string() */
    bool nullable_fails;
} text_cases[] = {
    {"plain", CLASSIC, "\0\2hi", 4, "hi", "hi", false},
    {"empty", CLASSIC, "\0\0", 2, "", "", false},
    {"null", CLASSIC, "\xff\xff", 2, NOTHING, NOTHING, false},
    {"cut short", CLASSIC, "\0\7hi", 4, NOTHING, NOTHING, true},
    {"no length", CLASSIC, "\0", 1, NOTHING, NOTHING, true},
    {"negative length", CLASSIC, "\x80\0", 2, NOTHING, NOTHING, true},
    {"less than null", CLASSIC, "\xff\xfe", 2, NOTHING, NOTHING, true},
    {"plain", COMPACT, "\3hi", 3, "hi", "hi", false},
    {"empty", COMPACT, "\1", 1, "", "", false},
    {"null", COMPACT, "\0", 1, NOTHING, NOTHING, false},
    {"cut short", COMPACT, "\4hi", 3, NOTHING, NOTHING, true},
    {"long length", COMPACT, "\x83\0hi", 4, "hi", "hi", false},
    {"length cut", COMPACT, "\x83", 1, NOTHING, NOTHING, true},
    {"huge length", COMPACT, "\xff\xff\xff\xff\x0fhi", 7, NOTHING, NOTHING, true},
    {"length of 33 bits", COMPACT, "\xff\xff\xff\xff\x1f", 5, NOTHING, NOTHING, true},
    {"no bytes", COMPACT, "", 0, NOTHING, NOTHING, true},
};

static void same_text(struct slice ours, const char *theirs)
{
    ck_assert(slice_equal(ours, slice_str(theirs)));
}

START_TEST(texts)
{
    const struct text_case *row = &text_cases[_i];
    struct slice bytes = slice_of(row->bytes, row->len);
    struct wire_reader r = wire_reader_of(bytes, row->form == COMPACT);
    struct wire_reader nullable = r;

    same_text(wire_string(&r), row->text);
    ck_assert(r.failed == !row->text);
    ck_assert(wire_done(&r) == (row->text != NULL));
    same_text(wire_nullable_string(&nullable), row->nullable_text);
    ck_assert(nullable.failed == row->nullable_fails);
}
END_TEST

static const struct array_case {
    const char *name;
    enum form form;
    const char *bytes;
    size_t len;
    size_t min_bytes;
    size_t count;
    bool fails;
    bool nullable_fails;
} array_cases[] = {
    {"two of two bytes", CLASSIC, "\0\0\0\2abcd", 8, 2, 2, false, false},
    {"two of three bytes", CLASSIC, "\0\0\0\2abcd", 8, 3, 0, true, true},
    {"null", CLASSIC, "\xff\xff\xff\xff", 4, 1, 0, true, false},
    {"huge", CLASSIC, "\x7f\xff\xff\xff", 4, 1, 0, true, true},
    {"negative", CLASSIC, "\x80\0\0\0", 4, 1, 0, true, true},
    {"none", CLASSIC, "\0\0\0\0", 4, 9, 0, false, false},
    {"two of two bytes", COMPACT, "\3abcd", 5, 2, 2, false, false},
    {"null", COMPACT, "\0", 1, 1, 0, true, false},
    {"huge", COMPACT, "\xff\xff\xff\xff\x0f", 5, 1, 0, true, true},
};

START_TEST(arrays)
{
    const struct array_case *row = &array_cases[_i];
    struct wire_reader r = wire_reader_of(slice_of(row->bytes, row->len), row->form == COMPACT);
    struct wire_reader nullable = r;

    ck_assert_uint_eq(wire_array(&r, row->min_bytes), row->count);
    ck_assert(r.failed == row->fails);
    ck_assert_uint_eq(wire_nullable_array(&nullable, row->min_bytes), row->count);
    ck_assert(nullable.failed == row->nullable_fails);
}
END_TEST

static const struct varint_case {
    const char *bytes;
    size_t len;
    bool fails;
    uint32_t plain;
    int32_t zigzag;
} varint_cases[] = {
    {"\0", 1, false, 0, 0},
    {"\1", 1, false, 1, -1},
    {"\2", 1, false, 2, 1},
    {"\x7f", 1, false, 127, -64},
    {"\x80\1", 2, false, 128, 64},
    {"\xff\xff\xff\xff\x0f", 5, false, UINT32_MAX, INT32_MIN},
    {"\xfe\xff\xff\xff\x0f", 5, false, UINT32_MAX - 1, INT32_MAX},
    {"\xff\xff\xff\xff\x10", 5, true, 0, 0},
    {"\x80\x80\x80\x80\x80\0", 6, true, 0, 0},
    {"\x80", 1, true, 0, 0},
};

START_TEST(varints)
{
    const struct varint_case *row = &varint_cases[_i];
    struct wire_reader r = wire_reader_of(slice_of(row->bytes, row->len), true);
    struct wire_reader zigzag = r;

    ck_assert_uint_eq(wire_uvarint(&r), row->plain);
    ck_assert(r.failed == row->fails && zigzag.failed == false);
    ck_assert_int_eq(wire_varint(&zigzag), row->zigzag);
    ck_assert(wire_done(&zigzag) == !row->fails);
}
END_TEST

static const struct varlong_case {
    const char *bytes;
    size_t len;
    bool fails;
    int64_t value;
} varlong_cases[] = {
    {"\3", 1, false, -2},
    {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 10, false, INT64_MIN},
    {"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1", 10, false, INT64_MAX},
    {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\2", 10, true, 0},
    {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\0", 11, true, 0},
};

START_TEST(varlongs)
{
    const struct varlong_case *row = &varlong_cases[_i];
    struct wire_reader r = wire_reader_of(slice_of(row->bytes, row->len), true);

    ck_assert_int_eq(wire_varlong(&r), row->value);
    ck_assert(wire_done(&r) == !row->fails);
}
END_TEST

START_TEST(numbers)
{
    static const char bytes[] = "\1\xfe\x80\1\x80\0\0\2\x80\0\0\0\0\0\0\3"
                                "0123456789abcdef";
    struct wire_reader r = wire_reader_of(slice_of(bytes, sizeof(bytes) - 1), false);
    struct wire_uuid id;

    ck_assert(wire_bool(&r));
    ck_assert_int_eq(wire_i8(&r), -2);
    ck_assert_int_eq(wire_i16(&r), INT16_MIN + 1);
    ck_assert_int_eq(wire_i32(&r), INT32_MIN + 2);
    ck_assert_int_eq(wire_i64(&r), INT64_MIN + 3);
    id = wire_uuid(&r);
    ck_assert_mem_eq(id.bytes, "0123456789abcdef", sizeof(id.bytes));
    ck_assert(wire_done(&r) && wire_left(&r) == 0);
}
END_TEST

/* After a failure nothing is read, whatever is there. */
START_TEST(failure_is_sticky)
{
    struct wire_reader r = wire_reader_of(slice_of("\x7f\xff\0\1a\0\0", 7), false);

    ck_assert_ptr_null(wire_string(&r).at);
    ck_assert(r.failed && !wire_done(&r) && wire_left(&r) == 0);
    ck_assert_int_eq(wire_i16(&r), 0);
    ck_assert_int_eq(wire_i64(&r), 0);
    ck_assert_uint_eq(wire_uvarint(&r), 0);
    ck_assert_ptr_null(wire_take(&r, 0).at);
    ck_assert_ptr_null(wire_nullable_bytes(&r).at);
    ck_assert_uint_eq(wire_array(&r, 1), 0);
    ck_assert_int_eq(wire_uuid(&r).bytes[0], 0);
}
END_TEST

static const struct tags_case {
    const char *name;
    enum form form;
    const char *bytes;
    size_t len;
    size_t left;
    bool fails;
} tags_cases[] = {
    {"none", COMPACT, "\0x", 2, 1, false},
    {"two", COMPACT, "\2\0\1a\5\0x", 7, 1, false},
    {"classic has none", CLASSIC, "\1x", 2, 2, false},
    {"too long", COMPACT, "\1\0\5a", 4, 0, true},
    {"too many", COMPACT, "\xff\xff\xff\xff\x0f\0\0", 7, 0, true},
};

START_TEST(tags)
{
    const struct tags_case *row = &tags_cases[_i];
    struct wire_reader r = wire_reader_of(slice_of(row->bytes, row->len), row->form == COMPACT);

    wire_skip_tags(&r);
    ck_assert(r.failed == row->fails);
    ck_assert_uint_eq(wire_left(&r), row->left);
}
END_TEST

START_TEST(no_bytes)
{
    struct wire_reader r = wire_reader_of((struct slice){0}, false);

    ck_assert(wire_done(&r));
    ck_assert_int_eq(wire_i8(&r), 0);
    ck_assert(!wire_done(&r));
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, texts, COUNT_OF(text_cases));
    test_add_rows(suite, arrays, COUNT_OF(array_cases));
    test_add_rows(suite, varints, COUNT_OF(varint_cases));
    test_add_rows(suite, varlongs, COUNT_OF(varlong_cases));
    test_add_rows(suite, tags, COUNT_OF(tags_cases));
    test_add(suite, numbers);
    test_add(suite, failure_is_sticky);
    test_add(suite, no_bytes);
}

TEST_MAIN("wire_reader", fill)
