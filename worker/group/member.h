/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * member - one worker's part in a group, without sockets, threads and clock: which coordinator,
 * join, sync, heartbeats, leave, and what the herder is to be told.
 *
 *   member_on_...(m, now, ...);
 *   while (member_next(m, &action)) ...
 *
 * A join begins only while the herder polls, one that is under way survives that the herder is
 * called away; heartbeats go on all the time. Whatever is lost (generation, member id,
 * coordinator), work goes on, and is told to the leader in the next join. It is only stopped when
 * the leader takes it back, when it is eager's turn, or when the group was out of reach for so
 * long that others may have been given it: see member_conf.max_delay_ms.
 *
 * Pure, but for configured(); one owner. Peers: AbstractCoordinator, WorkerCoordinator.
 * Spec: connect-distributed.md 2.3-2.9. Deliberate differences: Java stops everything when no
 * coordinator is found within heartbeat.interval.ms; see also group_error.h. No heartbeat is sent
 * while the answer to a join or sync is awaited: a broker works off one request of a connection
 * after the other, and takes who waits in its group for alive.
 */
#include "lib/wire/msg_find_coordinator.h"
#include "lib/wire/msg_heartbeat.h"
#include "lib/wire/msg_join_group.h"
#include "lib/wire/msg_leave_group.h"
#include "lib/wire/msg_sync_group.h"
#include "worker/group/membership.h"
#include "worker/group/owners.h"

#include <tern/plugin.h>

struct member;

/* Texts are copied. */
struct member_conf {
    const char *group;
    const char *url;
    enum group_protocol protocol; /* the highest that is offered */
    int32_t session_timeout_ms, rebalance_timeout_ms, heartbeat_interval_ms;
    int64_t request_timeout_ms;
    int64_t retry_ms, retry_max_ms; /* retry.backoff.ms, .max.ms */
    /*
     * scheduled.rebalance.max.delay.ms: how long a leader lets lost work wait for its worker. So
     * for this time and a session after the last sign of the coordinator, nobody else has ours.
     */
    int64_t max_delay_ms;
    uint64_t seed; /* of the jitter */
    /* As in membership_listener. */
    int64_t (*configured)(void *arg, struct work *ret_work);
    void *arg;
};

enum member_action_kind {
    MEMBER_FIND,    /* ask any broker for the coordinator of the group */
    MEMBER_SEND,    /* a request to the coordinator */
    MEMBER_HANG_UP, /* what is open to the coordinator is of no use any more: nothing is awaited */
    MEMBER_DELIVER, /* for the herder, while it polls; member_on_delivered() when it is done */
    MEMBER_NOTE,    /* a line for the log */
    MEMBER_FAIL,    /* the membership cannot go on. The last action */
};

struct member_request {
    enum wire_api api; /* JOIN_GROUP, SYNC_GROUP, HEARTBEAT or LEAVE_GROUP */
    uint64_t serial;
    int64_t timeout_ms;
    union {
        struct msg_join_group_request join;
        struct msg_sync_group_request sync;
        struct msg_heartbeat_request heartbeat;
        struct msg_leave_group_request leave;
    };
};

/* What the herder is told, in this order; the receiver releases it by member_delivery_fini(). */
struct member_delivery {
    struct work revoked;           /* to be stopped */
    struct assignment *assignment; /* a completed join; NULL: none */
    struct owners *owners;         /* when we lead; else NULL */
};

void member_delivery_fini(struct member_delivery *d);

/* Borrowed until the next call with the member, but for delivery, which is taken from it. */
struct member_action {
    enum member_action_kind kind;
    struct member_request request;
    struct member_delivery *delivery; /* move it out */
    enum tern_log_level level;
    const char *text;
    const struct tern_error *error;
};

struct member *member_new(const struct member_conf *conf, int64_t now_ms);
/* NULL is a no-op. */
void member_free(struct member *m);

/* All actions have to be taken before the next event. */
bool member_next(struct member *m, struct member_action *ret_action);
/* When member_on_tick() is due at the latest. */
int64_t member_wake_ms(const struct member *m);

void member_on_tick(struct member *m, int64_t now_ms);
/* The herder polls; or has left its poll. */
void member_on_poll(struct member *m, int64_t now_ms, bool is_polling);
/* The herder wants a new join. */
void member_on_rejoin(struct member *m, int64_t now_ms, const char *reason);
/* The herder wants to be out of the group, until its next poll. */
void member_on_leave(struct member *m, int64_t now_ms, const char *reason);
/* What was to be delivered has been, and revoked work has ended. */
void member_on_delivered(struct member *m, int64_t now_ms);

/* The coordinator was found, or not: answer NULL, and why. */
void member_on_coordinator(struct member *m, int64_t now_ms,
                           const struct msg_find_coordinator_response *answer, const char *why);
/* Answers to the request of that serial; one that is not awaited any more changes nothing. */
void member_on_join(struct member *m, int64_t now_ms, uint64_t serial,
                    const struct msg_join_group_response *answer);
void member_on_sync(struct member *m, int64_t now_ms, uint64_t serial,
                    const struct msg_sync_group_response *answer);
void member_on_heartbeat(struct member *m, int64_t now_ms, uint64_t serial, int16_t error);
void member_on_left(struct member *m, int64_t now_ms, uint64_t serial, int16_t error);
/* A request is not going to be answered. */
void member_on_failed(struct member *m, int64_t now_ms, uint64_t serial, const char *why);

/* Where the coordinator is; false: not known. *ret_host is borrowed until the next event. */
bool member_coordinator(const struct member *m, const char **ret_host, int32_t *ret_port);
/* A member, with nothing to join, to apply or to be told. */
bool member_is_stable(const struct member *m);
/* Until when nobody else has what runs here, as of the last event: to be asked again after each. */
int64_t member_lease_ms(const struct member *m);
/* "" unless a member of a generation whose assignment has come. */
const char *member_id(const struct member *m);
bool member_is_leaving(const struct member *m);
/* "finding the coordinator", for the text of timeouts; static. */
const char *member_stage(const struct member *m);
