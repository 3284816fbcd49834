/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/conf/config_variables.h"

#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

/* Knows provider "p": the value is <path|key>; "bad" fails; others are unknown. */
static int look_up(void *arg, const char *provider, const char *path, const char *key,
                   const char **ret_value, struct tern_error *err)
{
    static char value[256];
    int *calls = arg;

    ++*calls;
    if (strcmp(provider, "bad") == 0)
        return tern_fail(err, TERN_ENOTFOUND, "no '%s'", key);
    snprintf(value, sizeof(value), "<%s|%s>", path, key);
    *ret_value = strcmp(provider, "p") == 0 && strcmp(key, "none") != 0 ? value : NULL;
    return 0;
}

struct row {
    const char *in, *out;
    int calls;
};

static const struct row rows[] = {
    {"", "", 0},
    {"plain", "plain", 0},
    {"$ { } ${ ${} $}", "$ { } ${ ${} $}", 0},
    {"${p:k}", "<|k>", 1},
    {"a${p:k}b${p:path:k}c", "a<|k>b<path|k>c", 2},
    {"${p:a:b:c}", "<a|b:c>", 1},
    {"${p:}", "<|>", 1},
    {"${p::}", "<|>", 1},
    {"${p::k}", "<|k>", 1},
    {"${:k}", "${:k}", 1},
    {"${:}", "${:}", 1},
    {"${q:k}", "${q:k}", 1},
    {"${p:none}", "${p:none}", 1},
    {"${nocolon}${p:k}", "${nocolon}<|k>", 1},
    {"${p:k", "${p:k", 0},
    {"${p:k}${p:k", "<|k>${p:k", 1},
    {"$${p:k}", "$<|k>", 1},
    {"${${p:k}}", "${${p:k}}", 1},
    {"${a ${p:k}", "${a ${p:k}", 1},
    {"${p:${p:k}}", "<${p|k>}", 1},
    {"\\${p:k}", "\\<|k>", 1},
    {"${p:a\nb}", "<|a\nb>", 1},
    {"{${p:k}}", "{<|k>}", 1},
    {"${p:k}}", "<|k>}", 1},
    {"${p:\xc3\xa9:k}", "<\xc3\xa9|k>", 1},
};

START_TEST(texts)
{
    CLEANUP(freep) char *out = NULL;
    struct tern_error err;
    int calls = 0;

    ck_assert_ok(config_variables_replace(rows[_i].in, look_up, &calls, &out, &err), err);
    ck_assert_str_eq(out, rows[_i].out);
    ck_assert_int_eq(calls, rows[_i].calls);
    ck_assert_int_eq(config_variables_any(rows[_i].in), rows[_i].calls > 0);
}
END_TEST

START_TEST(faults_end_it)
{
    struct tern_error err = {0};
    char *out = NULL;
    int calls = 0;

    ck_assert_int_eq(config_variables_replace("${p:k}${bad:k}${p:k}", look_up, &calls, &out, &err),
                     -1);
    ck_assert_ptr_null(out);
    ck_assert_int_eq(calls, 2);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, texts, COUNT_OF(rows));
    test_add(suite, faults_end_it);
}

TEST_MAIN("config_variables", fill)
