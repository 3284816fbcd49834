/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/sole.h"

#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.WorkerCoordinator");

struct sole {
    struct membership base;
    const struct membership_listener *listener; /* immutable */
    void *arg;                                  /* immutable */
    char *member;                               /* immutable */
    char *url;                                  /* immutable */
    int32_t generation;                         /* immutable */
    bool rejoin;                                /* herder thread */
    struct work owned;                          /* herder thread */

    struct gate gate; /* a leaf: guards woken */
    bool woken;       /* gate */
};

static struct sole *sole_of(struct membership *m)
{
    return CONTAINER_OF(m, struct sole, base);
}

static int32_t next_generation(int32_t least)
{
    if (least < 0)
        return 1;
    return least < INT32_MAX ? least + 1 : INT32_MAX;
}

static void join(struct sole *s)
{
    struct assignment *a = xcalloc(1, sizeof(*a));

    log_info("Rebalance started");
    a->protocol = GROUP_COMPATIBLE;
    a->generation = s->generation;
    a->leader = xstrdup(s->member);
    a->leader_url = xstrdup(s->url);
    a->offset = s->listener->configured(s->arg, &a->assigned);
    work_minus(&s->owned, &a->assigned, &a->revoked);
    if (!work_is_empty(&a->revoked))
        s->listener->revoked(s->arg, &a->revoked);
    work_clear(&s->owned);
    work_add_all(&s->owned, &a->assigned);
    s->rejoin = false;
    s->listener->joined(s->arg, a);
}

static int sole_poll(struct membership *m, int64_t deadline_ms, bool *ret_stable,
                     struct tern_error *err)
{
    struct sole *s = sole_of(m);

    (void)err;
    *ret_stable = true;
    if (s->rejoin) {
        join(s);
        return 0;
    }
    gate_lock(&s->gate);
    while (!s->woken) {
        if (!gate_wait(&s->gate, deadline_ms))
            break;
    }
    s->woken = false;
    gate_unlock(&s->gate);
    return 0;
}

static void sole_request_rejoin(struct membership *m, const char *reason)
{
    log_info("Joining anew: %s", reason);
    sole_of(m)->rejoin = true;
}

static const char *sole_member_id(const struct membership *m)
{
    return CONTAINER_OF(m, const struct sole, base)->member;
}

static const char *sole_owner_url(const struct membership *m, const char *connector, int32_t task)
{
    const struct sole *s = CONTAINER_OF(m, const struct sole, base);
    bool is_ours = task == WORK_CONNECTOR ? work_has_connector(&s->owned, connector)
                                          : work_has_task(&s->owned, connector, task);

    return is_ours ? s->url : NULL;
}

static void sole_leave(struct membership *m, const char *reason)
{
    log_debug("Leaving: %s", reason);
    sole_of(m)->rejoin = true;
}

static void sole_wake(struct membership *m)
{
    struct sole *s = sole_of(m);

    gate_lock(&s->gate);
    s->woken = true;
    gate_wake(&s->gate);
    gate_unlock(&s->gate);
}

static void sole_free(struct membership *m)
{
    struct sole *s = sole_of(m);

    work_fini(&s->owned);
    gate_fini(&s->gate);
    free(s->member);
    free(s->url);
    free(s);
}

static const struct membership_ops sole_ops = {
    .poll = sole_poll,
    .request_rejoin = sole_request_rejoin,
    .member_id = sole_member_id,
    .owner_url = sole_owner_url,
    .leave = sole_leave,
    .wake = sole_wake,
    .free = sole_free,
};

int sole_open(void *arg, const struct membership_conf *conf, struct membership **ret_membership,
              struct tern_error *err)
{
    struct sole *s = xcalloc(1, sizeof(*s));

    (void)arg;
    (void)err;
    s->base.ops = &sole_ops;
    s->listener = conf->listener;
    s->arg = conf->arg;
    s->member = xstrdup(conf->member);
    s->url = xstrdup(conf->url);
    s->generation = next_generation(conf->least_generation);
    s->rejoin = true;
    gate_init(&s->gate);
    *ret_membership = &s->base;
    return 0;
}
