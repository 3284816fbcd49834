/* SPDX-License-Identifier: Apache-2.0 */
/* Names of groups: lists that are merged, and names that fit no list. */
#include "connectors/mirror/checkpoint/group_names.h"

#include "lib/base/buf.h"
#include "lib/base/vec.h"
#include "tests/lib/testing.h"

/* One name for each letter. */
static struct group_names names_of(const char *letters)
{
    struct group_names names = {0};

    for (; *letters; letters++)
        vec_push(&names, xstrndup(letters, 1));
    return names;
}

static const struct {
    const char *there, *others, *merged;
} merges[] = {
    {"", "", ""},       {"", "abc", "abc"},   {"abc", "", "abc"},    {"b", "abc", "abc"},
    {"ac", "b", "abc"}, {"bd", "ac", "abcd"}, {"abc", "abc", "abc"},
};

START_TEST(merging)
{
    struct group_names names = names_of(merges[_i].there), others = names_of(merges[_i].others);
    struct group_names wanted = names_of(merges[_i].merged);

    group_names_merge(&names, &others);
    ck_assert(group_names_equal(&names, &wanted));
    ck_assert_int_eq(group_names_equal(&names, &others),
                     strcmp(merges[_i].merged, merges[_i].others) == 0);
    group_names_fini(&names);
    group_names_fini(&others);
    group_names_fini(&wanted);
}
END_TEST

static const struct {
    const char *name;
    bool fits;
} fits[] = {
    {"group", true},
    {"a b", true},
    {"a:b;c|d", true},
    {"gr\xc3\xbc\xc3\x9f"
     "e",
     true},
    {"", false},
    {"a,b", false},
    {",", false},
    {" a", false},
    {"a ", false},
    {"\ta", false},
    {"a\n", false},
};

START_TEST(fitting)
{
    ck_assert_int_eq(group_names_fit(fits[_i].name), fits[_i].fits);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, merging, COUNT_OF(merges));
    test_add_rows(suite, fitting, COUNT_OF(fits));
}

TEST_MAIN("group_names", fill)
