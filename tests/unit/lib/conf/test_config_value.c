/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/conf/config_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

static struct config_value parsed(enum tern_config_type type, const char *text)
{
    struct config_value value = CONFIG_VALUE_INIT;
    struct tern_error err;

    ck_assert_ok(config_value_parse("k", type, text, &value, &err), err);
    ck_assert_int_eq(value.type, type);
    return value;
}

struct shown {
    enum tern_config_type type;
    const char *in, *text, *message;
};

static const struct shown shown[] = {
    {TERN_BOOL, " True", "true", "true"},
    {TERN_INT, "+07", "7", "7"},
    {TERN_SHORT, "-32768", "-32768", "-32768"},
    {TERN_LONG, "-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
    {TERN_DOUBLE, "-.5e1d", "-5.0", "-5.0"},
    {TERN_DOUBLE, "-Infinity", "-Infinity", "-Infinity"},
    {TERN_LIST, " a ,b,, c", "a,b,,c", "[a, b, , c]"},
    {TERN_LIST, "", "", "[]"},
    {TERN_STRING, " x ", "x", "x"},
    {TERN_CLASS, " a.B$C ", "a.B$C", "a.B$C"},
    {TERN_PASSWORD, "secret", "[hidden]", "[hidden]"},
    {TERN_INT, NULL, NULL, "null"},
    {TERN_PASSWORD, NULL, NULL, "null"},
    {TERN_LIST, NULL, NULL, "null"},
};

START_TEST(shown_texts)
{
    const struct shown *row = &shown[_i];
    CLEANUP(config_value_fini) struct config_value value = parsed(row->type, row->in);
    CLEANUP(freep) char *text = config_value_text(&value);
    CLEANUP(freep) char *message = config_value_message_text(&value);

    ck_assert_int_eq(value.is_null, !row->in);
    if (row->text)
        ck_assert_str_eq(text, row->text);
    else
        ck_assert_ptr_null(text);
    ck_assert_str_eq(message, row->message);
}
END_TEST

START_TEST(a_password_is_kept_whole)
{
    CLEANUP(config_value_fini) struct config_value value = parsed(TERN_PASSWORD, " s e ");

    ck_assert_str_eq(value.text, "s e");
}
END_TEST

START_TEST(long_messages_are_whole)
{
    char text[3000];
    CLEANUP(freep) char *fault = NULL;
    struct config_value value = CONFIG_VALUE_INIT;
    struct tern_error err = {0};

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    fault = config_value_fault("k", TERN_INT, text, &value);
    ck_assert_ptr_nonnull(strstr(fault, "x for configuration k: Not a number of type INT"));
    ck_assert_int_eq(config_value_parse("k", TERN_INT, text, &value, &err), -1);
    ck_assert(value.is_null);
}
END_TEST

START_TEST(duplicates)
{
    CLEANUP(config_value_fini) struct config_value value = parsed(TERN_LIST, "b,a,b,c,a,b");
    CLEANUP(freep) char *text = NULL;

    ck_assert(config_value_has_duplicates(&value));
    ck_assert(config_value_remove_duplicates(&value));
    text = config_value_text(&value);
    ck_assert_str_eq(text, "b,a,c");
    ck_assert(!config_value_has_duplicates(&value));
    ck_assert(!config_value_remove_duplicates(&value));
}
END_TEST

START_TEST(long_lists)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(1 << 22);
    CLEANUP(config_value_fini) struct config_value value = CONFIG_VALUE_INIT;

    for (int i = 0; i < 100000; i++)
        buf_add_fmt(&text, "%s%d", i ? "," : "", i % 99999);
    value = parsed(TERN_LIST, buf_str(&text));
    ck_assert_uint_eq(value.count, 100000);
    ck_assert(config_value_remove_duplicates(&value));
    ck_assert_uint_eq(value.count, 99999);
    ck_assert_str_eq(value.items[99998], "99998");
}
END_TEST

START_TEST(trimming)
{
    CLEANUP(freep) char *a = config_trim("\x01 a b\t\r\n"), *b = config_trim(" \n");

    ck_assert_str_eq(a, "a b");
    ck_assert_str_eq(b, "");
    ck_assert_ptr_null(config_trim(NULL));
}
END_TEST

START_TEST(no_numbers)
{
    static const char *const broken[] = {"\xd9",     "\xd9\xa1\xd9",     "1\xff",
                                         "\xe0\xa5", "\xf0\x9d\x9f\x8e", "0x10"};
    struct config_value value = CONFIG_VALUE_INIT;
    struct tern_error err = {0};

    for (size_t i = 0; i < COUNT_OF(broken); i++)
        ck_assert_int_eq(config_value_parse("k", TERN_LONG, broken[i], &value, &err), -1);
    value = parsed(TERN_LONG, "\xd9\xa1\xef\xbc\x95 ");
    ck_assert_int_eq(value.integer, 15);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, shown_texts, COUNT_OF(shown));
    test_add(suite, a_password_is_kept_whole);
    test_add(suite, long_messages_are_whole);
    test_add(suite, duplicates);
    test_add(suite, long_lists);
    test_add(suite, trimming);
    test_add(suite, no_numbers);
}

TEST_MAIN("config_value", fill)
