/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/buf.h"

#include <stdlib.h>

#include "tests/lib/testing.h"

START_TEST(grows_and_ends_with_zero)
{
    CLEANUP(buf_fini) struct buf b = BUF_INIT(1 << 20);

    for (int i = 0; i < 1000; i++) {
        buf_add_fmt(&b, "%03d", i);
        ck_assert_int_eq(b.data[b.len], 0);
    }
    ck_assert_uint_eq(b.len, 3000);
    ck_assert(strncmp(buf_str(&b), "000001002", 9) == 0);
    ck_assert_str_eq(buf_str(&b) + 2997, "999");
    ck_assert(!b.failed);
}
END_TEST

START_TEST(limit_is_exact_and_sticky)
{
    CLEANUP(buf_fini) struct buf b = BUF_INIT(5);

    buf_add_str(&b, "abc");
    buf_add_str(&b, "de");
    ck_assert(!b.failed);
    buf_add_char(&b, 'f');
    ck_assert(b.failed);
    ck_assert_str_eq(buf_str(&b), "abcde");
    buf_add_str(&b, "");
    ck_assert(b.failed);
    buf_clear(&b);
    ck_assert(!b.failed);
    ck_assert_str_eq(buf_str(&b), "");
    buf_add_str(&b, "123456");
    ck_assert(b.failed);
    ck_assert_uint_eq(b.len, 0);
}
END_TEST

START_TEST(huge_request_fails_without_overflow)
{
    CLEANUP(buf_fini) struct buf b = BUF_INIT(100);

    buf_add_char(&b, 'x');
    ck_assert_ptr_null(buf_reserve(&b, SIZE_MAX));
    ck_assert(b.failed);
    ck_assert_uint_eq(b.len, 1);
}
END_TEST

START_TEST(reserved_room_is_terminated)
{
    CLEANUP(buf_fini) struct buf b = BUF_INIT(1000);
    uint8_t *room = buf_reserve(&b, 300);

    ck_assert_ptr_nonnull(room);
    memset(room, 'x', 300);
    b.len += 3;
    ck_assert_str_eq(buf_str(&b), "xxx");
}
END_TEST

START_TEST(empty_is_a_string)
{
    CLEANUP(buf_fini) struct buf b = BUF_INIT(10);
    struct buf other = BUF_INIT(10);
    char *taken;

    ck_assert_str_eq(buf_str(&b), "");
    ck_assert_ptr_null(buf_slice(&other).at);
    taken = buf_take_str(&other);
    ck_assert_str_eq(taken, "");
    free(taken);
}
END_TEST

START_TEST(taken_content_leaves_an_empty_buf)
{
    CLEANUP(buf_fini) struct buf b = BUF_INIT(10);
    char *taken;

    buf_add(&b, "a\0b", 3);
    ck_assert(slice_equal(buf_slice(&b), slice_of("a\0b", 3)));
    taken = buf_take_str(&b);
    ck_assert_int_eq(memcmp(taken, "a\0b", 4), 0);
    free(taken);
    ck_assert_uint_eq(b.len, 0);
    ck_assert_uint_eq(b.limit, 10);
    buf_add_str(&b, "again");
    ck_assert_str_eq(buf_str(&b), "again");
}
END_TEST

START_TEST(slices)
{
    ck_assert(slice_equal(slice_str(NULL), slice_of(NULL, 0)));
    ck_assert(!slice_equal(slice_str(NULL), slice_str("")));
    ck_assert(!slice_equal(slice_str(""), slice_str(NULL)));
    ck_assert(slice_equal(slice_str("ab"), slice_of("abc", 2)));
    ck_assert(!slice_equal(slice_str("ab"), slice_str("ac")));
    ck_assert(!slice_equal(slice_str("ab"), slice_str("abc")));
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, grows_and_ends_with_zero);
    test_add(suite, limit_is_exact_and_sticky);
    test_add(suite, huge_request_fails_without_overflow);
    test_add(suite, reserved_room_is_terminated);
    test_add(suite, empty_is_a_string);
    test_add(suite, taken_content_leaves_an_empty_buf);
    test_add(suite, slices);
}

TEST_MAIN("buf", fill)
