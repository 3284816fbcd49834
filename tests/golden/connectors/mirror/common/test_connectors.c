/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connectors of whole mm2.properties files: settings bound, topics named, client settings
 * derived, faults found.
 */
#include "connectors/mirror/common/mirror_client.h"
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/mirror_validate.h"
#include "connectors/mirror/common/replication_policy.h"
#include "tests/golden/connectors/mirror/common/mirror_golden.h"

#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "lib/conf/properties.h"

static json_t *root; /* set by fill(), before the tests run */

/* ---- clients ---- */

/*
 * Java's client settings were captured after the worker had put in the values of config
 * providers: secrets.properties is the file that the sample names.
 */
static void put_secrets_in(struct strmap *config)
{
    CLEANUP(strmap_fini) struct strmap secrets = STRMAP_INIT;
    struct tern_error err;

    ck_assert_ok(properties_load(TERN_SOURCE_DIR
                                 "/tests/golden/connectors/mirror/common/secrets.properties",
                                 &secrets, &err),
                 err);
    STRMAP_FOREACH (&secrets, secret) {
        CLEANUP(freep) char *variable = xasprintf("${file:secrets.properties:%s}", secret->key);

        STRMAP_FOREACH (config, e) {
            if (e->value && strcmp(e->value, variable) == 0)
                strmap_set(config, e->key, secret->value);
        }
    }
}

struct client_name {
    const char *connector;
    const char *java;                  /* the member of "clients" */
    enum mirror_client source, target; /* by offset-syncs.topic.location */
};

static const struct client_name clients[] = {
    {"MirrorSourceConnector", "sourceAdmin", MIRROR_REPLICATION_SOURCE_ADMIN,
     MIRROR_REPLICATION_SOURCE_ADMIN},
    {"MirrorSourceConnector", "targetAdmin", MIRROR_REPLICATION_TARGET_ADMIN,
     MIRROR_REPLICATION_TARGET_ADMIN},
    {"MirrorSourceConnector", "offsetSyncsAdmin", MIRROR_OFFSET_SYNCS_SOURCE_ADMIN,
     MIRROR_OFFSET_SYNCS_TARGET_ADMIN},
    {"MirrorSourceConnector", "replicationConsumer", MIRROR_REPLICATION_CONSUMER,
     MIRROR_REPLICATION_CONSUMER},
    {"MirrorSourceConnector", "offsetSyncsProducer", MIRROR_OFFSET_SYNCS_SOURCE_PRODUCER,
     MIRROR_OFFSET_SYNCS_TARGET_PRODUCER},
    {"MirrorHeartbeatConnector", "targetAdmin", MIRROR_HEARTBEATS_TARGET_ADMIN,
     MIRROR_HEARTBEATS_TARGET_ADMIN},
    {"MirrorCheckpointConnector", "sourceAdmin", MIRROR_CHECKPOINT_SOURCE_ADMIN,
     MIRROR_CHECKPOINT_SOURCE_ADMIN},
    {"MirrorCheckpointConnector", "targetAdmin", MIRROR_CHECKPOINT_TARGET_ADMIN,
     MIRROR_CHECKPOINT_TARGET_ADMIN},
    {"MirrorCheckpointConnector", "offsetSyncsConsumer", MIRROR_OFFSET_SYNCS_SOURCE_CONSUMER,
     MIRROR_OFFSET_SYNCS_TARGET_CONSUMER},
    {"MirrorCheckpointConnector", "offsetSyncsAdmin", MIRROR_OFFSET_SYNCS_SOURCE_ADMIN,
     MIRROR_OFFSET_SYNCS_TARGET_ADMIN},
    {"MirrorCheckpointConnector", "checkpointsConsumer", MIRROR_CHECKPOINTS_TARGET_CONSUMER,
     MIRROR_CHECKPOINTS_TARGET_CONSUMER},
};

static enum mirror_client client_of(const char *connector, const char *java, enum mirror_side side)
{
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        if (strcmp(clients[i].connector, connector) == 0 && strcmp(clients[i].java, java) == 0)
            return side == MIRROR_TARGET ? clients[i].target : clients[i].source;
    }
    ck_abort_msg("no client '%s' of '%s'", java, connector);
}

static void check_clients(const json_t *row, const struct strmap *connector)
{
    const char *location = strmap_get(connector, "offset-syncs.topic.location");
    enum mirror_side side = mirror_offset_syncs_side(location ? location : "source");
    json_t *expected;
    const char *java;

    json_object_foreach(golden_get(row, "clients"), java, expected)
    {
        bool is_task = str_starts_with(java, "task0.");
        const char *name = is_task ? java + strlen("task0.") : java;
        CLEANUP(strmap_fini) struct strmap config = STRMAP_INIT;
        CLEANUP(strmap_fini) struct strmap ours = STRMAP_INIT;
        CLEANUP(strmap_fini) struct strmap theirs = STRMAP_INIT;
        struct tern_config view = strmap_config(connector), a, b;

        strmap_add_all(&config, &view);
        if (is_task)
            golden_config(golden_get(row, "taskConfig_additions"), &config);
        view = strmap_config(&config);
        mirror_client_config(&view, client_of(golden_text(row, "connector"), name, side), is_task,
                             &ours);
        golden_config(expected, &theirs);
        STRMAP_FOREACH (&theirs, e)
            golden_same(e->key, java, strmap_get(&ours, e->key), e->value);
        a = strmap_config(&ours);
        b = strmap_config(&theirs);
        ck_assert_msg(config_equal(&a, &b), "%s, %s: %zu settings for %zu",
                      golden_text(row, "sample"), java, a.count, b.count);
    }
}

START_TEST(client_settings)
{
    json_t *row;
    size_t i;

    json_array_foreach(root, i, row)
    {
        CLEANUP(strmap_fini) struct strmap connector = STRMAP_INIT;

        golden_config(golden_get(row, "config"), &connector);
        put_secrets_in(&connector);
        check_clients(row, &connector);
    }
    ck_assert_uint_eq(i, 33);
}
END_TEST

/* ---- settings ---- */

/* A member that is a topic's name, owned; skipped when Java's row has no such member. */
static void same_topic(const json_t *row, const char *member, char *ours)
{
    if (json_object_get(row, member))
        golden_same(member, golden_text(row, "flow"), ours, golden_text(row, member));
    free(ours);
}

static void check_common(const json_t *row, const struct mirror_settings *s, const char *location)
{
    struct tern_config config = mirror_settings_config(s);
    CLEANUP(replication_policy_freep) struct replication_policy *policy = NULL;
    CLEANUP(freep) char *label = xasprintf("%s->%s|%s", s->source_alias, s->target_alias, s->name);
    bool on_source = mirror_offset_syncs_side(location) == MIRROR_SOURCE;
    struct tern_error err;

    golden_same("label", golden_text(row, "flow"), label, golden_text(row, "entityLabel"));
    if (json_object_get(row, "enabled"))
        ck_assert(s->enabled == golden_true(row, "enabled"));
    ck_assert_int_eq(replication_policy_new(&config, &policy, &err), 0);
    same_topic(row, "remoteTopicFor(t1)",
               replication_policy_format_remote(policy, s->source_alias, "t1"));
    same_topic(row, "checkpointsTopic",
               replication_policy_checkpoints_topic(policy, s->source_alias));
    same_topic(row, "offsetSyncsTopic",
               replication_policy_offset_syncs_topic(policy, on_source ? s->target_alias
                                                                       : s->source_alias));
}

static void check_source(const json_t *row, const struct tern_config *config)
{
    struct mirror_source_settings s;
    struct tern_error err = {0};

    ck_assert_msg(mirror_source_task_settings_bind(config, &s, &err) == 0, "%s", err.msg);
    ck_assert_str_eq(s.task_index, "0");
    ck_assert_uint_eq(s.task_partitions.count, 2);
    ck_assert_str_eq(s.task_partitions.items[1], "t-2-3");
    golden_same("location", golden_text(row, "flow"), s.offset_syncs_location,
                golden_text(row, "offsetSyncsTopicLocation"));
    check_common(row, &s.common, s.offset_syncs_location);
    mirror_settings_fini(&s.common);
}

static void check_checkpoint(const json_t *row, const struct tern_config *config)
{
    struct mirror_checkpoint_settings s;
    struct tern_error err = {0};

    ck_assert_msg(mirror_checkpoint_task_settings_bind(config, &s, &err) == 0, "%s", err.msg);
    ck_assert_uint_eq(s.task_groups.count, 2);
    ck_assert_int_eq(mirror_interval_ms(s.emit_checkpoints, s.emit_checkpoints_interval_s),
                     golden_int(row, "emitCheckpointsIntervalMs"));
    ck_assert_int_eq(mirror_interval_ms(s.sync_group_offsets, s.sync_group_offsets_interval_s),
                     golden_int(row, "syncGroupOffsetsIntervalMs"));
    check_common(row, &s.common, s.offset_syncs_location);
    mirror_settings_fini(&s.common);
}

static void check_heartbeat(const json_t *row, const struct tern_config *config)
{
    struct mirror_heartbeat_settings s;
    struct tern_error err = {0};

    ck_assert_msg(mirror_heartbeat_settings_bind(config, &s, &err) == 0, "%s", err.msg);
    ck_assert_int_eq(mirror_interval_ms(s.emit_heartbeats, s.emit_heartbeats_interval_s),
                     golden_int(row, "emitHeartbeatsIntervalMs"));
    check_common(row, &s.common, "source");
    mirror_settings_fini(&s.common);
}

START_TEST(settings)
{
    json_t *row;
    size_t i;

    json_array_foreach(root, i, row)
    {
        const char *connector = golden_text(row, "connector");
        CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
        struct tern_config config;

        golden_config(golden_get(row, "config"), &map);
        if (json_object_get(row, "taskConfig_additions"))
            golden_config(golden_get(row, "taskConfig_additions"), &map);
        config = strmap_config(&map);
        if (strcmp(connector, "MirrorSourceConnector") == 0)
            check_source(row, &config);
        else if (strcmp(connector, "MirrorCheckpointConnector") == 0)
            check_checkpoint(row, &config);
        else
            check_heartbeat(row, &config);
    }
}
END_TEST

/* ---- validation ---- */

static void on_fault(void *arg, const char *key, const char *message)
{
    config_report_add_error(config_report_want(arg, key), message);
}

static struct config_report *validate(const char *connector, const struct tern_config *config)
{
    static const struct config_def source = CONFIG_DEF(mirror_source_tables);
    static const struct config_def checkpoint = CONFIG_DEF(mirror_checkpoint_tables);
    static const struct config_def heartbeat = CONFIG_DEF(mirror_heartbeat_tables);
    struct config_report *report;

    if (strcmp(connector, "MirrorSourceConnector") == 0) {
        report = config_validate(&source, config);
        mirror_validate_source(config, on_fault, report);
    } else if (strcmp(connector, "MirrorCheckpointConnector") == 0) {
        report = config_validate(&checkpoint, config);
        mirror_validate_checkpoint(config, on_fault, report);
    } else {
        report = config_validate(&heartbeat, config);
        mirror_validate_heartbeat(config, on_fault, report);
    }
    return report;
}

START_TEST(faults)
{
    json_t *row, *expected;
    size_t i, j;

    json_array_foreach(root, i, row)
    {
        const char *connector = golden_text(row, "connector");
        CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
        CLEANUP(config_report_freep) struct config_report *report = NULL;
        struct tern_config config;
        size_t total = 0;

        golden_config(golden_get(row, "config"), &map);
        config = strmap_config(&map);
        report = validate(connector, &config);
        json_array_foreach(golden_get(row, "validate_errors"), j, expected)
        {
            const struct config_key_report *key =
                config_report_find(report, golden_text(expected, "name"));

            ck_assert(key && key->errors.count == (size_t)golden_int(expected, "error_count"));
            total += key->errors.count;
        }
        ck_assert_msg(config_report_error_count(report) == total, "%s, %s, %s: %zu errors",
                      golden_text(row, "sample"), golden_text(row, "flow"), connector,
                      config_report_error_count(report));
        if (json_object_get(row, "exactlyOnceSupport")) {
            bool is_supported = strcmp(golden_text(row, "exactlyOnceSupport"), "SUPPORTED") == 0;

            ck_assert((mirror_exactly_once_source(&config) == TERN_EXACTLY_ONCE_SUPPORTED) ==
                      is_supported);
        }
    }
}
END_TEST

static void fill(Suite *suite)
{
    root = test_json("tests/golden/connectors/mirror/common/mm2-connectors.json");
    test_add(suite, client_settings);
    test_add(suite, settings);
    test_add(suite, faults);
}

TEST_MAIN("connectors", fill)
