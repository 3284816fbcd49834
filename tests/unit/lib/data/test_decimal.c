/* SPDX-License-Identifier: Apache-2.0 */
/* Decimals and dates as Java prints and reads them. */
#include "lib/data/decimal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/data/java_date.h"
#include "tests/lib/testing.h"

enum {
    LIMIT = 1 << 16
};

static const struct text_case {
    const char *in;
    const char *out; /* NULL: no decimal */
    int scale;
    const char *hex; /* of the unscaled number */
} text_cases[] = {
    {"0", "0", 0, "00"},
    {"-0", "0", 0, "00"},
    {"1.56", "1.56", 2, "009c"},
    {"-1.28", "-1.28", 2, "80"},
    {"-1.29", "-1.29", 2, "ff7f"},
    {"127", "127", 0, "7f"},
    {"128", "128", 0, "0080"},
    {"-128", "-128", 0, "80"},
    {"256", "256", 0, "0100"},
    {"1e3", "1E+3", -3, "01"},
    {"15e2", "1.5E+3", -2, "0f"},
    {"1E-10", "1E-10", 10, "01"},
    {"0.000001", "0.000001", 6, "01"},
    {"0.0000001", "1E-7", 7, "01"},
    {"0.00", "0.00", 2, "00"},
    {"+.5", "0.5", 1, "05"},
    {"5.", "5", 0, "05"},
    {"123456789012345678901234567890", "123456789012345678901234567890", 0,
     "018ee90ff6c373e0ee4e3f0ad2"},
    {"-9223372036854775808", "-9223372036854775808", 0, "8000000000000000"},
    {"1000000000", "1000000000", 0, "3b9aca00"},
    {"\xd9\xa1\xd9\xa2", "12", 0, "0c"},
    {"1e2147483647", "1E+2147483647", -2147483647, "01"},
    {"", NULL, 0, NULL},
    {"-", NULL, 0, NULL},
    {".", NULL, 0, NULL},
    {"1e", NULL, 0, NULL},
    {"1e+", NULL, 0, NULL},
    {"1x", NULL, 0, NULL},
    {" 1", NULL, 0, NULL},
    {"1e2147483648", NULL, 0, NULL},
    {"1e99999999999999999999", NULL, 0, NULL},
    {"\xd9", NULL, 0, NULL},
};

START_TEST(texts)
{
    const struct text_case *row = &text_cases[_i];
    CLEANUP(arena_fini) struct arena a = ARENA_INIT;
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);
    CLEANUP(buf_fini) struct buf bytes = BUF_INIT(LIMIT);
    struct tern_decimal d;

    if (!row->out) {
        ck_assert(!decimal_parse(&a, row->in, strlen(row->in), &d));
        return;
    }
    ck_assert(decimal_parse(&a, row->in, strlen(row->in), &d));
    decimal_text(&out, &d);
    ck_assert_str_eq(buf_str(&out), row->out);
    ck_assert_int_eq(d.scale, row->scale);
    test_unhex(row->hex, &bytes);
    ck_assert_uint_eq(d.size, bytes.len);
    ck_assert_mem_eq(d.unscaled, bytes.data, bytes.len);
}
END_TEST

static const struct number_case {
    const char *in;
    double number;
    int64_t wrapped;
    bool whole;
} number_cases[] = {
    {"1.9", 1.9, 1, false},
    {"-1.9", -1.9, -1, false},
    {"1e3", 1000, 1000, true},
    {"1.0", 1, 1, true},
    {"9223372036854775807", 9223372036854775807.0, INT64_MAX, true},
    {"9223372036854775808", 9223372036854775808.0, INT64_MIN, false},
    {"-9223372036854775808", -9223372036854775808.0, INT64_MIN, true},
    {"1e400", (double)INFINITY, 0, false},
    {"-1e400", (double)-INFINITY, 0, false},
    {"1e-400", 0, 0, false},
    {"0e99", 0, 0, true},
    {"0e-99", 0, 0, true},
    {"1e19", 1e19, -8446744073709551616.0, false},
};

START_TEST(numbers)
{
    const struct number_case *row = &number_cases[_i];
    CLEANUP(arena_fini) struct arena a = ARENA_INIT;
    struct tern_decimal d;
    int64_t n;

    ck_assert(decimal_parse(&a, row->in, strlen(row->in), &d));
    ck_assert(decimal_double(&d) == row->number);
    ck_assert_int_eq(decimal_wrapped(&d), row->wrapped);
    ck_assert(decimal_int64(&d, &n) == row->whole);
    if (row->whole)
        ck_assert_int_eq(n, row->wrapped);
}
END_TEST

START_TEST(bounds)
{
    CLEANUP(arena_fini) struct arena a = ARENA_INIT;
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT);
    char digits[DECIMAL_DIGITS_MAX + 1], bytes[DECIMAL_BYTES_MAX + 1];
    struct tern_decimal d;

    memset(digits, '9', sizeof(digits));
    ck_assert(!decimal_parse(&a, digits, sizeof(digits), &d));
    ck_assert(decimal_parse(&a, digits, sizeof(digits) - 1, &d));
    decimal_text(&out, &d);
    ck_assert_uint_eq(out.len, DECIMAL_DIGITS_MAX);
    ck_assert_mem_eq(out.data, digits, DECIMAL_DIGITS_MAX);
    memset(bytes, 0x55, sizeof(bytes));
    d = (struct tern_decimal){bytes, sizeof(bytes), 0};
    decimal_text(&out, &d);
    ck_assert(out.failed);
    ck_assert(isinf(decimal_double(&d)));
}
END_TEST

START_TEST(needless_bytes)
{
    const struct tern_decimal a = {"\0\0\x80", 3, 1}, b = {"\0\x80", 2, 1}, c = {"\xff\x80", 2, 1},
                              d = {"\x80", 1, 1}, e = {"\0\x80", 2, 2};

    ck_assert(decimal_equal(&a, &b));
    ck_assert(decimal_equal(&c, &d));
    ck_assert(!decimal_equal(&a, &c));
    ck_assert(!decimal_equal(&b, &e));
}
END_TEST

static const struct date_case {
    int64_t ms;
    const char *timestamp, *text;
} date_cases[] = {
    {0, "1970-01-01T00:00:00.000Z", "Thu Jan 01 00:00:00 UTC 1970"},
    {1566570894346, "2019-08-23T14:34:54.346Z", "Fri Aug 23 14:34:54 UTC 2019"},
    {951782399999, "2000-02-28T23:59:59.999Z", "Mon Feb 28 23:59:59 UTC 2000"},
    {951782400000, "2000-02-29T00:00:00.000Z", "Tue Feb 29 00:00:00 UTC 2000"},
    {-1, "1969-12-31T23:59:59.999Z", "Wed Dec 31 23:59:59 UTC 1969"},
    {-12219292800000, "1582-10-15T00:00:00.000Z", "Fri Oct 15 00:00:00 UTC 1582"},
    {-12219292800001, "1582-10-04T23:59:59.999Z", "Thu Oct 04 23:59:59 UTC 1582"},
    {-62135769600000, "0001-01-01T00:00:00.000Z", "Sat Jan 01 00:00:00 UTC 0001"},
    {253402214400000, "9999-12-31T00:00:00.000Z", "Fri Dec 31 00:00:00 UTC 9999"},
};

START_TEST(dates)
{
    const struct date_case *row = &date_cases[_i];
    CLEANUP(buf_fini) struct buf timestamp = BUF_INIT(LIMIT);
    CLEANUP(buf_fini) struct buf text = BUF_INIT(LIMIT);
    int64_t ms;

    java_date_format(&timestamp, JAVA_TIMESTAMP, row->ms);
    ck_assert_str_eq(buf_str(&timestamp), row->timestamp);
    java_date_text(&text, row->ms);
    ck_assert_str_eq(buf_str(&text), row->text);
    ck_assert(java_date_parse(JAVA_TIMESTAMP, row->timestamp, strlen(row->timestamp), &ms));
    ck_assert_int_eq(ms, row->ms);
}
END_TEST

static void fill(Suite *suite)
{
    setenv("TZ", "UTC", 1); /* NOLINT(concurrency-mt-unsafe): there is one thread */
    test_add_rows(suite, texts, COUNT_OF(text_cases));
    test_add_rows(suite, numbers, COUNT_OF(number_cases));
    test_add(suite, bounds);
    test_add(suite, needless_bytes);
    test_add_rows(suite, dates, COUNT_OF(date_cases));
}

TEST_MAIN("decimal", fill)
