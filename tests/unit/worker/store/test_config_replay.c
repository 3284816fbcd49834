/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_replay where tests/golden does not reach: hostile numbers, what snapshots share, and
 * thousands of random streams beside a naive model of the rules.
 */
#include "worker/store/config_replay.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

static struct config_event apply(struct config_replay *r, const char *key, const char *value,
                                 int64_t offset)
{
    struct config_record record;
    struct config_event event;

    config_record_parse(slice_str(key), slice_str(value), &record);
    event = config_replay_apply(r, &record, offset);
    event.name = NULL; /* it was the record's */
    config_record_fini(&record);
    return event;
}

static const struct connector_state *state_of(struct config_replay *r, const char *name)
{
    bool known;

    return config_replay_trace(r, name, &known);
}

#define PROPS "{\"properties\":{\"k\":\"v\"}}"

/* ---- numbers that are not to be believed ---- */

START_TEST(huge_commit)
{
    struct config_replay *r = config_replay_new();
    const struct connector_state *c;
    struct config_event event;

    apply(r, "connector-a", PROPS, 0);
    apply(r, "task-a-0", PROPS, 1);
    event = apply(r, "commit-a", "{\"tasks\":2147483647}", 2);
    ck_assert_int_eq(event.kind, CONFIG_EVENT_TASKS_UPDATED);
    ck_assert(!event.as.tasks.applied);
    c = state_of(r, "a");
    ck_assert(c->inconsistent);
    ck_assert_int_eq(c->task_count, INT32_MAX);
    ck_assert_int_eq(c->tasks_known, 0);
    ck_assert_int_eq(connector_state_tasks(c), 0);
    config_replay_free(r);
}
END_TEST

START_TEST(high_task_ids)
{
    struct config_replay *r = config_replay_new();
    const struct connector_state *c;
    struct config_event event;

    apply(r, "connector-a", PROPS, 0);
    apply(r, "task-a-999999", PROPS, 1);
    apply(r, "task-a-0", PROPS, 2);
    event = apply(r, "commit-a", "{\"tasks\":1}", 3);
    ck_assert(event.as.tasks.applied);
    c = state_of(r, "a");
    ck_assert_int_eq(c->tasks_known, 1);
    ck_assert_int_eq(connector_state_tasks(c), 1);
    ck_assert_ptr_nonnull(connector_state_task(c, 0));
    ck_assert_ptr_null(connector_state_task(c, 1));
    ck_assert_ptr_null(connector_state_task(c, -1));
    config_replay_free(r);
}
END_TEST

/* Extra ids count as applied, so that their tasks restart, even when none is to run. */
START_TEST(commit_of_none_with_extra_tasks)
{
    struct config_replay *r = config_replay_new();
    struct config_event event;

    apply(r, "connector-a", PROPS, 0);
    event = apply(r, "commit-a", "{\"tasks\":0}", 1);
    ck_assert(!event.as.tasks.applied);
    ck_assert_int_eq(state_of(r, "a")->generation, -1);
    apply(r, "task-a-5", PROPS, 2);
    event = apply(r, "commit-a", "{\"tasks\":0}", 3);
    ck_assert(event.as.tasks.applied);
    ck_assert_int_eq(state_of(r, "a")->generation, 0);
    config_replay_free(r);
}
END_TEST

START_TEST(tasks_in_any_order)
{
    static const int ids[] = {3, 0, 4, 1, 2, 0};
    struct config_replay *r = config_replay_new();
    int32_t *deferred;
    size_t count;

    apply(r, "connector-a", PROPS, 0);
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        char key[32];

        snprintf(key, sizeof(key), "task-a-%d", ids[i]);
        apply(r, key, PROPS, (int64_t)i + 1);
    }
    ck_assert(config_replay_deferred(r, "a", &deferred, &count));
    ck_assert_uint_eq(count, 5);
    for (int32_t i = 0; i < 5; i++)
        ck_assert_int_eq(deferred[i], i);
    free(deferred);
    ck_assert(apply(r, "commit-a", "{\"tasks\":5}", 9).as.tasks.applied);
    ck_assert_int_eq(connector_state_tasks(state_of(r, "a")), 5);
    config_replay_free(r);
}
END_TEST

/* ---- the offset ---- */

START_TEST(offset_counts_all_but_what_is_no_json)
{
    struct config_replay *r = config_replay_new();
    static const struct {
        const char *key, *value;
        int64_t offset;
    } steps[] = {
        {"connector-a", "{", -1}, {"weird", "{}", 8},         {"connector-a", "[]", 9},
        {"commit-a", "{}", 10},   {"connector-a", "nul", 10}, {"session-key", NULL, 12},
    };

    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        const struct cluster_state *s;

        apply(r, steps[i].key, steps[i].value, 6 + (int64_t)i);
        s = config_replay_snapshot(r);
        ck_assert_int_eq(s->offset, steps[i].offset);
        cluster_state_unref(s);
    }
    config_replay_free(r);
}
END_TEST

/* ---- snapshots ---- */

START_TEST(snapshots_share_what_did_not_change)
{
    struct config_replay *r = config_replay_new();
    const struct cluster_state *one, *same, *two;

    apply(r, "connector-b", PROPS, 0);
    apply(r, "connector-a", PROPS, 1);
    one = config_replay_snapshot(r);
    same = config_replay_snapshot(r);
    ck_assert_ptr_eq(one, same);
    cluster_state_unref(same);

    apply(r, "target-state-b", "{\"state\":\"PAUSED\"}", 2);
    two = config_replay_snapshot(r);
    ck_assert_ptr_ne(one, two);
    ck_assert_uint_eq(two->count, 2);
    ck_assert_ptr_eq(cluster_state_connector(one, "a"), cluster_state_connector(two, "a"));
    ck_assert_ptr_ne(cluster_state_connector(one, "b"), cluster_state_connector(two, "b"));
    ck_assert_int_eq(cluster_state_connector(one, "b")->target, TARGET_STARTED);
    ck_assert_int_eq(cluster_state_connector(two, "b")->target, TARGET_PAUSED);
    ck_assert_int_eq(one->offset, 2);
    ck_assert_int_eq(two->offset, 3);
    cluster_state_unref(one);
    config_replay_free(r); /* a snapshot outlives it */
    ck_assert_str_eq(two->connectors[0]->name, "a");
    ck_assert_ptr_null(cluster_state_connector(two, "c"));
    cluster_state_unref(two);
}
END_TEST

START_TEST(snapshot_keeps_its_session_key)
{
    struct config_replay *r = config_replay_new();
    const struct cluster_state *old, *new;

    apply(r, "session-key",
          "{\"key\":\"AQID\",\"algorithm\":\"HmacSHA256\",\"creation-timestamp\":7}", 0);
    old = config_replay_snapshot(r);
    apply(r, "session-key",
          "{\"key\":\"BA==\",\"algorithm\":\"HmacSHA1\",\"creation-timestamp\":8}", 1);
    new = config_replay_snapshot(r);
    ck_assert_str_eq(old->session_key->algorithm, "HmacSHA256");
    ck_assert_uint_eq(old->session_key->size, 3);
    ck_assert_mem_eq(old->session_key->bytes, "\1\2\3", 3);
    ck_assert_uint_eq(new->session_key->size, 1);
    ck_assert_int_eq(new->session_key->created_ms, 8);
    cluster_state_unref(old);
    cluster_state_unref(new);
    config_replay_free(r);
}
END_TEST

/* ---- a naive model, fed the same random records ---- */

enum {
    NAMES = 3,
    TASKS = 4,
    ROUNDS = 3000,
    STEPS = 40,
    NONE = -1
};

static const char *const names[NAMES] = {"a", "a-b", "c"};

/* Configs are numbers: the value of their property "k". */
struct model {
    struct {
        int config, target, count, generation, applied, record;
        bool pending, inconsistent, has_deferred;
        int deferred[TASKS], tasks[TASKS];
    } at[NAMES];
    int64_t offset;
};

static void model_forget(struct model *m, int n)
{
    m->at[n].config = m->at[n].count = m->at[n].applied = NONE;
    m->at[n].has_deferred = false;
    for (int i = 0; i < TASKS; i++)
        m->at[n].deferred[i] = m->at[n].tasks[i] = NONE;
}

static void model_init(struct model *m)
{
    m->offset = NONE;
    for (int n = 0; n < NAMES; n++) {
        model_forget(m, n);
        m->at[n].target = m->at[n].generation = m->at[n].record = NONE;
        m->at[n].pending = m->at[n].inconsistent = false;
    }
}

/* Returns the event that is due. */
static enum config_event_kind model_commit(struct model *m, int n, int count, bool *ret_applied)
{
    bool complete = true, any = false;

    if (m->at[n].config == NONE) {
        model_forget(m, n);
        return CONFIG_EVENT_NONE;
    }
    for (int i = 0; i < TASKS; i++) {
        any = any || m->at[n].deferred[i] != NONE;
        complete = complete && (i >= count || m->at[n].deferred[i] != NONE);
    }
    *ret_applied = complete && any;
    m->at[n].inconsistent = !complete;
    if (complete) {
        m->at[n].applied = m->at[n].config;
        m->at[n].generation += m->at[n].has_deferred ? 1 : 0;
    }
    for (int i = 0; i < TASKS; i++) {
        if (complete && i < count)
            m->at[n].tasks[i] = m->at[n].deferred[i];
        m->at[n].deferred[i] = NONE;
    }
    m->at[n].count = count;
    m->at[n].pending = true;
    return CONFIG_EVENT_TASKS_UPDATED;
}

static int number_of(struct config_ref *config)
{
    return config ? (int)strtol(strmap_get(config_ref_map(config), "k"), NULL, 10) : NONE;
}

static bool is_same(struct config_replay *r, const struct cluster_state *s, const struct model *m,
                    int n)
{
    static const struct connector_state nothing = {
        .task_count = NONE, .generation = NONE, .task_count_record = NONE};
    bool target_known;
    const struct connector_state *c = config_replay_trace(r, names[n], &target_known);

    bool same;

    if (!c)
        c = &nothing;
    same = cluster_state_connector(s, names[n]) == (m->at[n].config == NONE ? NULL : c) &&
           number_of(c->config) == m->at[n].config &&
           (target_known ? (int)c->target : NONE) == m->at[n].target &&
           c->task_count == m->at[n].count && c->generation == m->at[n].generation &&
           number_of(c->applied) == m->at[n].applied && c->task_count_record == m->at[n].record &&
           c->pending_fencing == m->at[n].pending && c->inconsistent == m->at[n].inconsistent;
    for (int i = 0; i < TASKS; i++)
        same = same && number_of(connector_state_task(c, i)) == m->at[n].tasks[i];
    return same;
}

static unsigned next(unsigned *seed, unsigned below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % below;
}

/* A random record, and what it has to tell. */
struct draw {
    char key[64], value[128];
    bool is_null;
    enum config_event_kind due;
    bool applied;
};

static void draw_connector(struct model *m, unsigned *seed, int n, struct draw *d)
{
    int number = (int)next(seed, 1000);

    d->is_null = next(seed, 4) == 0;
    snprintf(d->key, sizeof(d->key), "connector-%s", names[n]);
    snprintf(d->value, sizeof(d->value), "{\"properties\":{\"k\":\"%d\"}}", number);
    if (d->is_null) {
        model_forget(m, n);
        d->due = CONFIG_EVENT_CONNECTOR_REMOVED;
        return;
    }
    m->at[n].config = number;
    if (m->at[n].target == NONE)
        m->at[n].target = TARGET_STARTED;
    d->due = CONFIG_EVENT_CONNECTOR_UPDATED;
}

static void draw_task(struct model *m, unsigned *seed, int n, struct draw *d)
{
    int task = (int)next(seed, TASKS), number = (int)next(seed, 1000);

    snprintf(d->key, sizeof(d->key), "task-%s-%d", names[n], task);
    snprintf(d->value, sizeof(d->value), "{\"properties\":{\"k\":\"%d\"}}", number);
    m->at[n].deferred[task] = number;
    m->at[n].has_deferred = true;
}

static void draw_commit(struct model *m, unsigned *seed, int n, struct draw *d)
{
    int count = (int)next(seed, TASKS);

    snprintf(d->key, sizeof(d->key), "commit-%s", names[n]);
    snprintf(d->value, sizeof(d->value), "{\"tasks\":%d}", count);
    d->due = model_commit(m, n, count, &d->applied);
}

static void draw_target_state(struct model *m, unsigned *seed, int n, struct draw *d)
{
    int target = (int)next(seed, 3);

    d->is_null = next(seed, 4) == 0;
    snprintf(d->key, sizeof(d->key), "target-state-%s", names[n]);
    snprintf(d->value, sizeof(d->value), "{\"state\":\"PAUSED\",\"state.v2\":\"%s\"}",
             target_state_name((enum target_state)target));
    if (d->is_null)
        target = m->at[n].config == NONE ? NONE : TARGET_STARTED;
    else if (m->at[n].target != target && m->at[n].config != NONE)
        d->due = CONFIG_EVENT_TARGET_STATE_CHANGED;
    m->at[n].target = target;
}

static void draw_task_count(struct model *m, unsigned *seed, int n, struct draw *d)
{
    int count = (int)next(seed, TASKS);

    snprintf(d->key, sizeof(d->key), "tasks-fencing-%s", names[n]);
    snprintf(d->value, sizeof(d->value), "{\"task-count\":%d}", count);
    m->at[n].record = count;
    m->at[n].pending = false;
}

/* One random record, told to both; checks the event. */
static void step(struct config_replay *r, struct model *m, unsigned *seed, int64_t offset)
{
    static void (*const draws[])(struct model *, unsigned *, int, struct draw *) = {
        draw_connector, draw_connector, draw_task,         draw_task,      draw_task,
        draw_commit,    draw_commit,    draw_target_state, draw_task_count};
    struct draw d = {.due = CONFIG_EVENT_NONE};
    struct config_event event;
    int n = (int)next(seed, NAMES);

    draws[next(seed, COUNT_OF(draws))](m, seed, n, &d);
    event = apply(r, d.key, d.is_null ? NULL : d.value, offset);
    ck_assert_int_eq(event.kind, d.due);
    if (d.due == CONFIG_EVENT_TASKS_UPDATED)
        ck_assert_int_eq(event.as.tasks.applied, d.applied);
    m->offset = offset + 1;
}

/* Old snapshots are held for a while, so that states are shared and copied. */
START_TEST(same_as_a_naive_model)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct config_replay *r = config_replay_new();
        const struct cluster_state *held[3] = {NULL};
        unsigned seed = round;
        struct model m;

        model_init(&m);
        for (int i = 0; i < STEPS; i++) {
            const struct cluster_state *s;

            step(r, &m, &seed, i * 2);
            s = config_replay_snapshot(r);
            ck_assert_int_eq(s->offset, m.offset);
            for (int n = 0; n < NAMES; n++)
                ck_assert_msg(is_same(r, s, &m, n), "seed %u, step %d, %s", round, i, names[n]);
            cluster_state_unref(held[i % 3]);
            held[i % 3] = s;
        }
        config_replay_free(r);
        for (size_t i = 0; i < COUNT_OF(held); i++)
            cluster_state_unref(held[i]);
    }
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, huge_commit);
    test_add(suite, high_task_ids);
    test_add(suite, commit_of_none_with_extra_tasks);
    test_add(suite, tasks_in_any_order);
    test_add(suite, offset_counts_all_but_what_is_no_json);
    test_add(suite, snapshots_share_what_did_not_change);
    test_add(suite, snapshot_keeps_its_session_key);
    test_add(suite, same_as_a_naive_model);
}

TEST_MAIN("config_replay", fill)
