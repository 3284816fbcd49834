/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation beside what a Java worker answered: validate.json, of requests in
 * tests/peer/rest/validate.http. Answers are compared whole, but for documentation and for
 * classes that only the Java worker has.
 */
#include "worker/herder/connector_validate.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "worker/convert/converter.h"
#include "worker/herder/client_keys.h"

#define BYTES "org.apache.kafka.connect.converters.ByteArrayConverter"

static const char golden_json[] = "tests/golden/worker/herder/validate.json";

/* Answers that differ for a reason: that is the reason. */
static const struct {
    const char *title, *why;
} differing[] = {
    {"key converter org.apache.kafka.connect.storage.Converter", "an interface of the JVM"},
    {"value converter org.apache.kafka.connect.storage.Converter", "an interface of the JVM"},
    {"header converter org.apache.kafka.connect.storage.Converter", "an interface of the JVM"},
    {"key converter java.lang.String", "a class of the JVM"},
    {"value converter java.lang.String", "a class of the JVM"},
    {"header converter java.lang.String", "a class of the JVM"},
    {"transforms is abstract", "an interface of the JVM"},
    {"a RegexRouter", "no transforms here yet"},
    {"a RegexRouter by alias, faults", "no transforms here yet"},
    {"a predicate TopicNameMatches", "no predicates here yet"},
    {"producer override class", "classes of clients are the JVM's"},
    {"abstract connector", "a class of the JVM"},
    {"MirrorSourceConnector classes", "the message goes on with the classes that there are"},
    {"MirrorCheckpointConnector classes", "the message goes on with the classes that there are"},
    {"MirrorHeartbeatConnector classes", "the message goes on with the classes that there are"},
    {"mirror filter classes by alias", "aliases of filters and policies are known too"},
    {"mirror policy of the wrong kind", "Java finds out when the connector starts"},
};

struct fixture {
    struct plugin_registry *plugins;
    struct plugin_catalog catalog;
    struct strmap worker_config;
    struct tern_config worker_view;
    struct override_policy policy;
    struct validate_worker worker;
};

static bool no_level(enum tern_log_level level, const char *logger)
{
    (void)level, (void)logger;
    return false;
}

static void fixture_init(struct fixture *f)
{
    CLEANUP(freep)
    char *path = xasprintf("%s/lib/file.so,%s/lib/mirror-source.so,"
                           "%s/lib/mirror-checkpoint.so,%s/lib/mirror-heartbeat.so",
                           TERN_BUILD_DIR, TERN_BUILD_DIR, TERN_BUILD_DIR, TERN_BUILD_DIR);
    struct tern_error err;

    log_set_sink(NULL, no_level);
    *f = (struct fixture){.plugins = plugin_registry_open_with(path, NULL)};
    ck_assert_uint_eq(plugin_registry_count(f->plugins), 4);
    plugin_catalog_init(&f->catalog, f->plugins);
    strmap_set(&f->worker_config, "key.converter", BYTES);
    strmap_set(&f->worker_config, "value.converter", BYTES);
    f->worker_view = strmap_config(&f->worker_config);
    ck_assert_ok(override_policy_init(&f->policy, &f->worker_view, &err), err);
    f->worker = (struct validate_worker){
        .plugins = f->plugins,
        .config = &f->worker_view,
        .policy = &f->policy,
        .group_id = "java",
    };
}

static void fixture_fini(struct fixture *f)
{
    override_policy_fini(&f->policy);
    strmap_fini(&f->worker_config);
    plugin_catalog_fini(&f->catalog);
    plugin_registry_free(f->plugins);
}

/* ---- ours as JSON, as the golden file has it ---- */

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *texts(const struct config_texts *all)
{
    json_t *array = json_array();

    for (size_t i = 0; i < all->count; i++)
        json_array_append_new(array, json_string(all->at[i]));
    return array;
}

static json_t *definition_json(const struct config_info *info)
{
    const struct config_definition *d = &info->definition;

    if (!info->is_defined)
        return json_null();
    return json_pack("{s:s, s:s, s:b, s:o, s:s, s:o, s:i, s:s, s:s, s:[]}", "name", info->name,
                     "type", config_type_name(d->type), "required", d->required, "default_value",
                     text_or_null(d->default_text), "importance",
                     config_importance_name(d->importance), "group", text_or_null(d->group),
                     "order_in_group", d->order, "width", config_width_name(d->width),
                     "display_name", d->display_name, "dependents");
}

static json_t *info_json(const struct config_info *info)
{
    return json_pack("{s:o, s:{s:s, s:o, s:o, s:o, s:b}}", "definition", definition_json(info),
                     "value", "name", info->name, "value", text_or_null(info->value),
                     "recommended_values", texts(&info->recommended), "errors",
                     texts(&info->errors), "visible", info->visible);
}

/* ---- theirs, without the classes that are not here ---- */

static bool is_class_name(const char *text)
{
    return strncmp(text, "org.apache.kafka.connect.", 25) == 0;
}

static json_t *without_absent(const struct fixture *f, const json_t *golden)
{
    json_t *copy = json_deep_copy(golden);
    json_t *list = json_object_get(json_object_get(copy, "value"), "recommended_values");

    for (size_t i = json_array_size(list); i-- > 0;) {
        const char *text = json_string_value(json_array_get(list, i));

        if (is_class_name(text) && !plugin_catalog_find_any(&f->catalog, text))
            json_array_remove(list, i);
    }
    return copy;
}

static bool names_absent_converter(const struct fixture *f, const json_t *config)
{
    static const char *const keys[] = {"key.converter", "value.converter", "header.converter"};
    static const char *const known[] = {"Json", "String", "Boolean", "Long"};

    for (size_t i = 0; i < 3; i++) {
        const char *text = json_string_value(json_object_get(config, keys[i]));

        for (size_t k = 0; text && k < sizeof(known) / sizeof(known[0]); k++) {
            if (strstr(text, known[k]) && !plugin_catalog_find_any(&f->catalog, known[k]))
                return true;
        }
    }
    return false;
}

static bool is_accepted(const char *title)
{
    for (size_t i = 0; i < sizeof(differing) / sizeof(differing[0]); i++) {
        if (strcmp(differing[i].title, title) == 0)
            return true;
    }
    return false;
}

/* ---- comparing ---- */

static size_t faults; /* of the case at hand, which are all shown */

static void differ(const char *title, const char *what, const char *ours, const char *theirs)
{
    faults++;
    fprintf(stderr, "%s: %s\n  ours   %s\n  theirs %s\n", title, what, ours, theirs);
}

static void compare_json(const char *title, json_t *ours, const json_t *theirs)
{
    char *a, *b;

    if (json_equal(ours, theirs)) {
        json_decref(ours);
        return;
    }
    a = json_dumps(ours, JSON_SORT_KEYS | JSON_ENCODE_ANY);
    b = json_dumps(theirs, JSON_SORT_KEYS | JSON_ENCODE_ANY);
    differ(title, "differs", a, b);
    free(a);
    free(b);
    json_decref(ours);
}

static void compare_infos(const struct fixture *f, const json_t *row, const json_t *pool,
                          const struct config_infos *infos)
{
    const char *title = test_text(row, "title");
    const json_t *configs = test_array(row, "configs");

    compare_json(title, json_string(infos->name), json_object_get(row, "name"));
    compare_json(title, json_integer((json_int_t)infos->error_count),
                 json_object_get(row, "error_count"));
    compare_json(title, texts(&infos->groups), json_object_get(row, "groups"));
    if (infos->count != json_array_size(configs))
        differ(title, "number of entries",
               infos->count < json_array_size(configs) ? "less" : "more", "");
    for (size_t i = 0; i < infos->count && i < json_array_size(configs); i++) {
        json_int_t at = json_integer_value(json_array_get(configs, i));
        json_t *theirs = without_absent(f, json_array_get(pool, (size_t)at));

        compare_json(title, info_json(&infos->at[i]), theirs);
        json_decref(theirs);
    }
}

static void compare_failure(const json_t *row, enum tern_code code, const char *message)
{
    const char *title = test_text(row, "title");
    const char *prefix = code == TERN_EINVALID
                             ? "org.apache.kafka.connect.runtime.rest.errors.BadRequestException: "
                             : "org.apache.kafka.common.config.ConfigException: ";
    CLEANUP(freep) char *whole = xasprintf("%s%s", prefix, message);
    const char *theirs = json_string_value(json_object_get(row, "message"));
    const char *list = strstr(whole, "available connectors are: ");

    /* the list of classes is another, and the second failure in Java tells of the first */
    if (list && strstr(theirs, "Failed to find any class"))
        return;
    if (!theirs || strcmp(whole, theirs) != 0)
        differ(title, "message", whole, theirs ? theirs : "no failure");
}

/* The one error that is not the peer's: offsets are in the worker's own topic only. */
static void drop_own_limit(struct config_infos *infos)
{
    for (size_t i = 0; i < infos->count; i++) {
        struct config_texts *errors = &infos->at[i].errors;

        if (errors->count == 0 || !strstr(errors->at[errors->count - 1], "offsets in the worker's"))
            continue;
        free(errors->at[--errors->count]);
        infos->error_count--;
    }
}

static void check_case(const struct fixture *f, const json_t *row, const json_t *pool)
{
    CLEANUP(strmap_fini) struct strmap config = STRMAP_INIT;
    struct config_infos *infos = NULL;
    char *failure = NULL;
    struct tern_config view;
    struct tern_error err;
    const char *key;
    json_t *value;

    json_object_foreach(json_object_get(row, "config"), key, value)
    {
        strmap_set(&config, key, json_string_value(value));
    }
    view = strmap_config(&config);
    if (connector_validate(&f->worker, &view, &infos, &failure, &err) < 0)
        compare_failure(row, err.code, failure);
    else if (json_integer_value(json_object_get(row, "status")) != 200)
        differ(test_text(row, "title"), "no failure", "200", test_text(row, "message"));
    else {
        drop_own_limit(infos);
        compare_infos(f, row, pool, infos);
    }
    free(failure);
    config_infos_free(infos);
}

START_TEST(answers)
{
    json_t *golden = test_json(golden_json);
    const json_t *cases = test_array(golden, "cases"), *pool = test_array(golden, "pool");
    struct fixture f;
    size_t checked = 0;

    fixture_init(&f);
    faults = 0;
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *row = json_array_get(cases, i);

        if (is_accepted(test_text(row, "title")) ||
            names_absent_converter(&f, json_object_get(row, "config")))
            continue;
        check_case(&f, row, pool);
        checked++;
    }
    ck_assert_uint_gt(checked, 220);
    ck_assert_uint_eq(faults, 0);
    fixture_fini(&f);
    json_decref(golden);
}
END_TEST

START_TEST(keys_of_plugins)
{
    json_t *golden = test_json(golden_json);
    const json_t *plugins = test_array(golden, "plugins"), *pool = test_array(golden, "pool");
    struct fixture f;
    size_t checked = 0;

    fixture_init(&f);
    faults = 0;
    for (size_t i = 0; i < json_array_size(plugins); i++) {
        const json_t *row = json_array_get(plugins, i);
        const char *name = test_text(row, "plugin");
        const json_t *keys = test_array(row, "keys");
        const struct plugin_entry *entry = plugin_catalog_find_any(&f.catalog, name);
        struct config_infos *infos;

        if (!entry)
            continue;
        checked++;
        infos = connector_plugin_keys(&f.catalog, entry);
        ck_assert_uint_eq(infos->count, json_array_size(keys));
        for (size_t k = 0; k < infos->count; k++) {
            json_int_t at = json_integer_value(json_array_get(keys, k));

            compare_json(name, definition_json(&infos->at[k]), json_array_get(pool, (size_t)at));
        }
        config_infos_free(infos);
    }
    ck_assert_uint_gt(checked, 10);
    ck_assert_uint_eq(faults, 0);
    fixture_fini(&f);
    json_decref(golden);
}
END_TEST

static const struct {
    const char *name;
    const struct tern_config_key *const *tables;
} clients[] = {
    {"producer", client_producer_tables},
    {"consumer", client_consumer_tables},
    {"admin", client_admin_tables},
};

START_TEST(client_settings)
{
    json_t *golden = test_json("tests/golden/worker/herder/client-configdefs.json");
    const json_t *all = test_array(golden, clients[_i].name);
    const struct config_def def = CONFIG_DEF(clients[_i].tables);
    struct config_walk walk = {0};
    size_t count = 0;
    struct tern_error err;

    ck_assert_ok(config_def_check(&def, &err), err);
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *row = json_array_get(all, i);
        struct tern_config_key key;

        ck_assert_msg(config_def_find(&def, test_text(row, "name"), &key), "%s",
                      test_text(row, "name"));
        ck_assert_str_eq(config_type_name(key.type), test_text(row, "type"));
        ck_assert_str_eq(config_importance_name(key.importance), test_text(row, "importance"));
        ck_assert_int_eq(config_key_required(&key),
                         json_boolean_value(json_object_get(row, "required")));
        ck_assert_pstr_eq(key.fallback, json_string_value(json_object_get(row, "default")));
    }
    while (config_walk_next(&def, &walk))
        count++;
    ck_assert_uint_eq(count, json_array_size(all));
    json_decref(golden);
}
END_TEST

static void validate_suite(Suite *suite)
{
    test_add(suite, answers);
    test_add(suite, keys_of_plugins);
    test_add_rows(suite, client_settings, sizeof(clients) / sizeof(clients[0]));
}

TEST_MAIN("validate", validate_suite)
