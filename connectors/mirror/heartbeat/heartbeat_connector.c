/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heartbeat_connector - creates the heartbeats topic on the target, and plans one task.
 * Ignores `enabled`, as its peer does: heartbeats also flow for pairs that mirror nothing.
 */
#include "connectors/mirror/heartbeat/heartbeat_connector.h"

#include "connectors/mirror/common/alter_offsets.h"
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/mirror_open.h"
#include "connectors/mirror/common/mirror_remarks.h"
#include "connectors/mirror/common/mirror_topics.h"
#include "connectors/mirror/common/mirror_validate.h"
#include "connectors/mirror/common/replication_policy.h"
#include "connectors/mirror/common/scheduler.h"
#include "lib/base/clock.h"
#include "lib/base/xmem.h"

#include <tern/version.h>

struct heartbeat_connector {
    struct mirror_heartbeat_settings settings; /* immutable after start */
    struct replication_policy *policy;         /* immutable after start */
    struct admin *target;
    struct scheduler_job jobs[2];
    struct scheduler *scheduler;
};

static int rest(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    struct heartbeat_connector *c = arg;

    (void)deadline_ms, (void)err;
    admin_rest(c->target);
    return 0;
}

static int create_topic(void *arg, int64_t deadline_ms, struct tern_error *err)
{
    struct heartbeat_connector *c = arg;
    const struct tern_config config = mirror_settings_config(&c->settings.common);

    if (admin_wake(c->target, err) < 0)
        return -1;
    return mirror_create_compacted_topic(
        c->target, replication_policy_heartbeats_topic(c->policy),
        mirror_factor_of(&config, "heartbeats.topic.replication.factor",
                         c->settings.heartbeats_replication_factor),
        deadline_ms, err);
}

static void stop(void *self)
{
    struct heartbeat_connector *c = self;

    admin_cancel(c->target);
    scheduler_free(c->scheduler);
    admin_free(c->target);
    replication_policy_free(c->policy);
    mirror_settings_fini(&c->settings.common);
    free(c);
}

static int begin(struct heartbeat_connector *c, const struct tern_host *host,
                 const struct tern_config *config, struct tern_error *err)
{
    const struct mirror_settings *common = &c->settings.common;

    if (mirror_heartbeat_settings_bind(config, &c->settings, err) < 0 ||
        replication_policy_new(config, &c->policy, err) < 0 ||
        mirror_open_admin(config, MIRROR_HEARTBEATS_TARGET_ADMIN, false, &c->target, err) < 0)
        return -1;
    c->jobs[0] = (struct scheduler_job){"creating the heartbeats topic", create_topic, -1, true};
    c->jobs[1] = (struct scheduler_job){"closing admin clients", rest, -1, SCHEDULER_AT_REST};
    if (scheduler_start(host, "mirror-hb", c->jobs, COUNT_OF(c->jobs), c, common->admin_timeout_ms,
                        &c->scheduler, err) < 0)
        return -1;
    scheduler_await_first_round(c->scheduler, clock_deadline_ms(common->admin_timeout_ms));
    return 0;
}

static int start(const struct tern_host *host, const struct tern_config *config, void **ret_self,
                 struct tern_error *err)
{
    struct heartbeat_connector *c = xcalloc(1, sizeof(*c));

    mirror_use_host(host);
    if (begin(c, host, config, err) < 0) {
        stop(c);
        return -1;
    }
    *ret_self = c;
    return 0;
}

static int task_configs(void *self, int32_t max_tasks, tern_config_emit *emit, void *arg,
                        struct tern_error *err)
{
    struct heartbeat_connector *c = self;
    struct tern_config config = mirror_settings_config(&c->settings.common);

    if (!c->settings.emit_heartbeats || max_tasks < 1)
        return 0;
    return emit(arg, &config, err);
}

const struct tern_connector_class heartbeat_connector_class = {
    .size = sizeof(heartbeat_connector_class),
    .name = MIRROR_HEARTBEAT_CONNECTOR,
    .version = TERN_KAFKA_VERSION,
    .config_key_size = sizeof(struct tern_config_key),
    .config = mirror_heartbeat_tables,
    .source_task = &heartbeat_task_class,
    .validate = mirror_validate_heartbeat,
    .start = start,
    .task_configs = task_configs,
    .stop = stop,
    .alter_offsets = alter_offsets_heartbeat,
    .remarks = mirror_remarks,
};
