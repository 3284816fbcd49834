/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * membership - how a herder is part of a group of workers: who leads, and what runs here.
 *
 * An interface: sole.h is a worker that is alone; the group protocol is another. The herder
 * waits in membership_poll() for whatever concerns it and is woken by membership_wake();
 * everything that a membership has to tell is told on the herder's thread, from inside
 * poll(). Work is handed over cooperatively: what a new assignment no longer holds is
 * revoked first, and has ended when the revoked() callback returns.
 *
 * Peers: WorkerGroupMember, WorkerCoordinator, WorkerRebalanceListener.
 * Spec: connect-distributed.md 2.4, 10.3.
 */
#include "worker/group/work.h"
#include "worker/group/work_list.h"

#include <stdbool.h>
#include <stdint.h>

#include <tern/error.h>

/* The version that a group speaks. */
enum group_protocol {
    GROUP_EAGER = 0,      /* everything stops before a rebalance */
    GROUP_COMPATIBLE = 1, /* incremental */
    GROUP_SESSIONED = 2,  /* and requests between workers are signed */
};

enum {
    ASSIGNMENT_OK = 0,
    ASSIGNMENT_CONFIG_MISMATCH = 1, /* the leader was behind: catch up and join again */
};

/* What a completed join gave. */
struct assignment {
    enum group_protocol protocol;
    int32_t generation;
    int16_t error;
    char *leader;         /* member id */
    char *leader_url;     /* may be "NOTUSED" */
    int64_t offset;       /* of the config topic, that the leader assigned from */
    int64_t delay_ms;     /* until the next, scheduled rebalance; 0: none */
    struct work assigned; /* all of it, not only what is new */
    struct work revoked;  /* by this join: already ended */
};

/* NULL is a no-op. */
void assignment_free(struct assignment *a);

struct membership_listener {
    /*
     * Fills ret_work, which is empty, with every connector and task that is configured and
     * returns the offset of the config topic that this is the state of. Thread: any.
     */
    int64_t (*configured)(void *arg, struct work *ret_work);
    /* A join is complete; takes assignment. Thread: herder, in poll(). */
    void (*joined)(void *arg, struct assignment *assignment);
    /* To be ended before the call returns. Thread: herder, in poll(). */
    void (*revoked)(void *arg, const struct work *work);
};

struct membership;

struct membership_ops {
    int (*poll)(struct membership *m, int64_t deadline_ms, bool *ret_stable,
                struct tern_error *err);
    void (*request_rejoin)(struct membership *m, const char *reason);
    const char *(*member_id)(const struct membership *m);
    const char *(*owner_url)(const struct membership *m, const char *connector, int32_t task);
    void (*leave)(struct membership *m, const char *reason);
    void (*wake)(struct membership *m);
    void (*free)(struct membership *m);
    bool (*may_work)(const struct membership *m); /* NULL: always */
};

struct membership {
    const struct membership_ops *ops;
};

/* What a membership is made from. Copied, but for listener and arg. */
struct membership_conf {
    const char *url;          /* by which other workers reach this one, or "NOTUSED" */
    const char *member;       /* a name for this worker */
    int32_t least_generation; /* no generation may be less: the highest of any status */
    const struct membership_listener *listener;
    void *arg;
};

/* Makes a membership; nothing is joined before the first poll. Thread: herder. */
typedef int membership_open(void *arg, const struct membership_conf *conf,
                            struct membership **ret_membership, struct tern_error *err);

/*
 * Joins when that is needed, then waits until deadline_ms or until woken; a wake-up between two
 * polls counts for the next. *ret_stable: whether the worker is a member and no join is under way.
 * Fails when the group can be used no more: the worker ends. Thread: herder.
 */
static inline int membership_poll(struct membership *m, int64_t deadline_ms, bool *ret_stable,
                                  struct tern_error *err)
{
    return m->ops->poll(m, deadline_ms, ret_stable, err);
}

/* The next poll joins anew. Thread: herder. */
static inline void membership_request_rejoin(struct membership *m, const char *reason)
{
    m->ops->request_rejoin(m, reason);
}

/* "" unless a member of a stable group. Borrowed until the next poll. Thread: herder. */
static inline const char *membership_member_id(const struct membership *m)
{
    return m->ops->member_id(m);
}

/*
 * The URL of the worker that runs a task (or, with WORK_CONNECTOR, the connector) after the last
 * round, as the leader knows it. NULL: not known; who does not lead never knows. Borrowed until
 * the next poll. Thread: herder.
 */
static inline const char *membership_owner_url(const struct membership *m, const char *connector,
                                               int32_t task)
{
    return m->ops->owner_url(m, connector, task);
}

/*
 * False when the group has not heard of this worker for so long that others may have been given
 * what runs here, as after a stop of the process; until it is known what is still its own, which
 * the next poll tells. Thread: any.
 */
static inline bool membership_may_work(const struct membership *m)
{
    return !m->ops->may_work || m->ops->may_work(m);
}

/* Leaves the group; work goes on until it is revoked. Thread: herder. */
static inline void membership_leave(struct membership *m, const char *reason)
{
    m->ops->leave(m, reason);
}

/* Thread: any. */
static inline void membership_wake(struct membership *m)
{
    m->ops->wake(m);
}

/* NULL is a no-op. Thread: herder. */
static inline void membership_free(struct membership *m)
{
    if (m)
        m->ops->free(m);
}
