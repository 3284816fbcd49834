/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults as bound, faults in binding, and what validation finds beyond single keys. */
#include "connectors/mirror/common/mirror_client.h"
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/mirror_own.h"
#include "connectors/mirror/common/mirror_validate.h"
#include "tests/lib/testing.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/file.h"
#include "lib/base/xmem.h"

/* The keys that must be set, sorted in among those of a test. */
static struct tern_config_entry required[] = {
    {"connector.class", "MirrorSourceConnector"},
    {"name", "c"},
    {"source.cluster.alias", "A"},
};

static void set_up(struct strmap *map, const char *key, const char *value)
{
    const struct tern_config view = {required, COUNT_OF(required)};

    strmap_add_all(map, &view);
    if (key)
        strmap_set(map, key, value);
}

START_TEST(source_defaults)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct mirror_source_settings s;
    struct tern_error err = {0};
    struct tern_config config;

    set_up(&map, NULL, NULL);
    config = strmap_config(&map);
    ck_assert_msg(mirror_source_settings_bind(&config, &s, &err) == 0, "%s", err.msg);
    strmap_clear(&map); /* the settings have their own copy */
    ck_assert_str_eq(s.common.name, "c");
    ck_assert_str_eq(s.common.source_alias, "A");
    ck_assert_str_eq(s.common.target_alias, "target");
    ck_assert(s.common.enabled && s.emit_offset_syncs && s.replicate_heartbeats);
    ck_assert(s.refresh_topics && s.sync_topic_configs && s.sync_topic_acls);
    ck_assert_int_eq(s.common.tasks_max, 1);
    ck_assert_int_eq(s.common.admin_timeout_ms, 60000);
    ck_assert_int_eq(s.poll_timeout_ms, 1000);
    ck_assert_int_eq(s.refresh_topics_interval_s, 600);
    ck_assert_int_eq(s.sync_topic_configs_interval_s, 600);
    ck_assert_int_eq(s.sync_topic_acls_interval_s, 600);
    ck_assert_int_eq(s.replication_factor, 2);
    ck_assert_int_eq(s.offset_syncs_replication_factor, 3);
    ck_assert_int_eq(s.offset_lag_max, 100);
    ck_assert_str_eq(s.offset_syncs_location, "source");
    ck_assert(mirror_list_has(&s.metric_names_formats, "legacy"));
    ck_assert(!mirror_list_has(&s.metric_names_formats, "new"));
    ck_assert_uint_eq(s.common.metric_reporters.count, 1);
    ck_assert_uint_eq(s.task_partitions.count, 0);
    ck_assert_ptr_null(s.task_index);
    mirror_settings_fini(&s.common);
}
END_TEST

START_TEST(checkpoint_and_heartbeat_defaults)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct mirror_checkpoint_settings c;
    struct mirror_heartbeat_settings h;
    struct tern_error err = {0};
    struct tern_config config;

    set_up(&map, NULL, NULL);
    config = strmap_config(&map);
    ck_assert_msg(mirror_checkpoint_settings_bind(&config, &c, &err) == 0, "%s", err.msg);
    ck_assert(c.refresh_groups && c.emit_checkpoints && !c.sync_group_offsets);
    ck_assert_int_eq(c.refresh_groups_interval_s, 600);
    ck_assert_int_eq(c.emit_checkpoints_interval_s, 60);
    ck_assert_int_eq(c.sync_group_offsets_interval_s, 60);
    ck_assert_int_eq(c.checkpoints_replication_factor, 3);
    ck_assert_str_eq(c.offset_syncs_location, "source");
    mirror_settings_fini(&c.common);

    ck_assert_msg(mirror_heartbeat_settings_bind(&config, &h, &err) == 0, "%s", err.msg);
    ck_assert(h.emit_heartbeats);
    ck_assert_int_eq(h.emit_heartbeats_interval_s, 1);
    ck_assert_int_eq(h.heartbeats_replication_factor, 3);
    mirror_settings_fini(&h.common);
}
END_TEST

START_TEST(faults_in_binding)
{
    static const struct {
        const char *key, *value;
    } rows[] = {
        {"tasks.max", "0"},
        {"offset.lag.max", "x"},
        {"offset-syncs.topic.location", "here"},
        {"metric.names.formats", "old"},
        {"topics", "a,,b"},
        {"security.protocol", "plain"},
        {"sasl.login.refresh.window.factor", "0.4"},
        {"sasl.login.refresh.window.jitter", "0.26"},
        {"sasl.login.refresh.min.period.seconds", "901"},
        {"transforms", "a,a"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
        struct mirror_source_settings s;
        struct tern_error err = {0};
        struct tern_config config;

        set_up(&map, rows[i].key, rows[i].value);
        config = strmap_config(&map);
        ck_assert_msg(mirror_source_settings_bind(&config, &s, &err) == -1, "%s", rows[i].key);
        ck_assert_msg(strstr(err.msg, rows[i].key), "%s", err.msg);
    }
}
END_TEST

START_TEST(tasks_need_their_share)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct mirror_source_settings s;
    struct mirror_checkpoint_settings c;
    struct tern_error err = {0};
    struct tern_config config;

    set_up(&map, NULL, NULL);
    config = strmap_config(&map);
    ck_assert_int_eq(mirror_source_task_settings_bind(&config, &s, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, MIRROR_TASK_PARTITIONS));
    ck_assert_int_eq(mirror_checkpoint_task_settings_bind(&config, &c, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, MIRROR_TASK_GROUPS));

    strmap_set(&map, MIRROR_TASK_PARTITIONS, "");
    config = strmap_config(&map);
    ck_assert_int_eq(mirror_source_task_settings_bind(&config, &s, &err), -1);

    strmap_set(&map, MIRROR_TASK_PARTITIONS, "t-0,t-1,t-0");
    config = strmap_config(&map);
    ck_assert_int_eq(mirror_source_task_settings_bind(&config, &s, &err), 0);
    ck_assert_uint_eq(s.task_partitions.count, 2); /* a repeated one is dropped */
    ck_assert_str_eq(s.task_index, "?");
    mirror_settings_fini(&s.common);
}
END_TEST

START_TEST(intervals)
{
    ck_assert_int_eq(mirror_interval_ms(true, 600), 600000);
    ck_assert_int_eq(mirror_interval_ms(false, 600), -1);
    ck_assert_int_eq(mirror_interval_ms(true, -5), -1);
    ck_assert_int_eq(mirror_interval_ms(true, 0), 0);
    ck_assert_int_eq(mirror_interval_ms(true, INT64_MAX), INT64_MAX);
}
END_TEST

START_TEST(a_client_without_any_setting)
{
    struct tern_config no_config = {0};
    CLEANUP(strmap_fini) struct strmap task = STRMAP_INIT;
    CLEANUP(strmap_fini) struct strmap admin = STRMAP_INIT;

    mirror_client_config(&no_config, MIRROR_REPLICATION_CONSUMER, true, &task);
    ck_assert_uint_eq(task.count, 3);
    ck_assert_str_eq(strmap_get(&task, "client.id"), "->target|-?|replication-consumer");
    ck_assert_str_eq(strmap_get(&task, "auto.offset.reset"), "earliest");
    mirror_client_config(&no_config, MIRROR_HEARTBEATS_TARGET_ADMIN, false, &admin);
    ck_assert_uint_eq(admin.count, 1);
}
END_TEST

START_TEST(auto_commit_cannot_be_switched_on)
{
    struct tern_config_entry entry = {"source.consumer.enable.auto.commit", "true"};
    struct tern_config config = {&entry, 1};
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;

    mirror_client_config(&config, MIRROR_REPLICATION_CONSUMER, false, &settings);
    ck_assert_str_eq(strmap_get(&settings, "enable.auto.commit"), "false");
}
END_TEST

static void on_fault(void *arg, const char *key, const char *message)
{
    ck_assert_uint_gt(strlen(message), 0);
    buf_add_fmt(arg, "%s ", key);
}

START_TEST(classes_that_nobody_knows)
{
    static const struct {
        const char *key;
        bool source, checkpoint, heartbeat; /* who looks at it */
    } rows[] = {
        {"replication.policy.class", true, true, true},
        {"forwarding.admin.class", true, true, true},
        {"topic.filter.class", true, true, false},
        {"group.filter.class", false, true, false},
        {"config.property.filter.class", true, false, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct tern_config_entry entry = {rows[i].key, "com.example.Mine"};
        struct tern_config config = {&entry, 1};
        struct buf source = BUF_INIT(100), checkpoint = BUF_INIT(100), heartbeat = BUF_INIT(100);

        mirror_validate_source(&config, on_fault, &source);
        mirror_validate_checkpoint(&config, on_fault, &checkpoint);
        mirror_validate_heartbeat(&config, on_fault, &heartbeat);
        ck_assert_msg((source.len > 0) == rows[i].source, "%s", rows[i].key);
        ck_assert_msg((checkpoint.len > 0) == rows[i].checkpoint, "%s", rows[i].key);
        ck_assert_msg((heartbeat.len > 0) == rows[i].heartbeat, "%s", rows[i].key);
        buf_fini(&source);
        buf_fini(&checkpoint);
        buf_fini(&heartbeat);
    }
}
END_TEST

/* A row of doc/mirror.md has the key, and its default. */
static void check_row(const char *document, const struct tern_config_key *key)
{
    CLEANUP(buf_fini) struct buf begin = BUF_INIT(200);
    CLEANUP(freep) char *rest = NULL;
    const char *row;

    buf_add_fmt(&begin, " | `%s` | ", key->name);
    row = strstr(document, buf_str(&begin));
    ck_assert_msg(row != NULL, "doc/mirror.md has no row of '%s'", key->name);
    row += begin.len;
    rest = xstrndup(row + (*row == '`'), strcspn(row + (*row == '`'), "` "));
    ck_assert_msg(strcmp(rest, key->fallback) == 0, "'%s': default '%s' in doc/mirror.md",
                  key->name, rest);
}

START_TEST(own_keys_are_documented)
{
    const struct tern_config_key *const *const lists[] = {
        mirror_own_tables, mirror_source_own_tables, mirror_checkpoint_own_tables};
    CLEANUP(buf_fini) struct buf document = BUF_INIT(1 << 20);
    struct tern_error err;
    size_t count = 0;

    ck_assert_ok(file_read(TERN_SOURCE_DIR "/doc/mirror.md", &document, &err), err);
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        for (size_t t = 0; lists[i][t]; t++) {
            for (const struct tern_config_key *key = lists[i][t]; key->name; key++, count++)
                check_row(buf_str(&document), key);
        }
    }
    ck_assert_uint_gt(count, 10);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, source_defaults);
    test_add(suite, checkpoint_and_heartbeat_defaults);
    test_add(suite, faults_in_binding);
    test_add(suite, tasks_need_their_share);
    test_add(suite, intervals);
    test_add(suite, a_client_without_any_setting);
    test_add(suite, auto_commit_cannot_be_switched_on);
    test_add(suite, classes_that_nobody_knows);
    test_add(suite, own_keys_are_documented);
}

TEST_MAIN("mirror_config", fill)
