/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/testing.h"

#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/xmem.h"

int test_run(const char *name, void (*fill)(Suite *suite))
{
    Suite *suite = suite_create(name);
    SRunner *runner;
    int failed;

    fill(suite);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

void test_add(Suite *suite, const TTest *test)
{
    TCase *tcase = tcase_create(test->name);

    tcase_add_test(tcase, test);
    suite_add_tcase(suite, tcase);
}

void test_add_rows(Suite *suite, const TTest *test, size_t rows)
{
    TCase *tcase = tcase_create(test->name);

    tcase_add_loop_test(tcase, test, 0, (int)rows);
    suite_add_tcase(suite, tcase);
}

json_t *test_json(const char *path)
{
    char full[PATH_MAX];
    json_error_t why;
    json_t *value;

    snprintf(full, sizeof(full), "%s/%s", TERN_SOURCE_DIR, path);
    value = json_load_file(full, JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
    if (!value)
        ck_abort_msg("%s:%d: %s", full, why.line, why.text);
    return value;
}

const char *test_text(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);

    if (!json_is_string(member))
        ck_abort_msg("a golden row has no text '%s'", name);
    return json_string_value(member);
}

const json_t *test_array(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);

    if (!json_is_array(member))
        ck_abort_msg("a golden row has no array '%s'", name);
    return member;
}

void test_unhex(const char *hex, struct buf *out)
{
    for (; *hex; hex += 2) {
        unsigned byte;

        if (sscanf(hex, "%2x", &byte) != 1)
            ck_abort_msg("'%s' is no hex", hex);
        buf_add_char(out, (char)byte);
    }
}

char *test_folder(void)
{
    char *path = xasprintf("%s/tern-test-XXXXXX", P_tmpdir);

    if (!mkdtemp(path))
        ck_abort_msg("cannot make a folder like %s", path);
    return path;
}

void test_folder_remove(char *path)
{
    char *const roots[] = {path, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    const FTSENT *e;

    while (walk && (e = fts_read(walk))) {
        if (e->fts_info != FTS_D)
            remove(e->fts_accpath);
    }
    if (walk)
        fts_close(walk);
    free(path);
}

void test_write_file(const char *folder, const char *name, const void *data, size_t len)
{
    char *path = xasprintf("%s/%s", folder, name);
    FILE *f = fopen(path, "wb");

    if (!f || fwrite(data, 1, len, f) != len || fclose(f) != 0)
        ck_abort_msg("cannot write %s", path);
    free(path);
}
