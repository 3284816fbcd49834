/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * testing - what every test executable needs: a main, golden files, bytes in hex.
 *
 *   TEST_MAIN("buf", buf_suite)      runs one suite and exits with the result
 *
 * Paths of files are relative to the source tree.
 */
#include "lib/base/buf.h"

#include <check.h>
#include <jansson.h>
#include <tern/error.h>

#define TEST_MAIN(name, fill)            \
    int main(void)                       \
    {                                    \
        return test_run((name), (fill)); \
    }

/* Runs the cases that fill adds; the exit status. */
int test_run(const char *name, void (*fill)(Suite *suite));

/* Adds one test, or one per row of a table, as a case of its own. */
void test_add(Suite *suite, const TTest *test);
void test_add_rows(Suite *suite, const TTest *test, size_t rows);

/* A JSON file of the source tree, which must be there and well formed. */
json_t *test_json(const char *path);
/* A member that must be there, of that type. */
const char *test_text(const json_t *object, const char *name);
const json_t *test_array(const json_t *object, const char *name);

/* "00ff" to bytes. */
void test_unhex(const char *hex, struct buf *out);

/* A fresh folder below /tmp, removed with its files by test_folder_remove(). */
char *test_folder(void);
void test_folder_remove(char *path);
void test_write_file(const char *folder, const char *name, const void *data, size_t len);

/* Fails unless the call succeeded, showing its error. */
#define ck_assert_ok(call, err)                                         \
    do {                                                                \
        if ((call) < 0)                                                 \
            ck_abort_msg("%s: %s (%s)", #call, (err).msg, (err).where); \
    } while (0)
