/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/utf8.h"

#include <string.h>

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

/* What Java's new String(bytes, UTF_8) gives; R stands for U+FFFD. */
static const struct clean_case {
    const char *in, *out;
} clean_cases[] = {
    {"abc", "abc"},
    {"\xc3\xa9", "\xc3\xa9"},
    {"\xff"
     "A",
     "RA"},
    {"\xc0\x80", "RR"},
    {"\xe2\x82"
     "A",
     "RA"},
    {"\xe2\x82", "R"},
    {"\xe2", "R"},
    {"\xe0\x80\x80", "RRR"},
    {"\xed\xa0\x80", "R"},
    {"\xed\xa0"
     "A",
     "RA"},
    {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    {"\xf0\x9f\x98"
     "A",
     "RA"},
    {"\xf0\x9f"
     "A",
     "RA"},
    {"\xf0\x80\x80\x80", "RRRR"},
    {"\xf4\x90\x80\x80", "RRRR"},
    {"\xf5\x80", "RR"},
    {"\x80\x80", "RR"},
    {"A\xf0\x9f\x98", "AR"},
};

START_TEST(cleaning)
{
    const struct clean_case *row = &clean_cases[_i];
    CLEANUP(buf_fini) struct buf out = BUF_INIT(100);
    CLEANUP(buf_fini) struct buf expected = BUF_INIT(100);

    utf8_add_clean(&out, row->in, strlen(row->in));
    for (const char *p = row->out; *p; p++) {
        if (*p == 'R')
            buf_add_str(&expected, "\xef\xbf\xbd");
        else
            buf_add_char(&expected, *p);
    }
    ck_assert_str_eq(buf_str(&out), buf_str(&expected));
}
END_TEST

/* Byte by byte, the same characters come out as at once. */
START_TEST(next_asks_for_more)
{
    const struct clean_case *row = &clean_cases[_i];
    CLEANUP(buf_fini) struct buf once = BUF_INIT(100);
    CLEANUP(buf_fini) struct buf pieces = BUF_INIT(100);
    const char *at = row->in, *end = at + strlen(at);
    size_t left = 1;

    utf8_add_clean(&once, row->in, strlen(row->in));
    while (at < end) {
        unsigned code;
        size_t step = utf8_next(at, left, &code);

        if (step == 0 && at + left < end) {
            left++;
            continue;
        }
        utf8_add(&pieces, step ? code : 0xfffd);
        at = step ? at + step : end;
        left = 1;
    }
    ck_assert_str_eq(buf_str(&pieces), buf_str(&once));
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, every_code_point);
    test_add_rows(suite, malformed, COUNT_OF(bad));
    test_add(suite, valid_texts);
    test_add_rows(suite, cleaning, COUNT_OF(clean_cases));
    test_add_rows(suite, next_asks_for_more, COUNT_OF(clean_cases));
}

TEST_MAIN("utf8", fill)
