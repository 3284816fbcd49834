/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * assign_incremental - the assignor of protocol versions 1 and 2: work stays where it is.
 *
 * A round gives out what nobody runs, takes back what is too much on some members, and gives that
 * out in the next round; work of a member that left waits for it, for a while. The state is kept
 * across rounds by the leader's process; it survives the loss of leadership, and what it
 * remembers is not trusted after a round that did not reach this worker.
 *
 * Pure; one owner. Peer: IncrementalCooperativeAssignor. Spec: connect-distributed.md 4.3.
 */
#include "worker/group/assign.h"

struct assign_incremental {
    int64_t max_delay_ms; /* scheduled.rebalance.max.delay.ms; immutable */

    struct work previous;       /* what the last round left assigned, lost work included */
    struct work revoked;        /* what the last round took back */
    bool revoked_for_balance;   /* the last round took work back to even out the load */
    VEC(char *) candidates;     /* members without work that wait for the lost; first come first */
    int64_t scheduled_ms;       /* when lost work is given out; 0: no such plan */
    int64_t delay_ms;           /* as the last round told it */
    int32_t generation;         /* of the last round; -1: none */
    VEC(char *) members;        /* of the last round */
    int successive_revocations; /* rounds that wanted to, one right after the other */
};

void assign_incremental_init(struct assign_incremental *a, int64_t max_delay_ms);
void assign_incremental_fini(struct assign_incremental *a);

/* The caller ends *ret_result. */
void assign_incremental(struct assign_incremental *a, const struct assign_round *round,
                        struct assign_result *ret_result);

/* How long to wait before work is taken back for the n-th time in a row; n from 1 on. */
int64_t assign_incremental_backoff_ms(int64_t max_delay_ms, int n);
