/* SPDX-License-Identifier: Apache-2.0 */
/* Which files plugin.path names: rows of folders and files, and the order in which they come. */
#include "worker/plugin/plugin_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

enum {
    LIMIT = 1 << 16
};

static void collect(void *arg, const char *path)
{
    struct buf *found = arg;

    buf_add_str(found, found->len ? " " : "");
    buf_add_str(found, path);
}

/* A tree: a.so b.jar c.txt .hidden.so, in d1: x.so y.class, in d1/deep: z.so, empty d2. */
static char *make_tree(void)
{
    char *root = test_folder();
    CLEANUP(freep) char *d1 = xasprintf("%s/d1", root);
    CLEANUP(freep) char *deep = xasprintf("%s/d1/deep", root);
    CLEANUP(freep) char *d2 = xasprintf("%s/d2", root);
    CLEANUP(freep) char *dangling = xasprintf("%s/dangling", root);

    ck_assert_int_eq(mkdir(d1, 0700), 0);
    ck_assert_int_eq(mkdir(deep, 0700), 0);
    ck_assert_int_eq(mkdir(d2, 0700), 0);
    ck_assert_int_eq(symlink("nowhere", dangling), 0);
    test_write_file(root, "a.so", "", 0);
    test_write_file(root, "b.jar", "", 0);
    test_write_file(root, "c.txt", "", 0);
    test_write_file(root, ".hidden.so", "", 0);
    test_write_file(d1, "x.so", "", 0);
    test_write_file(d1, "y.class", "", 0);
    test_write_file(deep, "z.so", "", 0);
    return root;
}

static const struct path_case {
    const char *path;  /* @ stands for the tree's root */
    const char *found; /* likewise */
} path_cases[] = {
    {NULL, ""},
    {"", ""},
    {" , ,", ""},
    {"@", "@/a.so @/d1/x.so"},
    {"@/d1", "@/d1/deep/z.so @/d1/x.so"},
    {"@/d2", ""},
    {"@/a.so", "@/a.so"},
    {" @/d1/x.so ,@/a.so", "@/d1/x.so @/a.so"},
    {"@/b.jar,@/d1/y.class", ""},
    {"@/c.txt", "@/c.txt"}, /* named, so that it is told why it is none */
    {"@/missing,@/a.so,@/dangling", "@/a.so"},
};

/* text with each @ replaced. */
static char *expand(const char *text, const char *root)
{
    struct buf out = BUF_INIT(LIMIT);

    for (; *text; text++) {
        if (*text == '@')
            buf_add_str(&out, root);
        else
            buf_add_char(&out, *text);
    }
    return buf_take_str(&out);
}

START_TEST(rows)
{
    const struct path_case *row = &path_cases[_i];
    char *root = make_tree();
    CLEANUP(freep) char *path = row->path ? expand(row->path, root) : NULL;
    CLEANUP(freep) char *expected = expand(row->found, root);
    CLEANUP(buf_fini) struct buf found = BUF_INIT(LIMIT);

    plugin_path_scan(path, collect, &found);
    ck_assert_str_eq(buf_str(&found), expected);
    test_folder_remove(root);
}
END_TEST

START_TEST(relative_to_the_working_folder)
{
    char *root = make_tree();
    CLEANUP(buf_fini) struct buf found = BUF_INIT(LIMIT);

    ck_assert_int_eq(chdir(root), 0);
    plugin_path_scan("d1,a.so", collect, &found);
    ck_assert_str_eq(buf_str(&found), "d1/deep/z.so d1/x.so a.so");
    ck_assert_int_eq(chdir("/"), 0);
    test_folder_remove(root);
}
END_TEST

/* A test has no lib folder beside it, so what is left is where `make install` puts plugins. */
START_TEST(default_folder_is_known)
{
    CLEANUP(freep) char *folder = plugin_path_default();

    ck_assert(*folder == '/');
    ck_assert(strstr(folder, "tern/plugins") || strstr(folder, "/lib"));
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, rows, sizeof(path_cases) / sizeof(path_cases[0]));
    test_add(suite, relative_to_the_working_folder);
    test_add(suite, default_folder_is_known);
}

TEST_MAIN("plugin_path", fill)
