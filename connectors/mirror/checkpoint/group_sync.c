/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/checkpoint/group_sync.h"

#include "lib/base/log.h"
#include "lib/base/vec.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorCheckpointTask");

/* What the target knows of a group. */
enum standing {
    GROUP_NEW,    /* not there: everything is committed */
    GROUP_IDLE,   /* there, no member: what is ahead is committed */
    GROUP_ACTIVE, /* has members, or cannot be told: left alone */
};

static enum standing standing_of(const struct admin_group_description *group)
{
    if (group->outcome.kafka_error == ADMIN_GROUP_ID_NOT_FOUND)
        return GROUP_NEW;
    if (group->outcome.kafka_error) {
        log_warn("Could not describe group '%s' on the target: %s", group->group,
                 group->outcome.message);
        return GROUP_ACTIVE;
    }
    switch (group->state) {
    case ADMIN_GROUP_EMPTY:
        return GROUP_IDLE;
    case ADMIN_GROUP_DEAD:
        return GROUP_NEW;
    default:
        return GROUP_ACTIVE;
    }
}

static int commit(struct admin *target, const char *group, const struct checkpoint_commit *commit,
                  int64_t deadline_ms, struct tern_error *err)
{
    struct admin_outcome outcome = {0};

    if (!commit->count)
        return 0;
    if (admin_alter_group_offsets(target, group, commit->offsets, commit->count, deadline_ms,
                                  &outcome, err) < 0)
        return tern_context(err, "committing offsets of group '%s'", group);
    if (outcome.kafka_error == ADMIN_UNKNOWN_MEMBER_ID)
        log_warn("Group '%s' became active on the target: its offsets are left alone", group);
    else if (outcome.kafka_error) {
        log_error("Could not commit offsets of group '%s' on the target: %s", group,
                  outcome.message);
    } else {
        log_debug("Committed %zu offsets of group '%s' on the target", commit->count, group);
    }
    free(outcome.message);
    return 0;
}

static int sync_group(struct admin *target, struct translation *translation, const char *group,
                      const struct admin_group_offsets *there, int64_t deadline_ms,
                      struct tern_error *err)
{
    struct checkpoint_commit plan = {0};
    int rc;

    translation_plan_sync(translation, group, there != NULL, there ? there->offsets : NULL,
                          there ? there->count : 0, &plan);
    rc = commit(target, group, &plan, deadline_ms, err);
    checkpoint_commit_fini(&plan);
    return rc;
}

struct names {
    const char **at;
    size_t count;
    size_t cap;
};

static int sync_idle(struct admin *target, struct translation *translation,
                     const struct names *idle, int64_t deadline_ms, struct tern_error *err)
{
    struct admin_group_offsets *there = NULL;
    int rc = 0;

    if (!idle->count)
        return 0;
    if (admin_group_offsets(target, idle->at, idle->count, deadline_ms, &there, err) < 0)
        return tern_context(err, "reading the groups' offsets on the target");
    for (size_t i = 0; rc == 0 && i < idle->count; i++) {
        if (there[i].outcome.kafka_error) {
            log_warn("Could not read the offsets of group '%s' on the target: %s", idle->at[i],
                     there[i].outcome.message);
        } else {
            rc = sync_group(target, translation, idle->at[i], &there[i], deadline_ms, err);
        }
    }
    admin_group_offsets_free(there, idle->count);
    return rc;
}

int group_sync_round(struct admin *target, struct translation *translation,
                     const struct tern_list *groups, int64_t deadline_ms, struct tern_error *err)
{
    struct admin_group_description *described = NULL;
    struct names idle = {0};
    int rc = 0;

    if (!groups->count)
        return 0;
    if (admin_describe_groups(target, groups->items, groups->count, deadline_ms, &described, err) <
        0)
        return tern_context(err, "describing the groups on the target");
    for (size_t i = 0; rc == 0 && i < groups->count; i++) {
        enum standing standing = standing_of(&described[i]);

        if (standing == GROUP_NEW)
            rc = sync_group(target, translation, groups->items[i], NULL, deadline_ms, err);
        else if (standing == GROUP_IDLE)
            vec_push(&idle, groups->items[i]);
    }
    if (rc == 0)
        rc = sync_idle(target, translation, &idle, deadline_ms, err);
    vec_fini(&idle);
    admin_group_descriptions_free(described, groups->count);
    return rc;
}
