/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * member_priv - the state of a member, and what its files do for each other.
 *
 *   member.c          life, events of the herder, actions
 *   member_step.c     what is due when
 *   member_answers.c  what the coordinator says
 */
#include "lib/base/vec.h"
#include "worker/group/group_error.h"
#include "worker/group/held.h"
#include "worker/group/leader.h"
#include "worker/group/member.h"

enum {
    MEMBER_PROTOCOLS = 3,
    METADATA_MAX_BYTES = 16 << 20,
};

enum member_state {
    MEMBER_UNJOINED,
    MEMBER_JOINING, /* JoinGroup is not answered */
    MEMBER_SYNCING, /* of a generation, without its assignment */
    MEMBER_STABLE,
};

/* A request that is not answered; serial 0: none is. */
struct member_flight {
    uint64_t serial;
    int64_t sent_ms;
};

struct member_note {
    enum tern_log_level level;
    char *text;
};

struct member {
    struct member_conf conf; /* immutable; texts owned */
    int64_t now_ms;          /* of the event */
    uint64_t random;
    uint64_t serials;

    /* the coordinator */
    bool is_known;
    char *host;
    int32_t node, port;
    bool is_asking;
    int64_t ask_at_ms;
    unsigned ask_attempts;
    int64_t heard_ms;    /* the last time that it took us for a member */
    int64_t say_lost_ms; /* when it is said again that there is none; 0: it is known */

    /* the group */
    enum member_state state;
    int32_t generation;
    char *id;                           /* "" when not known */
    enum group_protocol protocol;       /* of the last completed join */
    enum group_protocol round_protocol; /* of the round under way */
    int32_t completed_generation;
    bool is_alone; /* nobody else was in the last round */
    bool rejoin;   /* asked for, by the herder or the coordinator */
    char *reason;
    unsigned failures; /* of joins, in a row */
    int64_t join_at_ms, sync_at_ms;
    bool is_prepared; /* for the join under way */
    struct held held;
    struct leader *leader;
    bool has_fresh; /* fresh is an assignment that was not applied yet */
    struct protocol_assignment fresh;

    /* the herder */
    bool is_polling;
    int64_t polled_ms; /* when it last did */
    bool is_delivering;

    /* requests */
    struct member_flight join, sync, heartbeat, leave;
    int64_t heartbeat_at_ms, session_end_ms;
    unsigned heartbeat_failures;
    struct work configured; /* that the join told the offset of */
    struct work assigned;   /* to anybody, in the last round that was completed */
    bool has_lost; /* others may have what runs here: it is given up as soon as the herder polls */
    bool is_giving_up; /* it is being stopped */
    bool is_cut_off;   /* lost its membership by not being heard, and has not come back */
    int64_t offset;
    struct buf metadata[MEMBER_PROTOCOLS];
    struct msg_join_group_protocol protocols[MEMBER_PROTOCOLS];
    struct leader_answer answer; /* ours, as the leader */
    VEC(struct msg_sync_group_assignment) assignments;
    VEC(char *) member_ids; /* of the round that we lead */
    char *leaving_id, *leaving_reason;

    /* actions that were not taken yet, in this order */
    VEC(struct member_note) notes;
    char *note; /* the one that was taken last */
    bool hang_up, find;
    VEC(struct member_request) sends;
    bool deliver;
    struct member_delivery delivery;
    bool has_failed, tell_failure;
    struct tern_error error;
};

/* ---- member.c ---- */

void member_note(struct member *m, enum tern_log_level level, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* err is filled. */
void member_fail(struct member *m);
void member_set_text(char **text, const char *value);
struct member_request *member_send(struct member *m, struct member_flight *flight,
                                   enum wire_api api, int64_t timeout_ms);
/* min, 2*min ... max, each +-20 %. */
int64_t member_backoff_ms(struct member *m, unsigned attempts);

/* ---- member_step.c ---- */

/* As they stand in a JoinGroup request, by enum group_protocol. */
extern const char *const member_protocol_names[MEMBER_PROTOCOLS];

/* Does all that is due. */
void member_step(struct member *m);
/* The coordinator is not known any more, nor is anything awaited from it. */
void member_lose_coordinator(struct member *m, const char *why);
/* How long the others wait for a worker that is not heard of before they take over its work. */
int64_t member_patience_ms(const struct member *m);
/* Until when nobody else has what runs here, as far as time says. */
int64_t member_owned_ms(const struct member *m);
/* Out of the generation; the next join keeps the id, or not. */
void member_reset(struct member *m, bool keeps_id);
/* The next join, or sync, is after this time. */
void member_retry_join(struct member *m, int64_t after_ms);
void member_leave_now(struct member *m, const char *reason);
bool member_is_active(const struct member *m);
/* Whoever leads sends everybody's assignment, the others wait for theirs. */
void member_send_sync(struct member *m);
