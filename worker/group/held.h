/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * held - what a worker holds by the assignments it was given, from join to join.
 *
 * Incremental assignments say what is new and what is taken back: the worker adds them up, and
 * tells the sum in the metadata of its next join. So does one that failed (error not 0). What is
 * held is told even where it does not run, as after a change from eager to incremental. Pure; one
 * owner. Peer: WorkerCoordinator's assignment snapshot. Spec: connect-distributed.md 2.4, 3.1.
 */
#include "worker/group/membership.h"
#include "worker/group/protocol.h"

struct held {
    bool is_known; /* false until the first assignment, and again after held_drop() */
    struct protocol_assignment last; /* the last one, with all that is held in assigned */
};

/*
 * A join is complete with assignment a, which is taken. Sets ret_revoked, which is empty, to what
 * it takes back: that has to end, and if there is any, the worker joins again at once, also
 * where it never held it.
 */
void held_apply(struct held *h, enum group_protocol protocol, struct protocol_assignment *a,
                struct work *ret_revoked);
/*
 * Gives up what is not configured any more, and adds it to ret_dropped. A leader takes back what
 * it saw being removed; what a worker brings back that was out of the group meanwhile, it does
 * not, and it would run for ever. Java's worker has no such step.
 */
void held_drop_others(struct held *h, const struct work *configured, struct work *ret_dropped);
/* Appends the metadata for a join; out->failed past its limit. */
void held_put_metadata(const struct held *h, const char *url, int64_t offset,
                       enum group_protocol protocol, struct buf *out);
/* Nothing is held any more, nor known about it: the coordinator was lost for too long. */
void held_drop(struct held *h);
