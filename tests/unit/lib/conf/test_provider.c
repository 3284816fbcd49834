/* SPDX-License-Identifier: Apache-2.0 */
/* Providers where the golden cases are silent: declarations, files of a folder, secrets. */
#include "lib/conf/provider.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

static char *folder;

static void make_folder(void)
{
    folder = test_folder();
}

static void remove_folder(void)
{
    test_folder_remove(folder);
}

static int open_with(const char *const pairs[][2], struct provider_set **ret_set,
                     struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config;

    for (; (*pairs)[0]; pairs++)
        strmap_set(&map, (*pairs)[0], (*pairs)[1]);
    config = strmap_config(&map);
    return provider_set_open(&config, ret_set, err);
}

static struct provider_set *open_kind(const char *class)
{
    struct provider_set *set = NULL;
    struct tern_error err;

    ck_assert_ok(open_with((const char *const[][2]){{"config.providers", "p"},
                                                    {"config.providers.p.class", class},
                                                    {NULL}},
                           &set, &err),
                 err);
    return set;
}

/* ${p:<folder>/<file>:<key>}, file NULL for the folder; the result to be freed, NULL on failure. */
static char *look_up(const struct provider_set *set, const char *file, const char *key,
                     struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap in = STRMAP_INIT, out = STRMAP_INIT;
    struct tern_config config;

    strmap_set_fmt(&in, "k", "${p:%s%s%s:%s}", folder, file ? "/" : "", file ? file : "", key);
    config = strmap_config(&in);
    if (provider_set_resolve(set, &config, &out, err) < 0)
        return NULL;
    return xstrdup(strmap_get(&out, "k"));
}

static void check_literal(const struct provider_set *set, const char *key)
{
    struct tern_error err = {0};
    CLEANUP(freep) char *got = look_up(set, NULL, key, &err);

    ck_assert_msg(got != NULL, "%s", err.msg);
    ck_assert(strncmp(got, "${p:", 4) == 0);
}

START_TEST(declarations)
{
    struct provider_set *set = NULL;
    struct tern_error err = {0};

    ck_assert_ok(open_with((const char *const[][2]){{NULL}}, &set, &err), err);
    provider_set_free(set);
    ck_assert_int_eq(open_with((const char *const[][2]){{"config.providers", "p"},
                                                        {"config.providers.p.class", "x.Vault"},
                                                        {NULL}},
                               &set, &err),
                     -1);
    ck_assert_str_eq(err.msg, "Invalid value x.Vault for configuration config.providers.p.class: "
                              "Could not load config provider class or one of its dependencies");
    ck_assert_int_eq(
        open_with((const char *const[][2]){{"config.providers", "p"},
                                           {"config.providers.p.class", "EnvVar"},
                                           {"config.providers.p.param.allowlist.pattern", "["},
                                           {NULL}},
                  &set, &err),
        -1);
    ck_assert_ptr_nonnull(strstr(err.msg, "config.providers.p.param.allowlist.pattern: invalid"));
    provider_set_free(NULL);
}
END_TEST

START_TEST(no_provider_copies)
{
    CLEANUP(strmap_fini) struct strmap in = STRMAP_INIT, out = STRMAP_INIT;
    struct tern_config config;
    struct tern_error err;

    strmap_set(&in, "a", "${p:k}");
    strmap_set(&in, "b", NULL);
    config = strmap_config(&in);
    ck_assert_ok(provider_set_resolve(NULL, &config, &out, &err), err);
    ck_assert_str_eq(strmap_get(&out, "a"), "${p:k}");
    ck_assert(strmap_has(&out, "b"));
}
END_TEST

START_TEST(files_of_a_folder)
{
    CLEANUP(provider_set_freep) struct provider_set *set = open_kind("Directory");
    CLEANUP(freep) char *link = xasprintf("%s/link", folder), *sub = xasprintf("%s/sub", folder);
    CLEANUP(freep) char *got = NULL, *linked = NULL, *empty = NULL;
    struct tern_error err = {0};

    test_write_file(folder, "pw", " s\xc3\xa9\n", 5);
    test_write_file(folder, "empty", "", 0);
    ck_assert_int_eq(symlink("pw", link), 0);
    ck_assert_int_eq(mkdir(sub, 0700), 0);
    got = look_up(set, NULL, "pw", &err);
    ck_assert_str_eq(got, " s\xc3\xa9\n");
    linked = look_up(set, NULL, "link", &err);
    ck_assert_str_eq(linked, " s\xc3\xa9\n");
    empty = look_up(set, NULL, "empty", &err);
    ck_assert_str_eq(empty, "");
    check_literal(set, "sub");
    check_literal(set, "none");
    check_literal(set, "..");
    check_literal(set, ".");
    check_literal(set, "");
    check_literal(set, "sub/../pw");
}
END_TEST

START_TEST(unreadable_content)
{
    CLEANUP(provider_set_freep) struct provider_set *set = open_kind("Directory");
    CLEANUP(freep) char *want = NULL;
    struct tern_error err = {0};

    test_write_file(folder, "latin", "secret\xe9", 7);
    test_write_file(folder, "nul", "secret\0x", 8);
    ck_assert_ptr_null(look_up(set, NULL, "latin", &err));
    want = xasprintf("Could not read file %s/latin for property latin", folder);
    ck_assert_str_eq(err.msg, want);
    ck_assert_ptr_null(look_up(set, NULL, "nul", &err));
    ck_assert_ptr_null(strstr(err.msg, "secret"));
}
END_TEST

START_TEST(malformed_file_tells_no_secret)
{
    CLEANUP(provider_set_freep) struct provider_set *set = open_kind("FileConfigProvider");
    CLEANUP(freep) char *want = NULL;
    struct tern_error err = {0};

    test_write_file(folder, "f", "a=1\npw=secret\\u12", 17);
    ck_assert_ptr_null(look_up(set, "f", "a", &err));
    want = xasprintf("%s/f:2: malformed \\uxxxx encoding", folder);
    ck_assert_str_eq(err.msg, want);
}
END_TEST

START_TEST(a_file_is_read_anew_each_time)
{
    CLEANUP(provider_set_freep) struct provider_set *set = open_kind("File");
    CLEANUP(freep) char *before = NULL, *after = NULL;
    struct tern_error err = {0};

    test_write_file(folder, "f", "a=1", 3);
    before = look_up(set, "f", "a", &err);
    test_write_file(folder, "f", "a=2", 3);
    after = look_up(set, "f", "a", &err);
    ck_assert_str_eq(before, "1");
    ck_assert_str_eq(after, "2");
}
END_TEST

static struct buf said = BUF_INIT(4096);

static void on_line(enum tern_log_level level, const char *logger, const char *message)
{
    (void)logger;
    ck_assert_int_eq(level, TERN_LOG_WARN);
    buf_add_fmt(&said, "%s\n", message);
}

static bool is_warning(enum tern_log_level level, const char *logger)
{
    (void)logger;
    return level == TERN_LOG_WARN;
}

/* The variable stays as it is: nothing else would tell why. */
START_TEST(paths_that_are_not_read_are_told_of)
{
    CLEANUP(provider_set_freep) struct provider_set *set = NULL, *directory = NULL;
    CLEANUP(freep) char *allowed = xasprintf("%s/in", folder), *value = NULL, *want = NULL;
    struct tern_error err;

    log_set_sink(on_line, is_warning);
    ck_assert_int_eq(mkdir(allowed, 0700), 0);
    test_write_file(folder, "out", "a=1", 3);
    ck_assert_ok(
        open_with((const char *const[][2]){{"config.providers", "p"},
                                           {"config.providers.p.class", "File"},
                                           {"config.providers.p.param.allowed.paths", allowed},
                                           {NULL}},
                  &set, &err),
        err);
    value = look_up(set, "in/../out", "a", &err);
    ck_assert_int_eq(strncmp(value, "${p:", 4), 0);
    free(value);
    directory = open_kind("Directory");
    value = look_up(directory, "out", "a", &err);
    ck_assert_int_eq(strncmp(value, "${p:", 4), 0);
    want = xasprintf("The path %s/in/../out is not allowed to be accessed\n"
                     "The path %s/out is not a directory\n",
                     folder, folder);
    ck_assert_str_eq(buf_str(&said), want);
    buf_fini(&said);
    ck_assert_int_eq(rmdir(allowed), 0);
}
END_TEST

START_TEST(environment_of_the_start)
{
    CLEANUP(strmap_fini) struct strmap in = STRMAP_INIT, out = STRMAP_INIT;
    CLEANUP(provider_set_freep) struct provider_set *set = NULL;
    struct tern_config config;
    struct tern_error err;

    setenv("TERN_TEST_A", "before", 1);
    setenv("TERN_TEST_L", "\xe9", 1);
    set = open_kind("org.apache.kafka.common.config.provider.EnvVarConfigProvider");
    setenv("TERN_TEST_A", "after", 1);
    setenv("TERN_TEST_B", "after", 1);
    strmap_set(&in, "k", "${p:TERN_TEST_A}/${p:TERN_TEST_B}/${p:TERN_TEST_L}/${p::TERN_TEST_A}");
    strmap_set(&in, "null", NULL);
    config = strmap_config(&in);
    ck_assert_ok(provider_set_resolve(set, &config, &out, &err), err);
    ck_assert_str_eq(strmap_get(&out, "k"), "before/${p:TERN_TEST_B}/${p:TERN_TEST_L}/before");
    ck_assert(strmap_has(&out, "null"));
    ck_assert_ptr_null(strmap_get(&out, "null"));
}
END_TEST

static void fill(Suite *suite)
{
    TCase *tcase = tcase_create("provider");

    tcase_add_checked_fixture(tcase, make_folder, remove_folder);
    tcase_add_test(tcase, declarations);
    tcase_add_test(tcase, no_provider_copies);
    tcase_add_test(tcase, files_of_a_folder);
    tcase_add_test(tcase, unreadable_content);
    tcase_add_test(tcase, malformed_file_tells_no_secret);
    tcase_add_test(tcase, a_file_is_read_anew_each_time);
    tcase_add_test(tcase, paths_that_are_not_read_are_told_of);
    tcase_add_test(tcase, environment_of_the_start);
    suite_add_tcase(suite, tcase);
}

TEST_MAIN("provider", fill)
