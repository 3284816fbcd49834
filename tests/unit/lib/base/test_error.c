/* SPDX-License-Identifier: Apache-2.0 */
#include <tern/error.h>

#include <string.h>

#include "tests/lib/testing.h"

static int fail_inside(struct tern_error *err)
{
    return tern_fail(err, TERN_ENOTFOUND, "no topic '%s'", "t");
}

static int fail_outside(struct tern_error *err)
{
    if (fail_inside(err) < 0)
        return tern_context(err, "starting '%s'", "c");
    return 0;
}

START_TEST(context_goes_before)
{
    struct tern_error err = {0};

    ck_assert_int_eq(fail_outside(&err), -1);
    ck_assert_str_eq(err.msg, "starting 'c': no topic 't'");
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(err.where, "test_error.c:"));
}
END_TEST

START_TEST(long_messages_are_cut)
{
    struct tern_error err = {0};
    char text[3000];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    tern_fail_at(&err, "f.c:1", TERN_EINTERNAL, "%s", text);
    ck_assert_uint_eq(strlen(err.msg), sizeof(err.msg) - 1);
    tern_context_at(&err, "before");
    ck_assert_uint_eq(strlen(err.msg), sizeof(err.msg) - 1);
    ck_assert(strncmp(err.msg, "before: xxx", 11) == 0);
}
END_TEST

START_TEST(long_contexts_are_cut)
{
    char text[3000];

    for (size_t len = 1000; len < 1040; len++) {
        struct tern_error err = {0};
        size_t got;

        memset(text, 'y', len);
        text[len] = '\0';
        tern_fail_at(&err, "f.c:1", TERN_EINTERNAL, "abcdefghijklmnopqrstuvwxyz");
        tern_context_at(&err, "%s", text);
        got = strlen(err.msg);
        ck_assert_uint_le(got, sizeof(err.msg) - 1);
        ck_assert_uint_ge(got, sizeof(err.msg) - 5);
        ck_assert_ptr_nonnull(strstr(err.msg, ": "));
    }
}
END_TEST

START_TEST(context_of_its_own_message)
{
    struct tern_error err = {0};

    tern_fail_at(&err, "f.c:1", TERN_EINTERNAL, "inner");
    tern_context_at(&err, "'%s' again", err.msg);
    ck_assert_str_eq(err.msg, "'inner' again: inner");
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, context_goes_before);
    test_add(suite, long_messages_are_cut);
    test_add(suite, long_contexts_are_cut);
    test_add(suite, context_of_its_own_message);
}

TEST_MAIN("error", fill)
