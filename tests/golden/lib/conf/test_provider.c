/* SPDX-License-Identifier: Apache-2.0 */
/* Variables in configurations, against what Kafka's ConfigTransformer and providers did. */
#include "lib/conf/provider.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/buf.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

/* The golden file's root "/" for paths below /srv. */
static char *root;

static void make_files(void)
{
    static const char properties[] =
        "k1=v1\nk2 = v:2\nuni=\xc3\xa9\nsp = a b \\\n   cont\nempty=\n";
    char *srv, *secrets;

    root = test_folder();
    srv = xasprintf("%s/srv", root);
    secrets = xasprintf("%s/secrets", srv);
    ck_assert_int_eq(mkdir(srv, 0700), 0);
    ck_assert_int_eq(mkdir(secrets, 0700), 0);
    test_write_file(secrets, "f.properties", properties, sizeof(properties) - 1);
    test_write_file(secrets, "d1", "line\n", 5);
    free(srv);
    free(secrets);
    setenv("A_B", "envval", 1);
    setenv("SECRET", "not to be seen", 1);
}

static void remove_files(void)
{
    test_folder_remove(root);
}

/* text with the root before each "/srv/"; to be freed. */
static char *rooted(const char *text)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(1 << 16);
    const char *at;

    for (; (at = strstr(text, "/srv/")); text = at + 5) {
        buf_add(&out, text, (size_t)(at - text));
        buf_add_fmt(&out, "%s/srv/", root);
    }
    buf_add_str(&out, text);
    return buf_take_str(&out);
}

static struct provider_set *open_set(void)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct provider_set *set = NULL;
    struct tern_config config;
    struct tern_error err;

    strmap_set(&map, "config.providers", "file, env,dir,missing");
    strmap_set(&map, "config.providers.file.class",
               "org.apache.kafka.common.config.provider.FileConfigProvider");
    strmap_set(&map, "config.providers.env.class", "EnvVar");
    strmap_set(&map, "config.providers.env.param.allowlist.pattern", "A_.*");
    strmap_set(&map, "config.providers.dir.class", "DirectoryConfigProvider");
    config = strmap_config(&map);
    ck_assert_ok(provider_set_open(&config, &set, &err), err);
    return set;
}

/* What becomes of one value; NULL and *err. */
static char *resolve(const struct provider_set *set, const char *value, struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap in = STRMAP_INIT, out = STRMAP_INIT;
    struct tern_config config;

    strmap_set(&in, "k", value);
    config = strmap_config(&in);
    if (provider_set_resolve(set, &config, &out, err) < 0) {
        ck_assert_uint_eq(out.count, 0);
        return NULL;
    }
    ck_assert_uint_eq(out.count, 1);
    return xstrdup(strmap_get(&out, "k"));
}

static void check_transformer(const struct provider_set *set, const json_t *c)
{
    CLEANUP(freep) char *in = rooted(test_text(c, "in")), *out = NULL, *want = NULL;
    const json_t *error = json_object_get(c, "error");
    struct tern_error err = {0};

    out = resolve(set, in, &err);
    if (error) {
        ck_assert_ptr_null(out);
        ck_assert_str_eq(err.msg, test_text(error, "message"));
        return;
    }
    ck_assert_msg(out != NULL, "%s: %s", in, err.msg);
    want = rooted(test_text(c, "out"));
    ck_assert_str_eq(out, want);
}

START_TEST(transformer)
{
    json_t *golden = test_json("tests/golden/lib/conf/config.json");
    const json_t *cases = test_array(golden, "cases");
    struct provider_set *set = open_set();
    size_t ran = 0;

    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);

        if (strcmp(test_text(c, "op"), "ConfigTransformer") != 0)
            continue;
        check_transformer(set, c);
        ran++;
    }
    ck_assert_uint_gt(ran, 20);
    provider_set_free(set);
    json_decref(golden);
}
END_TEST

/* Each key of the case's data, and one that is not there. */
static void check_data(const struct provider_set *set, const char *path, const json_t *data)
{
    static const char *const keys[] = {"empty", "k1", "k2", "sp", "uni", "none"};

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        CLEANUP(freep) char *variable = xasprintf("${p:%s:%s}", path, keys[i]);
        const char *want = json_string_value(json_object_get(data, keys[i]));
        struct tern_error err = {0};
        CLEANUP(freep) char *got = resolve(set, variable, &err);

        ck_assert_msg(got != NULL, "%s: %s", variable, err.msg);
        ck_assert_str_eq(got, want ? want : variable);
    }
}

static void check_allowed_paths(const json_t *c)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(freep) char *allowed = rooted(test_text(c, "allowed.paths"));
    CLEANUP(freep) char *path = rooted(test_text(c, "path")), *message = NULL;
    CLEANUP(provider_set_freep) struct provider_set *set = NULL;
    const json_t *error = json_object_get(c, "error");
    struct tern_config config;
    struct tern_error err = {0};
    int rc;

    strmap_set(&map, "config.providers", "p");
    strmap_set(&map, "config.providers.p.class", "File");
    strmap_set(&map, "config.providers.p.param.allowed.paths", allowed);
    config = strmap_config(&map);
    rc = provider_set_open(&config, &set, &err);
    ck_assert_msg((rc == 0) == !error, "allowed.paths %s: %s", allowed, err.msg);
    if (rc == 0) {
        check_data(set, path, json_object_get(c, "data"));
        return;
    }
    message = rooted(test_text(error, "message"));
    ck_assert_str_eq(err.msg, message);
}

START_TEST(allowed_paths)
{
    json_t *golden = test_json("tests/golden/lib/conf/config.json");
    const json_t *cases = test_array(golden, "cases");
    size_t ran = 0;

    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);

        if (strcmp(test_text(c, "op"), "FileConfigProvider") != 0)
            continue;
        check_allowed_paths(c);
        ran++;
    }
    ck_assert_uint_gt(ran, 6);
    json_decref(golden);
}
END_TEST

static void fill(Suite *suite)
{
    TCase *tcase = tcase_create("providers");

    tcase_add_checked_fixture(tcase, make_files, remove_files);
    tcase_add_test(tcase, transformer);
    tcase_add_test(tcase, allowed_paths);
    suite_add_tcase(suite, tcase);
}

TEST_MAIN("config providers", fill)
