/* SPDX-License-Identifier: Apache-2.0 */
/* What is written reads back; what cannot be written fails, and stays failed. */
#include "lib/wire/wire_writer.h"

#include "tests/lib/testing.h"

enum {
    LIMIT = 1 << 18,
};

static const int64_t numbers[] = {
    0,   1,     -1,    63,        64,        -64,       -65,       127,       128,       255,
    256, 16383, 16384, INT16_MAX, INT16_MIN, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN,
};

START_TEST(number)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);
    struct wire_writer w = {.out = &out, .flexible = _i % 2};
    int64_t n = numbers[_i / 2];
    struct wire_reader r;

    wire_put_bool(&w, n != 0);
    wire_put_i8(&w, (int8_t)n);
    wire_put_i16(&w, (int16_t)n);
    wire_put_i32(&w, (int32_t)n);
    wire_put_i64(&w, n);
    wire_put_uvarint(&w, (uint32_t)n);
    wire_put_varint(&w, (int32_t)n);
    wire_put_varlong(&w, n);
    ck_assert(!out.failed);
    r = wire_reader_of(buf_slice(&out), w.flexible);
    ck_assert(wire_bool(&r) == (n != 0));
    ck_assert_int_eq(wire_i8(&r), (int8_t)n);
    ck_assert_int_eq(wire_i16(&r), (int16_t)n);
    ck_assert_int_eq(wire_i32(&r), (int32_t)n);
    ck_assert_int_eq(wire_i64(&r), n);
    ck_assert_uint_eq(wire_uvarint(&r), (uint32_t)n);
    ck_assert_int_eq(wire_varint(&r), (int32_t)n);
    ck_assert_int_eq(wire_varlong(&r), n);
    ck_assert(wire_done(&r));
}
END_TEST

START_TEST(fields)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);
    struct wire_writer w = {.out = &out, .flexible = _i};
    const struct wire_uuid id = {"0123456789abcdef"};
    struct wire_reader r;

    wire_put_string(&w, slice_str("topic"));
    wire_put_string(&w, slice_str(""));
    wire_put_nullable_string(&w, (struct slice){0});
    wire_put_bytes(&w, slice_of("a\0b", 3));
    wire_put_nullable_bytes(&w, (struct slice){0});
    wire_put_array(&w, 3);
    wire_put_null_array(&w);
    wire_put_uuid(&w, id);
    wire_put_no_tags(&w);
    r = wire_reader_of(buf_slice(&out), w.flexible);
    ck_assert(slice_equal(wire_string(&r), slice_str("topic")));
    ck_assert(slice_equal(wire_string(&r), slice_str("")));
    ck_assert_ptr_null(wire_nullable_string(&r).at);
    ck_assert(slice_equal(wire_bytes(&r), slice_of("a\0b", 3)));
    ck_assert_ptr_null(wire_nullable_bytes(&r).at);
    ck_assert_uint_eq(wire_array(&r, 1), 3);
    ck_assert_uint_eq(wire_nullable_array(&r, 1), 0);
    ck_assert_mem_eq(wire_uuid(&r).bytes, id.bytes, sizeof(id.bytes));
    wire_skip_tags(&r);
    ck_assert(wire_done(&r));
}
END_TEST

START_TEST(null_where_none_may_be)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);
    struct wire_writer w = {.out = &out, .flexible = _i};

    wire_put_string(&w, (struct slice){0});
    ck_assert(out.failed);
    wire_put_i32(&w, 1);
    ck_assert(out.failed && out.len == 0);
}
END_TEST

START_TEST(longest_string)
{
    static uint8_t text[INT16_MAX + 1];
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);
    struct wire_writer w = {.out = &out, .flexible = _i};

    wire_put_string(&w, slice_of(text, INT16_MAX));
    ck_assert(!out.failed);
    wire_put_string(&w, slice_of(text, INT16_MAX + 1));
    ck_assert(out.failed);
}
END_TEST

START_TEST(past_the_limit)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(6);
    struct wire_writer w = {.out = &out};

    wire_put_i32(&w, 7);
    wire_put_bytes(&w, slice_str("abc"));
    ck_assert(out.failed);
    ck_assert_uint_le(out.len, 6);
}
END_TEST

START_TEST(sized)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);
    struct wire_writer w = {.out = &out};
    size_t outer = wire_begin_sized(&w), inner;

    wire_put_i16(&w, 5);
    inner = wire_begin_sized(&w);
    wire_put_i64(&w, 6);
    wire_end_sized(&w, inner);
    wire_end_sized(&w, outer);
    ck_assert(
        slice_equal(buf_slice(&out), slice_of("\0\0\0\x0e\0\5\0\0\0\x08\0\0\0\0\0\0\0\6", 18)));
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, number, 2 * COUNT_OF(numbers));
    test_add_rows(suite, fields, 2);
    test_add_rows(suite, null_where_none_may_be, 2);
    test_add_rows(suite, longest_string, 2);
    test_add(suite, past_the_limit);
    test_add(suite, sized);
}

TEST_MAIN("wire_writer", fill)
