/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/worker/herder/fake_group.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"

struct fake_member {
    struct membership base;
    struct fake_group *group;
    struct fake_slot *slot;
    const struct membership_listener *listener;
    void *arg;

    /* group.gate */
    bool is_open, is_in, is_joined, rejoin, woken, was_eager;
    struct work owned;          /* as of the last assignment */
    struct work configured;     /* told with the join */
    int64_t offset;             /* likewise */
    struct assignment *pending; /* of the round that is complete */
    int32_t generation;
    bool leads;
    char url[32];
};

struct fake_group {
    struct gate gate;
    enum group_protocol protocol;
    bool is_rebalancing;
    int32_t generation;
    struct fake_member members[GROUP_MEMBERS];
    struct fake_slot slots[GROUP_MEMBERS];
};

static struct fake_member *member_of(const struct membership *m)
{
    return CONTAINER_OF((struct membership *)m, struct fake_member, base);
}

/* ---- a round; locked ---- */

static bool all_joined(const struct fake_group *g)
{
    for (int i = 0; i < GROUP_MEMBERS; i++) {
        if (g->members[i].is_in && !g->members[i].is_joined)
            return false;
    }
    return true;
}

static struct fake_member *leader_of(struct fake_group *g)
{
    for (int i = 0; i < GROUP_MEMBERS; i++) {
        if (g->members[i].is_in)
            return &g->members[i];
    }
    return NULL;
}

static int64_t newest_offset(const struct fake_group *g)
{
    int64_t offset = -1;

    for (int i = 0; i < GROUP_MEMBERS; i++) {
        if (g->members[i].is_in && g->members[i].offset > offset)
            offset = g->members[i].offset;
    }
    return offset;
}

/* Who is to have the n-th item in the end. */
static int target_of(const struct fake_group *g, size_t n)
{
    int in[GROUP_MEMBERS] = {0}, count = 0;

    for (int i = 0; i < GROUP_MEMBERS; i++) {
        if (g->members[i].is_in)
            in[count++] = i;
    }
    return in[n % (size_t)count];
}

/* Who holds it already; -1: nobody. */
static int holder_of(const struct fake_group *g, const char *connector, int32_t task)
{
    for (int i = 0; i < GROUP_MEMBERS; i++) {
        const struct fake_member *m = &g->members[i];

        if (!m->is_in)
            continue;
        if (task < 0 ? work_has_connector(&m->owned, connector)
                     : work_has_task(&m->owned, connector, task))
            return i;
    }
    return -1;
}

static void give(struct work *work, const char *connector, int32_t task)
{
    if (task < 0)
        work_add_connector(work, connector);
    else
        work_add_task(work, connector, task);
}

/* The item stays, or is taken back, or is given to who is to have it. */
static void hand_out(struct fake_group *g, const char *connector, int32_t task, size_t n,
                     struct work *next)
{
    int target = target_of(g, n), holder = holder_of(g, connector, task);

    if (g->protocol == GROUP_EAGER || holder < 0 || holder == target)
        give(&next[target], connector, task);
}

static void complete(struct fake_group *g)
{
    struct fake_member *leader = leader_of(g);
    struct work next[GROUP_MEMBERS] = {0};
    int64_t offset = newest_offset(g);
    bool is_behind = leader->offset < offset;
    size_t n = 0;

    g->generation++;
    for (size_t i = 0; i < leader->configured.connector_count; i++)
        hand_out(g, leader->configured.connectors[i], -1, n++, next);
    for (size_t i = 0; i < leader->configured.task_count; i++) {
        hand_out(g, leader->configured.tasks[i].connector, leader->configured.tasks[i].number, n++,
                 next);
    }
    for (int i = 0; i < GROUP_MEMBERS; i++) {
        struct fake_member *m = &g->members[i];
        struct assignment *a;

        if (!m->is_in) {
            work_fini(&next[i]);
            continue;
        }
        a = xcalloc(1, sizeof(*a));
        a->protocol = g->protocol;
        a->generation = g->generation;
        a->leader = xstrdup(leader->slot->name);
        a->leader_url = xstrdup(leader->url);
        a->offset = offset;
        a->error = is_behind ? ASSIGNMENT_CONFIG_MISMATCH : ASSIGNMENT_OK;
        work_add_all(&a->assigned, is_behind ? &m->owned : &next[i]);
        if (g->protocol != GROUP_EAGER)
            work_minus(&m->owned, &a->assigned, &a->revoked);
        work_fini(&next[i]);
        assignment_free(m->pending);
        m->pending = a;
        m->is_joined = false;
        m->generation = g->generation;
        m->leads = m == leader;
    }
    g->is_rebalancing = false;
    gate_wake(&g->gate);
}

/* ---- a member; locked, unlocks in between ---- */

static void join(struct fake_group *g, struct fake_member *m)
{
    struct work owned = WORK_INIT, configured = WORK_INIT;
    bool is_eager = m->was_eager;
    int64_t offset;

    work_add_all(&owned, &m->owned);
    gate_unlock(&g->gate);
    if (is_eager && !work_is_empty(&owned))
        m->listener->revoked(m->arg, &owned);
    offset = m->listener->configured(m->arg, &configured);
    gate_lock(&g->gate);
    work_fini(&owned);
    work_fini(&m->configured);
    m->configured = configured;
    m->offset = offset;
    if (is_eager)
        work_clear(&m->owned);
    if (m->is_in)
        m->is_joined = true;
    gate_wake(&g->gate);
}

static void apply(struct fake_group *g, struct fake_member *m)
{
    struct assignment *a = TAKE(m->pending);

    work_clear(&m->owned);
    work_add_all(&m->owned, &a->assigned);
    m->was_eager = a->protocol == GROUP_EAGER;
    gate_unlock(&g->gate);
    if (!work_is_empty(&a->revoked))
        m->listener->revoked(m->arg, &a->revoked);
    m->listener->joined(m->arg, a);
    gate_lock(&g->gate);
}

static void enter(struct fake_group *g, struct fake_member *m)
{
    if (m->is_in && !m->rejoin)
        return;
    m->is_in = true;
    m->rejoin = false;
    if (!g->is_rebalancing) {
        g->is_rebalancing = true;
        gate_wake(&g->gate);
    }
}

static int fake_poll(struct membership *base, int64_t deadline_ms, bool *ret_stable,
                     struct tern_error *err)
{
    struct fake_member *m = member_of(base);
    struct fake_group *g = m->group;

    (void)err;
    gate_lock(&g->gate);
    for (;;) {
        enter(g, m);
        if (g->is_rebalancing && !m->is_joined) {
            join(g, m);
            continue; /* it may have been lost meanwhile, and comes in again */
        }
        if (g->is_rebalancing && leader_of(g) == m && all_joined(g))
            complete(g);
        if (m->pending) {
            apply(g, m);
            deadline_ms = 0;
            continue;
        }
        *ret_stable = m->is_in && !m->rejoin && !g->is_rebalancing;
        if (m->woken || (*ret_stable && clock_mono_ms() >= deadline_ms))
            break;
        gate_wait(&g->gate, *ret_stable ? deadline_ms : FOREVER_MS);
    }
    m->woken = false;
    gate_unlock(&g->gate);
    return 0;
}

static void fake_rejoin(struct membership *base, const char *reason)
{
    struct fake_member *m = member_of(base);

    (void)reason;
    gate_lock(&m->group->gate);
    m->rejoin = true;
    gate_unlock(&m->group->gate);
}

static const char *fake_member_id(const struct membership *base)
{
    return member_of(base)->slot->name;
}

static const char *fake_owner_url(const struct membership *base, const char *connector,
                                  int32_t task)
{
    struct fake_member *m = member_of(base);
    struct fake_group *g = m->group;
    int holder;

    gate_lock(&g->gate);
    holder = m->leads ? holder_of(g, connector, task) : -1;
    gate_unlock(&g->gate);
    return holder < 0 ? NULL : g->members[holder].url;
}

static void leave_locked(struct fake_group *g, struct fake_member *m)
{
    if (!m->is_in)
        return;
    m->is_in = m->is_joined = false;
    assignment_free(TAKE(m->pending));
    g->is_rebalancing = leader_of(g) != NULL;
    gate_wake(&g->gate);
}

static void fake_leave(struct membership *base, const char *reason)
{
    struct fake_member *m = member_of(base);

    (void)reason;
    gate_lock(&m->group->gate);
    leave_locked(m->group, m);
    gate_unlock(&m->group->gate);
}

static void fake_wake(struct membership *base)
{
    struct fake_member *m = member_of(base);

    gate_lock(&m->group->gate);
    m->woken = true;
    gate_wake(&m->group->gate);
    gate_unlock(&m->group->gate);
}

static void fake_free(struct membership *base)
{
    struct fake_member *m = member_of(base);

    gate_lock(&m->group->gate);
    leave_locked(m->group, m);
    m->is_open = false;
    work_clear(&m->owned);
    gate_unlock(&m->group->gate);
}

int fake_group_open(void *arg, const struct membership_conf *conf,
                    struct membership **ret_membership, struct tern_error *err)
{
    static const struct membership_ops ops = {
        .poll = fake_poll,
        .request_rejoin = fake_rejoin,
        .member_id = fake_member_id,
        .owner_url = fake_owner_url,
        .leave = fake_leave,
        .wake = fake_wake,
        .free = fake_free,
    };
    struct fake_slot *slot = arg;
    struct fake_member *m = &slot->group->members[slot->number];

    (void)err;
    gate_lock(&slot->group->gate);
    m->base.ops = &ops;
    m->group = slot->group;
    m->slot = slot;
    m->listener = conf->listener;
    m->arg = conf->arg;
    m->is_open = true;
    m->is_in = m->is_joined = m->rejoin = m->woken = m->was_eager = m->leads = false;
    work_clear(&m->owned);
    snprintf(m->url, sizeof(m->url), "http://%s/", slot->name);
    gate_unlock(&slot->group->gate);
    *ret_membership = &m->base;
    return 0;
}

/* ---- the test's side ---- */

struct fake_group *fake_group_new(enum group_protocol protocol)
{
    struct fake_group *g = xcalloc(1, sizeof(*g));

    gate_init(&g->gate);
    g->protocol = protocol;
    for (int i = 0; i < GROUP_MEMBERS; i++) {
        g->slots[i] = (struct fake_slot){.group = g, .number = i};
        snprintf(g->slots[i].name, sizeof(g->slots[i].name), "w%d", i);
    }
    return g;
}

void fake_group_free(struct fake_group *g)
{
    for (int i = 0; i < GROUP_MEMBERS; i++) {
        work_fini(&g->members[i].owned);
        work_fini(&g->members[i].configured);
        assignment_free(g->members[i].pending);
    }
    gate_fini(&g->gate);
    free(g);
}

struct fake_slot *fake_group_slot(struct fake_group *g, int number)
{
    return &g->slots[number];
}

void fake_group_lose(struct fake_group *g, int number)
{
    gate_lock(&g->gate);
    if (g->members[number].is_open)
        leave_locked(g, &g->members[number]);
    gate_unlock(&g->gate);
}

void fake_group_speak(struct fake_group *g, enum group_protocol protocol)
{
    gate_lock(&g->gate);
    g->protocol = protocol;
    gate_unlock(&g->gate);
}
