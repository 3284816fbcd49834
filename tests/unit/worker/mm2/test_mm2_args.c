/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/mm2/mm2_args.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

static const struct {
    const char *words; /* after the program's name */
    const char *file;  /* NULL: refused */
    const char *clusters;
    const char *error;
} rows[] = {
    {"mm2.properties", "mm2.properties", "", NULL},
    {"mm2.properties --clusters a", "mm2.properties", "a", NULL},
    {"mm2.properties --clusters a b c", "mm2.properties", "a b c", NULL},
    {"--clusters a b mm2.properties", "mm2.properties", "a b", NULL},
    {"--clusters a mm2.properties", "mm2.properties", "a", NULL},
    {"--clusters mm2.properties", NULL, NULL, "too few arguments: mm2.properties is missing"},
    {"", NULL, NULL, "too few arguments: mm2.properties is missing"},
    {"mm2.properties --clusters", NULL, NULL, "argument --clusters: expected at least one cluster"},
    {"mm2.properties other", NULL, NULL, "unrecognized argument: 'other'"},
    {"--bogus mm2.properties", NULL, NULL, "unrecognized argument: '--bogus'"},
    {"mm2.properties -x", NULL, NULL, "unrecognized argument: '-x'"},
};

static int parse(const char *words, struct mm2_args *args, struct tern_error *err)
{
    static char text[256]; /* the words are borrowed by args */
    char *argv[16] = {text};
    char *rest = text, *word;
    int argc = 0, rc;

    snprintf(text, sizeof(text), "program %s", words);
    while ((word = strsep(&rest, " ")) != NULL) {
        if (*word)
            argv[argc++] = word;
    }
    rc = mm2_args_parse(argc, argv, args, err);
    return rc;
}

START_TEST(command_lines)
{
    CLEANUP(buf_fini) struct buf clusters = BUF_INIT(256);
    struct tern_error err;
    struct mm2_args args;

    if (!rows[_i].file) {
        ck_assert_int_lt(parse(rows[_i].words, &args, &err), 0);
        ck_assert_str_eq(err.msg, rows[_i].error);
        return;
    }
    ck_assert_ok(parse(rows[_i].words, &args, &err), err);
    ck_assert_str_eq(args.file, rows[_i].file);
    for (size_t i = 0; i < args.clusters.count; i++)
        buf_add_fmt(&clusters, "%s%s", i ? " " : "", args.clusters.items[i]);
    ck_assert_str_eq(buf_str(&clusters), rows[_i].clusters);
    ck_assert(!args.is_help);
    mm2_args_fini(&args);
}
END_TEST

static const char *const help_lines[] = {"-h", "--help", "mm2.properties -h",
                                         "mm2.properties --clusters --help"};

START_TEST(help)
{
    struct tern_error err;
    struct mm2_args args;

    ck_assert_ok(parse(help_lines[_i], &args, &err), err);
    ck_assert(args.is_help);
    ck_assert_ptr_nonnull(strstr(mm2_usage, "--clusters CLUSTER [CLUSTER ...]"));
    mm2_args_fini(&args);
}
END_TEST

static void args_suite(Suite *s)
{
    test_add_rows(s, command_lines, COUNT_OF(rows));
    test_add_rows(s, help, COUNT_OF(help_lines));
}

TEST_MAIN("mm2_args", args_suite)
