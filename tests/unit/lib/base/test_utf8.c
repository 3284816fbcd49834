/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/utf8.h"

#include "tests/lib/testing.h"

/* What utf8_add() writes is valid; with any byte changed in its upper bits, it is not the same. */
START_TEST(every_code_point)
{
    for (unsigned code = 1; code <= 0x10ffff; code += code < 0x3000 ? 1 : 61) {
        CLEANUP(buf_fini) struct buf out = BUF_INIT(8);

        if (code >= 0xd800 && code < 0xe000)
            continue;
        utf8_add(&out, code);
        ck_assert_uint_eq(utf8_length(out.data, out.len), out.len);
        ck_assert_uint_eq(out.len, code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
        if (out.len > 1) {
            ck_assert_uint_eq(utf8_length(out.data, out.len - 1), 0);
            ck_assert_uint_eq(utf8_length(out.data + 1, out.len - 1), 0);
        }
    }
}
END_TEST

static const char *const bad[] = {
    "\x80",
    "\xbf",
    "\xc0\x80",
    "\xc1\xbf",
    "\xe0\x80\x80",
    "\xe0\x9f\xbf",
    "\xed\xa0\x80",
    "\xed\xbf\xbf",
    "\xf0\x80\x80\x80",
    "\xf0\x8f\xbf\xbf",
    "\xf5\x80\x80",
    "\xff",
    "\xf4\x90\x80\x80",
    "\xc2",
    "\xe2\x82",
    "\xc2 ",
    "\xe2\x82 ",
    "\xf0\x9f\x98",
    "\xf8\x88\x80\x80",
    "a\xe2(\xa1",
};

START_TEST(malformed)
{
    ck_assert(!utf8_is_valid(bad[_i], strlen(bad[_i])));
}
END_TEST

START_TEST(valid_texts)
{
    ck_assert(utf8_is_valid(NULL, 0));
    ck_assert(utf8_is_valid("a\0b", 3));
    ck_assert(utf8_is_valid("\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80", 9));
    ck_assert(utf8_is_valid("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf", 10));
    ck_assert_uint_eq(utf8_length("", 0), 0);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, every_code_point);
    test_add_rows(suite, malformed, COUNT_OF(bad));
    test_add(suite, valid_texts);
}

TEST_MAIN("utf8", fill)
