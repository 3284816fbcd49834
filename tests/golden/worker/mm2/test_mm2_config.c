/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of MirrorMaker 2, expanded, beside what Kafka's own MirrorMakerConfig made of them. Runs
 * in the samples' folder: one of them names a file of secrets by a relative path.
 */
#include <string.h>
#include <unistd.h>

#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "lib/conf/config_value.h"
#include "lib/conf/properties.h"
#include "lib/conf/security_keys.h"
#include "tests/lib/testing.h"
#include "worker/herder/worker_config.h"
#include "worker/mm2/mm2_config.h"
#include "worker/mm2/mm2_keys.h"

#define GOLDEN "tests/golden/worker/mm2/"

static const char *const samples[] = {
    "s1-stock-two-way", "s2-one-way-minimal",  "s3-three-cluster-secure-eos",
    "s4-edge-cases",    "s5-client-overrides",
};

/* One sample, read by us and by Java. */
struct sample {
    json_t *all;
    const json_t *golden;
    struct strmap raw;
    struct provider_set *providers;
    struct config_value clusters;
    struct mm2_flows flows;
};

static struct tern_list list_of(const struct config_value *value)
{
    return (struct tern_list){(const char *const *)value->items, value->count};
}

static void open_sample(const char *name, struct sample *s)
{
    CLEANUP(freep) char *file = xasprintf("%s.properties", name);
    const struct tern_list none = {0};
    struct tern_config raw;
    struct tern_list list;
    struct tern_error err;

    *s = (struct sample){.clusters = CONFIG_VALUE_INIT};
    s->all = test_json(GOLDEN "mm2-config.json");
    s->golden = json_object_get(s->all, name);
    ck_assert_ptr_nonnull(s->golden);
    ck_assert_int_eq(chdir(TERN_SOURCE_DIR "/" GOLDEN "mm2-samples"), 0);
    ck_assert_ok(properties_load(file, &s->raw, &err), err);
    raw = strmap_config(&s->raw);
    ck_assert_ok(provider_set_open(&raw, &s->providers, &err), err);
    ck_assert_ok(config_value_parse("clusters", TERN_LIST, strmap_get(&s->raw, "clusters"),
                                    &s->clusters, &err),
                 err);
    list = list_of(&s->clusters);
    mm2_flows_of(&raw, &list, &none, &s->flows);
}

static void close_sample(struct sample *s)
{
    mm2_flows_fini(&s->flows);
    config_value_fini(&s->clusters);
    provider_set_free(s->providers);
    strmap_fini(&s->raw);
    json_decref(s->all);
}

static void check_map(const struct strmap *got, const json_t *wanted, const char *what)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)wanted, key, value)
    {
        const char *text = strmap_get(got, key);

        if (!text || strcmp(text, json_string_value(value)) != 0) {
            ck_abort_msg("%s: %s = '%s', not '%s'", what, key, text ? text : "(none)",
                         json_string_value(value));
        }
    }
    STRMAP_FOREACH (got, e) {
        if (!json_object_get(wanted, e->key))
            ck_abort_msg("%s: %s = '%s' is too much", what, e->key, e->value);
    }
}

START_TEST(file_and_flows)
{
    struct sample s;
    const json_t *pairs;

    open_sample(samples[_i], &s);
    check_map(&s.raw, json_object_get(s.golden, "input_properties"), "the file");
    pairs = test_array(s.golden, "clusterPairs_sorted");
    ck_assert_uint_eq(s.flows.count, json_array_size(pairs));
    for (size_t i = 0; i < s.flows.count; i++)
        ck_assert_str_eq(s.flows.at[i].name, json_string_value(json_array_get(pairs, i)));
    close_sample(&s);
}
END_TEST

START_TEST(workers)
{
    struct sample s;

    open_sample(samples[_i], &s);
    ck_assert_uint_gt(s.flows.count, 0);
    for (size_t i = 0; i < s.flows.count; i++) {
        const struct mm2_flow *flow = &s.flows.at[i];
        const json_t *wanted = json_object_get(json_object_get(s.golden, "flows"), flow->name);
        const struct tern_config raw = strmap_config(&s.raw);
        CLEANUP(strmap_fini) struct strmap got = STRMAP_INIT;
        struct tern_error err;

        ck_assert_ok(mm2_worker_config(&raw, s.providers, flow->source, flow->target, &got, &err),
                     err);
        check_map(&got, json_object_get(wanted, "workerConfig"), flow->name);
    }
    close_sample(&s);
}
END_TEST

/* A setting as Java's JSON shows it: numbers and booleans bare, lists as arrays. */
static void check_setting(const char *name, const struct config_value *got, const json_t *wanted)
{
    CLEANUP(freep) char *text = config_value_text(got);
    CLEANUP(freep) char *json = json_dumps(wanted, JSON_ENCODE_ANY);

    if (json_is_string(wanted)) {
        ck_assert_str_eq(text, json_string_value(wanted));
    } else if (json_is_array(wanted)) {
        ck_assert_uint_eq(got->count, json_array_size(wanted));
        for (size_t i = 0; i < got->count; i++)
            ck_assert_str_eq(got->items[i], json_string_value(json_array_get(wanted, i)));
    } else if (json_is_real(wanted)) {
        ck_assert_double_eq(got->real, json_real_value(wanted));
    } else if (strcmp(text, json) != 0) {
        ck_abort_msg("%s is %s, not %s", name, text, json);
    }
}

static void check_settings(const struct strmap *worker, const json_t *wanted)
{
    const struct config_def def = CONFIG_DEF(worker_tables);
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)wanted, name, value)
    {
        CLEANUP(config_value_fini) struct config_value got = CONFIG_VALUE_INIT;
        struct tern_config_key key;
        struct tern_error err;
        const char *text;

        if (name[0] == '(')
            continue; /* derived: checked elsewhere */
        ck_assert_msg(config_def_find(&def, name, &key), "%s is not defined", name);
        text = strmap_get(worker, name);
        ck_assert_ok(config_value_parse(name, key.type, text ? text : key.fallback, &got, &err),
                     err);
        check_setting(name, &got, value);
    }
}

START_TEST(worker_settings_and_names)
{
    struct sample s;

    open_sample(samples[_i], &s);
    for (size_t i = 0; i < s.flows.count; i++) {
        const struct mm2_flow *flow = &s.flows.at[i];
        const json_t *wanted =
            json_object_get(json_object_get(json_object_get(s.golden, "flows"), flow->name),
                            "workerConfig_parsed_selected");
        const struct tern_config raw = strmap_config(&s.raw);
        CLEANUP(strmap_fini) struct strmap got = STRMAP_INIT;
        struct worker_settings named = {0};
        struct tern_error err;
        CLEANUP(freep) char *base = NULL;

        ck_assert_ok(mm2_worker_config(&raw, s.providers, flow->source, flow->target, &got, &err),
                     err);
        ck_assert_uint_gt(json_object_size(wanted), 20);
        check_settings(&got, wanted);
        named.group_id = strmap_get(&got, "group.id");
        named.client_id = strmap_get(&got, "client.id");
        base = worker_client_id_base(&named);
        ck_assert_str_eq(base, test_text(wanted, "(derived) clientIdBase"));
    }
    close_sample(&s);
}
END_TEST

START_TEST(connectors)
{
    struct sample s;

    open_sample(samples[_i], &s);
    for (size_t i = 0; i < s.flows.count; i++) {
        const struct mm2_flow *flow = &s.flows.at[i];
        const json_t *wanted = json_object_get(
            json_object_get(json_object_get(s.golden, "flows"), flow->name), "connectors");
        const struct tern_config raw = strmap_config(&s.raw);

        for (int c = 0; c < MM2_CONNECTORS; c++) {
            const char *name = mm2_connector_name((enum mm2_connector)c);
            CLEANUP(strmap_fini) struct strmap got = STRMAP_INIT;
            CLEANUP(freep) char *what = xasprintf("%s %s", flow->name, name);

            mm2_connector_config(&raw, flow->source, flow->target, (enum mm2_connector)c, &got);
            check_map(&got, json_object_get(json_object_get(wanted, name), "config"), what);
        }
    }
    close_sample(&s);
}
END_TEST

static void check_client(const struct strmap *got, const json_t *wanted, const char *what)
{
    static const struct tern_config_key *const tables[] = {
        worker_connect_keys, security_protocol_keys, security_keys, NULL};
    const struct config_def def = CONFIG_DEF(tables);
    const char *key;
    json_t *value;

    ck_assert_msg(got->count == json_object_size(wanted), "%s: %zu settings, not %zu", what,
                  got->count, json_object_size(wanted));
    json_object_foreach((json_t *)wanted, key, value)
    {
        CLEANUP(config_value_fini) struct config_value parsed = CONFIG_VALUE_INIT;
        struct tern_config_key row;
        struct tern_error err;

        ck_assert_msg(config_def_find(&def, key, &row), "%s is not defined", key);
        /* a password's text is hidden when it is shown: compared as a string */
        ck_assert_ok(config_value_parse(key, row.type == TERN_PASSWORD ? TERN_STRING : row.type,
                                        strmap_get(got, key), &parsed, &err),
                     err);
        check_setting(key, &parsed, value);
    }
}

START_TEST(clients)
{
    static const char *const roles[] = {"admin", "consumer", "producer"};
    const json_t *wanted;
    struct sample s;

    open_sample(samples[_i], &s);
    wanted = json_object_get(s.golden, "mirrorClientConfig_nonNull");
    for (size_t i = 0; i < s.clusters.count; i++) {
        const char *alias = s.clusters.items[i];
        const struct tern_config raw = strmap_config(&s.raw);

        for (size_t r = 0; r < COUNT_OF(roles); r++) {
            CLEANUP(strmap_fini) struct strmap got = STRMAP_INIT;
            CLEANUP(freep) char *what = xasprintf("%s.%s", alias, roles[r]);
            struct tern_error err;

            ck_assert_ok(mm2_client_config(&raw, s.providers, alias, roles[r], &got, &err), err);
            check_client(&got, json_object_get(json_object_get(wanted, alias), roles[r]), what);
        }
    }
    close_sample(&s);
}
END_TEST

/* ---- names ---- */

START_TEST(connector_keys_are_those_of_the_three_classes)
{
    static const char *const classes[] = {"MirrorSourceConnector", "MirrorCheckpointConnector",
                                          "MirrorHeartbeatConnector"};
    json_t *golden = test_json(GOLDEN "mm2-keys.json");
    CLEANUP(strmap_fini) struct strmap names = STRMAP_INIT;

    for (size_t c = 0; c < COUNT_OF(classes); c++) {
        const json_t *rows = test_array(golden, classes[c]);

        for (size_t i = 0; i < json_array_size(rows); i++)
            strmap_set(&names, json_string_value(json_array_get(rows, i)), "");
    }
    ck_assert_uint_eq(names.count, mm2_connector_key_count);
    for (size_t i = 0; i < names.count; i++)
        ck_assert_str_eq(names.entries[i].key, mm2_connector_keys[i]);
    json_decref(golden);
}
END_TEST

START_TEST(client_keys_are_those_of_java)
{
    json_t *golden = test_json(GOLDEN "mm2-keys.json");
    const json_t *names = test_array(golden, "clients");
    const struct config_def def = CONFIG_DEF(worker_tables);
    struct config_walk walk = {0};
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(names); i++)
        ck_assert(mm2_is_client_key(json_string_value(json_array_get(names, i))));
    while (config_walk_next(&def, &walk))
        count += mm2_is_client_key(walk.key.name);
    ck_assert_uint_eq(count, json_array_size(names));
    json_decref(golden);
}
END_TEST

START_TEST(driver_keys_are_those_of_java)
{
    static const struct tern_config_key *const tables[] = {mm2_driver_keys, security_protocol_keys,
                                                           security_keys, worker_rest_keys, NULL};
    json_t *golden = test_json(GOLDEN "mm2-keys.json");
    const json_t *rows = test_array(golden, "driver");
    const struct config_def def = CONFIG_DEF(tables);

    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        CLEANUP(freep) char *fallback = NULL;
        struct tern_config_key key;

        ck_assert_msg(config_def_find(&def, test_text(row, "name"), &key), "%s is not defined",
                      test_text(row, "name"));
        ck_assert_str_eq(config_type_name(key.type), test_text(row, "type"));
        ck_assert_int_eq(config_key_required(&key), json_is_true(json_object_get(row, "required")));
        fallback = config_key_default_text(&key);
        ck_assert_pstr_eq(fallback, json_string_value(json_object_get(row, "default")));
    }
    json_decref(golden);
}
END_TEST

/* ---- flows of maps that Java was given ---- */

START_TEST(boundaries)
{
    json_t *golden = test_json(GOLDEN "mm2-config.json");
    const json_t *cases = test_array(golden, "_negative_and_boundary");

    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *one = json_array_get(cases, i), *pairs;
        const char *text =
            json_string_value(json_object_get(json_object_get(one, "props"), "clusters"));
        CLEANUP(config_value_fini) struct config_value list = CONFIG_VALUE_INIT;
        const struct tern_list none = {0};
        const struct tern_config raw = {0};
        struct tern_list clusters;
        struct mm2_flows flows;
        struct tern_error err;

        pairs = json_object_get(one, "clusterPairs");
        if (!json_is_array(pairs))
            continue; /* refused: test_mm2_plan */
        ck_assert_ok(config_value_parse("clusters", TERN_LIST, text, &list, &err), err);
        clusters = list_of(&list);
        mm2_flows_of(&raw, &clusters, &none, &flows);
        ck_assert_uint_eq(flows.count, json_array_size(pairs));
        for (size_t k = 0; k < flows.count; k++)
            ck_assert_str_eq(flows.at[k].name, json_string_value(json_array_get(pairs, k)));
        mm2_flows_fini(&flows);
    }
    json_decref(golden);
}
END_TEST

START_TEST(only_some_targets)
{
    static const char *const names[] = {"a", "b", "c"}, *const wanted[] = {"b"};
    const struct tern_list clusters = {names, 3}, only = {wanted, 1};
    const struct tern_config raw = {0};
    struct mm2_flows flows;

    mm2_flows_of(&raw, &clusters, &only, &flows);
    ck_assert_uint_eq(flows.count, 2);
    ck_assert_str_eq(flows.at[0].name, "a->b");
    ck_assert_str_eq(flows.at[1].name, "c->b");
    ck_assert(!flows.at[0].is_enabled);
    mm2_flows_fini(&flows);
}
END_TEST

static void mm2_config_suite(Suite *s)
{
    test_add_rows(s, file_and_flows, COUNT_OF(samples));
    test_add_rows(s, workers, COUNT_OF(samples));
    test_add_rows(s, worker_settings_and_names, COUNT_OF(samples));
    test_add_rows(s, connectors, COUNT_OF(samples));
    test_add_rows(s, clients, COUNT_OF(samples));
    test_add(s, connector_keys_are_those_of_the_three_classes);
    test_add(s, client_keys_are_those_of_java);
    test_add(s, driver_keys_are_those_of_java);
    test_add(s, boundaries);
    test_add(s, only_some_targets);
}

TEST_MAIN("mm2_config", mm2_config_suite)
