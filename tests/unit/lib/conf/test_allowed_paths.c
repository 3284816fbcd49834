/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/conf/allowed_paths.h"

#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

struct row {
    const char *allowed, *path, *opened; /* NULL: not allowed */
};

static const struct row rows[] = {
    {NULL, "/etc/../x", "/etc/../x"},
    {"", "rel/./x", "rel/./x"},
    {"/usr", "/usr", "/usr"},
    {"/usr", "/usr/", "/usr"},
    {"/usr", "/usr/lib/x", "/usr/lib/x"},
    {"/usr", "//usr///lib//x/", "/usr/lib/x"},
    {"/usr", "/usr/./lib/.", "/usr/lib"},
    {"/usr", "/usr/lib/../../usr/x", "/usr/x"},
    {"/usr", "/usr/../etc", NULL},
    {"/usr", "/usr/..", NULL},
    {"/usr", "/usrx", NULL},
    {"/usr", "/", NULL},
    {"/usr", "usr/lib", NULL},
    {"/usr", "../usr", NULL},
    {"/usr", "", NULL},
    {"/usr/lib/..", "/usr/x", "/usr/x"},
    {"/usr,/etc", "/etc/x", "/etc/x"},
    {"/usr,,", "/usr/x", "/usr/x"},
    {"/", "/../../x", "/x"},
    {"/", "/", "/"},
    {"/", "x", NULL},
    {"/../usr", "/usr/..x/...", "/usr/..x/..."},
    {",", "/usr", NULL},
};

START_TEST(requested_paths)
{
    CLEANUP(allowed_paths_freep) struct allowed_paths *paths = NULL;
    CLEANUP(freep) char *opened = NULL;
    struct tern_error err;

    ck_assert_ok(allowed_paths_new(rows[_i].allowed, &paths, &err), err);
    opened = allowed_paths_resolve(paths, rows[_i].path);
    if (rows[_i].opened)
        ck_assert_str_eq(opened, rows[_i].opened);
    else
        ck_assert_ptr_null(opened);
}
END_TEST

struct bad {
    const char *allowed, *message;
};

static const struct bad bads[] = {
    {"rel/x/../y", "Path rel/y is not absolute"},
    {"../../x", "Path ../../x is not absolute"},
    {".", "Path  is not absolute"},
    {"/usr, /etc", "Path  /etc is not absolute"},
    {",/usr", "Path  is not absolute"},
    {"/usr,,/etc", "Path  is not absolute"},
    {"/no/such/folder/", "Path /no/such/folder does not exist"},
};

START_TEST(faults)
{
    struct allowed_paths *paths = NULL;
    struct tern_error err = {0};

    ck_assert_int_eq(allowed_paths_new(bads[_i].allowed, &paths, &err), -1);
    ck_assert_str_eq(err.msg, bads[_i].message);
    ck_assert_ptr_null(paths);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, requested_paths, COUNT_OF(rows));
    test_add_rows(suite, faults, COUNT_OF(bads));
}

TEST_MAIN("allowed_paths", fill)
