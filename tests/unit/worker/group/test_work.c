/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/work.h"

#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

static void fill(struct work *w, const char *text)
{
    CLEANUP(freep) char *copy = xstrdup(text);
    char *rest = copy, *item;

    while ((item = strsep(&rest, " ")) != NULL) {
        char *colon = strchr(item, ':');

        if (!*item)
            continue;
        if (colon) {
            *colon = '\0';
            work_add_task(w, item, (int32_t)strtol(colon + 1, NULL, 10));
        } else {
            work_add_connector(w, item);
        }
    }
}

START_TEST(is_sorted_and_a_set)
{
    CLEANUP(work_fini) struct work w = WORK_INIT;
    CLEANUP(freep) char *text = NULL;

    ck_assert(work_add_task(&w, "b", 10));
    ck_assert(work_add_task(&w, "b", 2));
    ck_assert(work_add_task(&w, "a", 7));
    ck_assert(!work_add_task(&w, "b", 10));
    ck_assert(work_add_connector(&w, "b"));
    ck_assert(work_add_connector(&w, "a"));
    ck_assert(!work_add_connector(&w, "a"));
    text = work_text(&w);
    ck_assert_str_eq(text, "connectors [a, b], tasks [a-7, b-2, b-10]");
    ck_assert(work_has_task(&w, "b", 2) && !work_has_task(&w, "b", 3));
    ck_assert(work_remove_task(&w, "b", 2) && !work_remove_task(&w, "b", 2));
    ck_assert(work_remove_connector(&w, "a") && !work_remove_connector(&w, "a"));
    ck_assert(!work_has_connector(&w, "a") && work_has_connector(&w, "b"));
    ck_assert(!work_is_empty(&w));
    work_clear(&w);
    ck_assert(work_is_empty(&w));
}
END_TEST

static const struct {
    const char *a, *b, *minus;
} set_cases[] = {
    {"", "", ""},
    {"a b a:0 a:1 b:0", "", "a b a:0 a:1 b:0"},
    {"a b a:0 a:1 b:0", "a a:1", "b a:0 b:0"},
    {"a a:0", "a b a:0 a:1", ""},
};

START_TEST(sets)
{
    CLEANUP(work_fini) struct work a = WORK_INIT, b = WORK_INIT, rest = WORK_INIT, sum = WORK_INIT;
    CLEANUP(work_fini) struct work wanted = WORK_INIT;

    fill(&a, set_cases[_i].a);
    fill(&b, set_cases[_i].b);
    fill(&wanted, set_cases[_i].minus);
    work_minus(&a, &b, &rest);
    ck_assert(work_equal(&rest, &wanted));
    work_add_all(&sum, &a);
    work_remove_all(&sum, &b);
    ck_assert(work_equal(&sum, &wanted));
    work_add_all(&sum, &b);
    work_add_all(&sum, &a);
    work_remove_all(&sum, &a);
    work_remove_all(&sum, &b);
    ck_assert(work_is_empty(&sum));
    work_fini(&b);
    work_fini(&rest);
    work_fini(&sum);
}
END_TEST

START_TEST(differences_show)
{
    CLEANUP(work_fini) struct work a = WORK_INIT;
    CLEANUP(work_fini) struct work b = WORK_INIT;

    fill(&a, "a a:0");
    fill(&b, "a a:1");
    ck_assert(!work_equal(&a, &b));
    work_clear(&b);
    fill(&b, "b a:0");
    ck_assert(!work_equal(&a, &b));
    work_clear(&b);
    fill(&b, "a b:0");
    ck_assert(!work_equal(&a, &b));
    work_clear(&b);
    fill(&b, "a a:0");
    ck_assert(work_equal(&a, &b));
}
END_TEST

START_TEST(a_long_text_is_cut)
{
    CLEANUP(work_fini) struct work w = WORK_INIT;
    CLEANUP(freep) char *text = NULL;

    for (int32_t i = 0; i < 2000; i++)
        work_add_task(&w, "connector", i);
    text = work_text(&w);
    ck_assert_uint_le(strlen(text), 4096);
    ck_assert_ptr_nonnull(strstr(text, "connector-100,"));
}
END_TEST

static void work_suite(Suite *s)
{
    test_add(s, is_sorted_and_a_set);
    test_add_rows(s, sets, COUNT_OF(set_cases));
    test_add(s, differences_show);
    test_add(s, a_long_text_is_cut);
}

TEST_MAIN("work", work_suite)
