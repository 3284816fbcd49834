/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * assign - what the two assignors take and give: the members of a round, and each one's share.
 *
 * Pure. Names are ordered by their bytes where Java orders UTF-16 code units: the two differ
 * beyond the BMP only, and any order is as good to those who are assigned.
 */
#include "worker/group/work_list.h"

struct assign_member {
    const char *id;
    const struct work_list *owned; /* in the order that it reported; NULL: nothing */
};

/* One round. All is borrowed. */
struct assign_round {
    const struct assign_member *members; /* surplus is looked for in this order */
    size_t member_count;
    const struct work *configured;
    int64_t now_ms;
    int32_t generation;                /* of this round */
    int32_t last_completed_generation; /* the last whose assignment the leader applied; -1: none */
};

/* What a member gets by a round. */
struct assign_share {
    struct work_list assigned; /* eager: all; else: what is new */
    struct work_list revoked;
    struct work owns; /* after it all */
};

struct assign_result {
    struct assign_share *shares; /* owned; one per member, in the order of the round */
    size_t count;
    int64_t delay_ms; /* until the members shall join again; 0: never */
};

/* Room for a share of each member. */
void assign_result_init(struct assign_result *result, size_t member_count);
void assign_result_fini(struct assign_result *result);
