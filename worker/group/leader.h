/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * leader - the leader's part of a join: every member's metadata in, every member's assignment out.
 *
 * Keeps the incremental assignor's state for the life of the process, and who runs what after
 * the last round, by which requests about one connector or task find their worker. Pure; one
 * owner. Peer: WorkerCoordinator.onLeaderElected(). Spec: connect-distributed.md 4.
 */
#include "lib/base/macros.h"
#include "lib/base/slice.h"
#include "worker/group/membership.h"
#include "worker/group/owners.h"

#include <tern/error.h>

struct leader;

struct leader_member {
    const char *id;
    struct slice metadata;
};

/* All is borrowed. */
struct leader_round {
    enum group_protocol protocol;
    const char *member; /* our id */
    const char *url;    /* ours */
    const struct leader_member *members;
    size_t member_count;
    int32_t generation;
    int32_t last_completed_generation; /* the last whose assignment this worker applied; -1: none */
    int64_t now_ms;

    /* The state that our own metadata told the offset of. */
    const struct work *configured;
    int64_t offset;
    /* A newer one, asked for when another member is ahead: as in membership_listener. */
    int64_t (*refresh)(void *arg, struct work *ret_work);
    void *arg;
};

struct leader_blob {
    void *data; /* owned */
    size_t len;
};

/* One assignment per member, in the order of the round. */
struct leader_answer {
    struct leader_blob *blobs; /* owned */
    size_t count;
};

struct leader *leader_new(int64_t max_delay_ms);
/* NULL is a no-op. */
void leader_free(struct leader *l);

/*
 * The caller ends *ret_answer with leader_answer_fini(). Errors: TERN_EINVALID when a member's
 * metadata is malformed, and nothing has changed then, or when an assignment is too large.
 */
int leader_assign(struct leader *l, const struct leader_round *round,
                  struct leader_answer *ret_answer, struct tern_error *err) MUST_CHECK;
void leader_answer_fini(struct leader_answer *answer);

/* A new join begins: who runs what is not known any more. */
void leader_forget_owners(struct leader *l);
/*
 * What earlier rounds left assigned counts no more: work that nobody holds is then new, and
 * given out at once, instead of waiting for the one who held it.
 */
void leader_forget_history(struct leader *l);
/*
 * This worker was cut off from its group, and so, it may be, was everybody: what was assigned in
 * the round of that generation, which this worker has applied last, is then not new, but waits
 * for those who held it, as it would had this worker led that round.
 */
void leader_expect(struct leader *l, const struct work *assigned, int32_t generation);
/* Hands the owners of the last round over; NULL: not known. */
struct owners *leader_take_owners(struct leader *l);
/*
 * The URL of the worker that runs a task, or with WORK_CONNECTOR the connector; NULL when that
 * is not known. Borrowed until the next call of another function.
 */
const char *leader_owner_url(const struct leader *l, const char *connector, int32_t task);
