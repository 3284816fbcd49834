/* SPDX-License-Identifier: Apache-2.0 */
/* Lists, hostile patterns, threads; the dialect itself is checked by golden vectors. */
#include "lib/conf/regex.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

static struct regex *compiled(const char *pattern)
{
    struct regex *regex = NULL;
    struct tern_error err;

    ck_assert_ok(regex_compile(pattern, &regex, &err), err);
    return regex;
}

static struct regex *list_of(const char *const *items, size_t count)
{
    struct regex *regex = NULL;
    struct tern_error err;

    ck_assert_ok(regex_compile_list(items, count, &regex, &err), err);
    return regex;
}

START_TEST(lists)
{
    static const char *const items[] = {".*[\\-\\.]internal", ".*\\.replica", "__.*", "a|b"};
    CLEANUP(regex_freep) struct regex *regex = list_of(items, 4);
    CLEANUP(regex_freep) struct regex *none = list_of(NULL, 0);
    CLEANUP(regex_freep) struct regex *empty = list_of((const char *const[]){""}, 1);

    ck_assert(regex_matches(regex, "mm2-offset-syncs.b.internal"));
    ck_assert(regex_matches(regex, "x.replica"));
    ck_assert(regex_matches(regex, "__consumer_offsets"));
    ck_assert(regex_matches(regex, "b"));
    ck_assert(!regex_matches(regex, "orders"));
    ck_assert(!regex_matches(regex, "x__y"));
    ck_assert(!regex_matches(none, ""));
    ck_assert(!regex_matches(none, "a"));
    ck_assert(regex_matches(empty, ""));
    ck_assert(!regex_matches(empty, "a"));
    regex_free(NULL);
}
END_TEST

/* What a pattern with a comma becomes when the list was split at it. */
START_TEST(split_quantifier_is_refused)
{
    static const char *const items[] = {"a{1", "2}"};
    struct regex *regex = NULL;
    struct tern_error err = {0};

    ck_assert_int_eq(regex_compile_list(items, 2, &regex, &err), -1);
    ck_assert_str_eq(err.msg, "invalid regex 'a{1|2}': an illegal repetition at offset 1");
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_ptr_null(regex);
}
END_TEST

START_TEST(messages)
{
    static const char *const rows[][2] = {
        {"*.foo", "invalid regex '*.foo': a quantifier with nothing to repeat at offset 0"},
        {"a[b", "invalid regex 'a[b': a class has no end at offset 3"},
        {"(a", "invalid regex '(a': missing closing parenthesis"},
        {"a\\", "invalid regex 'a\\': a backslash at the end at offset 1"},
        {"x\\iy", "invalid regex 'x\\iy': an unknown escape at offset 1"},
        {"[a&&&b]", "invalid regex '[a&&&b]': what follows '&&' is not supported at offset 4"},
        {"[a[b]", "invalid regex '[a[b]': a class has no end at offset 5"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct regex *regex = NULL;
        struct tern_error err = {0};

        ck_assert_int_eq(regex_compile(rows[i][0], &regex, &err), -1);
        ck_assert_str_eq(err.msg, rows[i][1]);
    }
}
END_TEST

START_TEST(hostile_patterns_end)
{
    static const char *const patterns[] = {"(a+)+b", "(a|aa)+$b", "(.*)*x", "(?:a?){40}a{40}b",
                                           "(a*)*(a*)*(a*)*c"};
    char text[250];
    int64_t start = clock_mono_ms();

    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        CLEANUP(regex_freep) struct regex *regex = compiled(patterns[i]);

        ck_assert(!regex_matches(regex, text));
    }
    ck_assert_int_lt(clock_mono_ms() - start, 20000);
}
END_TEST

START_TEST(long_lists_are_within_the_limit)
{
    enum {
        COUNT = 20000
    };
    const char **items = xcalloc(COUNT, sizeof(*items));
    struct regex *regex;

    for (int i = 0; i < COUNT; i++)
        items[i] = xasprintf("orders.shard-%d", i);
    regex = list_of(items, COUNT);
    ck_assert(regex_matches(regex, "orders.shard-19999"));
    ck_assert(regex_matches(regex, "orders.shard-0"));
    ck_assert(!regex_matches(regex, "orders.shard-20000"));
    regex_free(regex);
    for (int i = 0; i < COUNT; i++)
        free((char *)items[i]);
    free(items);
}
END_TEST

/* Cut at each bar outside groups; not at others, and not at all where that would tell. */
START_TEST(long_patterns_are_cut_with_care)
{
    CLEANUP(buf_fini) struct buf long_one = BUF_INIT(1 << 20), tied = BUF_INIT(1 << 20);
    CLEANUP(regex_freep) struct regex *regex = NULL, *cased = NULL;

    buf_add_str(&long_one, "(x|y)z");
    buf_add_str(&tied, "(?i)first");
    for (int i = 0; i < 1000; i++) {
        buf_add_fmt(&long_one, "|[|]%d(a|b)\\|c", i);
        buf_add_fmt(&tied, "|name%d", i);
    }
    regex = compiled(buf_str(&long_one));
    ck_assert(regex_matches(regex, "xz"));
    ck_assert(regex_matches(regex, "|999b|c"));
    ck_assert(regex_matches(regex, "|500a|c"));
    ck_assert(!regex_matches(regex, "|500a"));
    ck_assert(!regex_matches(regex, "b"));
    ck_assert(!regex_matches(regex, "c"));
    ck_assert(!regex_matches(regex, ""));
    cased = compiled(buf_str(&tied));
    ck_assert(regex_matches(cased, "NAME999"));
    ck_assert(regex_matches(cased, "FIRST"));
}
END_TEST

START_TEST(too_long_a_pattern)
{
    size_t len = 3 << 20;
    CLEANUP(freep) char *pattern = xmalloc(len + 1);
    struct regex *regex = NULL;
    struct tern_error err = {0};

    memset(pattern, 'a', len);
    pattern[len] = '\0';
    ck_assert_int_eq(regex_compile(pattern, &regex, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, "...': the pattern is too long"));
    ck_assert_int_eq(regex_compile_list((const char *const[]){pattern}, 1, &regex, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, "too long"));
}
END_TEST

START_TEST(text_that_is_not_utf8)
{
    CLEANUP(regex_freep) struct regex *regex = compiled(".*");

    ck_assert(!regex_matches(regex, "a\xff"));
    ck_assert(regex_matches(regex, "\xf0\x9f\x98\x80"));
}
END_TEST

static void match_many(void *arg)
{
    const struct regex *regex = arg;

    for (int i = 0; i < 2000; i++) {
        ck_assert(regex_matches(regex, "topic-17"));
        ck_assert(!regex_matches(regex, "topic-x"));
    }
}

START_TEST(several_threads)
{
    CLEANUP(regex_freep) struct regex *regex = compiled("(topic|queue)-(\\d+)");
    struct thread threads[3] = {0};

    for (size_t i = 0; i < COUNT_OF(threads); i++)
        thread_start(&threads[i], "matcher", match_many, regex);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        thread_join(&threads[i]);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, lists);
    test_add(suite, split_quantifier_is_refused);
    test_add(suite, messages);
    test_add(suite, hostile_patterns_end);
    test_add(suite, long_lists_are_within_the_limit);
    test_add(suite, long_patterns_are_cut_with_care);
    test_add(suite, too_long_a_pattern);
    test_add(suite, text_that_is_not_utf8);
    test_add(suite, several_threads);
}

TEST_MAIN("regex", fill)
