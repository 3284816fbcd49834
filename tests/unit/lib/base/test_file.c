/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

START_TEST(reads_whole_files)
{
    static char big[100000];
    char *folder = test_folder(), *path = xasprintf("%s/big", folder);
    CLEANUP(buf_fini) struct buf out = BUF_INIT(sizeof(big));
    struct tern_error err;

    memset(big, 'x', sizeof(big));
    big[1] = '\0';
    test_write_file(folder, "big", big, sizeof(big));
    ck_assert_ok(file_read(path, &out, &err), err);
    ck_assert_uint_eq(out.len, sizeof(big));
    ck_assert_int_eq(memcmp(out.data, big, sizeof(big)), 0);
    free(path);
    test_folder_remove(folder);
}
END_TEST

START_TEST(appends_and_keeps_the_limit)
{
    char *folder = test_folder(), *path = xasprintf("%s/f", folder);
    CLEANUP(buf_fini) struct buf out = BUF_INIT(6);
    struct tern_error err = {0};

    test_write_file(folder, "f", "abc", 3);
    buf_add_char(&out, '>');
    ck_assert_ok(file_read(path, &out, &err), err);
    ck_assert_str_eq(buf_str(&out), ">abc");
    ck_assert_int_eq(file_read(path, &out, &err), -1);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_ptr_nonnull(strstr(err.msg, path));
    ck_assert_ptr_nonnull(strstr(err.msg, "larger than 6 bytes"));
    free(path);
    test_folder_remove(folder);
}
END_TEST

START_TEST(empty_file)
{
    char *folder = test_folder(), *path = xasprintf("%s/empty", folder);
    CLEANUP(buf_fini) struct buf out = BUF_INIT(10);
    struct tern_error err;

    test_write_file(folder, "empty", "", 0);
    ck_assert_ok(file_read(path, &out, &err), err);
    ck_assert_str_eq(buf_str(&out), "");
    free(path);
    test_folder_remove(folder);
}
END_TEST

START_TEST(faults_name_the_path)
{
    char *folder = test_folder(), *path = xasprintf("%s/none", folder);
    CLEANUP(buf_fini) struct buf out = BUF_INIT(10);
    struct tern_error err = {0};

    ck_assert_int_eq(file_read(path, &out, &err), -1);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(err.msg, path));
    ck_assert_int_eq(file_read(folder, &out, &err), -1);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_ptr_nonnull(strstr(err.msg, "it is a directory"));
    free(path);
    test_folder_remove(folder);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, reads_whole_files);
    test_add(suite, appends_and_keeps_the_limit);
    test_add(suite, empty_file);
    test_add(suite, faults_name_the_path);
}

TEST_MAIN("file", fill)
