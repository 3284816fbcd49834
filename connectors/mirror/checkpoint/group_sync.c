/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/checkpoint/group_sync.h"

#include "connectors/mirror/checkpoint/group_ends.h"
#include "lib/base/log.h"
#include "lib/base/vec.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorCheckpointTask");

/*
 * Whether the group has no members on the target, or is not there. One that has, or of which that
 * cannot be told, is left alone. Dead may be an idle group of the new protocol (KIP-848), where
 * its broker was not heard.
 */
static bool is_idle(const struct admin_group_description *group)
{
    if (group->outcome.kafka_error == ADMIN_GROUP_ID_NOT_FOUND)
        return true;
    if (group->outcome.kafka_error) {
        log_warn("Could not describe group '%s' on the target: %s", group->group,
                 group->outcome.message);
        return false;
    }
    return group->state == ADMIN_GROUP_EMPTY || group->state == ADMIN_GROUP_DEAD;
}

/* What is to be committed in one round. */
struct work {
    struct translation *translation;
    VEC(struct admin_group_commit) commits;
    VEC(struct checkpoint_commit) plans; /* own the offsets of the commits */
};

static void work_fini(struct work *w)
{
    for (size_t i = 0; i < w->plans.count; i++)
        checkpoint_commit_fini(&w->plans.at[i]);
    vec_fini(&w->plans);
    vec_fini(&w->commits);
}

/* there: what the group has committed on the target: what is new to it, or ahead, is committed. */
static void plan_group(struct work *w, const char *group, const struct admin_group_offsets *there)
{
    struct checkpoint_commit plan = {0};

    translation_plan_sync(w->translation, group, there->offsets, there->count, &plan);
    if (!plan.count) {
        checkpoint_commit_fini(&plan);
        return;
    }
    vec_push(&w->plans, plan);
    vec_push(&w->commits, (struct admin_group_commit){
                              .group = group, .offsets = plan.offsets, .count = plan.count});
}

static void tell(const struct admin_group_commit *commit)
{
    if (commit->outcome.kafka_error == ADMIN_UNKNOWN_MEMBER_ID) {
        log_warn("Group '%s' became active on the target: its offsets are left alone",
                 commit->group);
    } else if (commit->outcome.kafka_error) {
        log_error("Could not commit offsets of group '%s' on the target: %s", commit->group,
                  commit->outcome.message);
    } else {
        log_debug("Committed %zu offsets of group '%s' on the target", commit->count,
                  commit->group);
    }
}

/* Takes out what lies past the end of its log. The plans keep their offsets. */
static void check_ends(struct work *w, struct admin *target, int64_t deadline_ms)
{
    size_t kept = 0;

    group_ends_check(target, w->plans.at, w->commits.at, w->commits.count, deadline_ms);
    for (size_t i = 0; i < w->commits.count; i++) {
        if (w->commits.at[i].count)
            w->commits.at[kept++] = w->commits.at[i];
    }
    w->commits.count = kept;
}

static int commit_all(struct work *w, struct admin *target, int64_t deadline_ms,
                      struct tern_error *err)
{
    check_ends(w, target, deadline_ms);
    if (!w->commits.count)
        return 0;
    if (admin_alter_groups_offsets(target, w->commits.at, w->commits.count, deadline_ms, err) < 0)
        return tern_context(err, "committing offsets of %zu groups", w->commits.count);
    for (size_t i = 0; i < w->commits.count; i++) {
        tell(&w->commits.at[i]);
        free(w->commits.at[i].outcome.message);
    }
    return 0;
}

struct names {
    const char **at;
    size_t count;
    size_t cap;
};

static int plan_idle(struct work *w, struct admin *target, const struct names *idle,
                     int64_t deadline_ms, struct tern_error *err)
{
    struct admin_group_offsets *there = NULL;

    if (!idle->count)
        return 0;
    if (admin_group_offsets(target, idle->at, idle->count, deadline_ms, &there, err) < 0)
        return tern_context(err, "reading the groups' offsets on the target");
    for (size_t i = 0; i < idle->count; i++) {
        if (there[i].outcome.kafka_error &&
            there[i].outcome.kafka_error != ADMIN_GROUP_ID_NOT_FOUND) {
            log_warn("Could not read the offsets of group '%s' on the target: %s", idle->at[i],
                     there[i].outcome.message);
        } else {
            plan_group(w, idle->at[i], &there[i]);
        }
    }
    admin_group_offsets_free(there, idle->count);
    return 0;
}

int group_sync_round(struct admin *target, struct translation *translation,
                     const struct tern_list *groups, int64_t deadline_ms, struct tern_error *err)
{
    struct admin_group_description *described = NULL;
    struct work work = {.translation = translation};
    struct names idle = {0};
    int rc;

    if (!groups->count)
        return 0;
    if (admin_describe_groups(target, groups->items, groups->count, deadline_ms, &described, err) <
        0)
        return tern_context(err, "describing the groups on the target");
    for (size_t i = 0; i < groups->count; i++) {
        if (is_idle(&described[i]))
            vec_push(&idle, groups->items[i]);
    }
    rc = plan_idle(&work, target, &idle, deadline_ms, err);
    log_debug("Of %zu groups %zu are idle on the target; offsets of %zu groups are committed",
              groups->count, idle.count, work.commits.count);
    if (rc == 0)
        rc = commit_all(&work, target, deadline_ms, err);
    vec_fini(&idle);
    work_fini(&work);
    admin_group_descriptions_free(described, groups->count);
    return rc;
}
