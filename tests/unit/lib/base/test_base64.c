/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/base64.h"

#include <string.h>

#include "tests/lib/testing.h"

/* RFC 4648, and all 64 digits. */
static const struct {
    const char *bytes;
    size_t len;
    const char *text;
} both_ways[] = {
    {"", 0, ""},
    {"f", 1, "Zg=="},
    {"fo", 2, "Zm8="},
    {"foo", 3, "Zm9v"},
    {"foob", 4, "Zm9vYg=="},
    {"fooba", 5, "Zm9vYmE="},
    {"foobar", 6, "Zm9vYmFy"},
    {"\0\0\0", 3, "AAAA"},
    {"\xff\xff\xff\xff", 4, "/////w=="},
    {"\x00\x10\x83\x10\x51\x87\x20\x92\x8b\x30\xd3\x8f\x41\x14\x93\x51\x55\x97\x61\x96\x9b\x71\xd7"
     "\x9f\x82\x18\xa3\x92\x59\xa7\xa2\x9a\xab\xb2\xdb\xaf\xc3\x1c\xb3\xd3\x5d\xb7\xe3\x9e\xbb\xf3"
     "\xdf\xbf",
     48, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"},
};

START_TEST(round_trip)
{
    struct buf text = BUF_INIT(1000), bytes = BUF_INIT(1000);

    base64_encode(&text, both_ways[_i].bytes, both_ways[_i].len);
    ck_assert_str_eq(buf_str(&text), both_ways[_i].text);
    ck_assert(base64_decode(&bytes, buf_str(&text), text.len));
    ck_assert_uint_eq(bytes.len, both_ways[_i].len);
    ck_assert_int_eq(memcmp(buf_str(&bytes), both_ways[_i].bytes, both_ways[_i].len), 0);
    buf_fini(&text);
    buf_fini(&bytes);
}
END_TEST

/* As java.util.Base64.getDecoder() answers. */
static const struct {
    const char *text;
    const char *bytes; /* NULL: refused */
} decoded[] = {
    {"Zg", "f"},     {"Zm8", "fo"},   {"Zh==", "f"},      {"Zg=", NULL},
    {"Zm9v=", NULL}, {"Zm8==", NULL}, {"Z", NULL},        {"Z===", NULL},
    {"====", NULL},  {"=", NULL},     {"Zm 9v", NULL},    {"Zm9v\n", NULL},
    {"Zm9-", NULL},  {"Zm9_", NULL},  {"Zg==Zg==", NULL}, {"\xc3\xa9==", NULL},
};

START_TEST(decode)
{
    struct buf bytes = BUF_INIT(1000);
    bool ok = base64_decode(&bytes, decoded[_i].text, strlen(decoded[_i].text));

    ck_assert_msg(ok == (decoded[_i].bytes != NULL), "'%s'", decoded[_i].text);
    if (ok)
        ck_assert_str_eq(buf_str(&bytes), decoded[_i].bytes);
    buf_fini(&bytes);
}
END_TEST

START_TEST(limits)
{
    struct buf small = BUF_INIT(5);

    ck_assert(!base64_decode(&small, "Zm9vYmFy", 8));
    buf_clear(&small);
    base64_encode(&small, "foobar", 6);
    ck_assert(small.failed);
    buf_fini(&small);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, round_trip, COUNT_OF(both_ways));
    test_add_rows(suite, decode, COUNT_OF(decoded));
    test_add(suite, limits);
}

TEST_MAIN("base64", fill)
