/* SPDX-License-Identifier: Apache-2.0 */
/* The definitions of a worker and of source connectors, beside those of Kafka's own classes. */
#include <string.h>

#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "tests/lib/testing.h"
#include "worker/herder/connector_keys.h"
#include "worker/herder/worker_config.h"

#define GOLDEN "tests/golden/worker/herder/"

static const char *text_or_null(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void check_text(const char *key, const char *what, const char *got, const char *wanted)
{
    if ((got == NULL) != (wanted == NULL) || (got && strcmp(got, wanted) != 0)) {
        ck_abort_msg("%s, %s: '%s', not '%s'", key, what, got ? got : "(null)",
                     wanted ? wanted : "(null)");
    }
}

static void check_common(const struct config_def *def, const json_t *wanted, const char *valid,
                         struct tern_config_key *ret_key)
{
    const char *name = test_text(wanted, "name");
    CLEANUP(freep) char *values = NULL;
    CLEANUP(freep) char *fallback = NULL;

    if (!config_def_find(def, name, ret_key))
        ck_abort_msg("%s is not defined", name);
    values = config_key_valid_values(ret_key);
    fallback = config_key_default_text(ret_key);
    check_text(name, "type", config_type_name(ret_key->type), test_text(wanted, "type"));
    check_text(name, "importance", config_importance_name(ret_key->importance),
               test_text(wanted, "importance"));
    check_text(name, "default", fallback, text_or_null(wanted, "default"));
    check_text(name, "valid values", values, text_or_null(wanted, valid));
    ck_assert_msg(config_key_required(ret_key) == json_is_true(json_object_get(wanted, "required")),
                  "%s: required or not", name);
}

static size_t count_keys(const struct config_def *def)
{
    struct config_walk walk = {0};
    size_t count = 0;

    while (config_walk_next(def, &walk))
        count++;
    return count;
}

START_TEST(worker_is_that_of_java)
{
    json_t *golden = test_json(GOLDEN "connect-worker-configdef.json");
    const struct config_def def = CONFIG_DEF(worker_tables);
    struct tern_config_key key;
    struct tern_error err;

    ck_assert_ok(config_def_check(&def, &err), err);
    ck_assert_uint_eq(json_array_size(golden), 133);
    ck_assert_uint_eq(count_keys(&def), 133);
    for (size_t i = 0; i < json_array_size(golden); i++)
        check_common(&def, json_array_get(golden, i), "valid", &key);
    json_decref(golden);
}
END_TEST

START_TEST(connector_is_that_of_java)
{
    json_t *golden = test_json(GOLDEN "source-connector-configdef.json");
    const json_t *rows = test_array(golden, "SourceConnectorConfig");
    const struct config_def def = CONFIG_DEF(connector_source_tables);
    struct tern_config_key key;
    struct tern_error err;

    ck_assert_ok(config_def_check(&def, &err), err);
    ck_assert_uint_eq(count_keys(&def), json_array_size(rows));
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *name = test_text(row, "name");

        check_common(&def, row, "valid_values", &key);
        check_text(name, "group", key.group, text_or_null(row, "group"));
        check_text(name, "display name", config_key_display_name(&key),
                   text_or_null(row, "display_name"));
        check_text(name, "width", config_width_name(key.width), text_or_null(row, "width"));
        ck_assert_int_eq(config_key_order(&key),
                         json_integer_value(json_object_get(row, "order_in_group")));
    }
    json_decref(golden);
}
END_TEST

static void worker_config_suite(Suite *s)
{
    test_add(s, worker_is_that_of_java);
    test_add(s, connector_is_that_of_java);
}

TEST_MAIN("worker_config", worker_config_suite)
