/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * assign_table - every connector and task that a round of assignment has to do with, each as a
 * number: what is known of it, and who holds it, is then a look into an array.
 *
 * Numbers follow the order of work_item_compare(). Owned by one round; borrows the names.
 */
#include "worker/group/assign.h"

enum assign_kind {
    ASSIGN_CONNECTORS,
    ASSIGN_TASKS,
    ASSIGN_KINDS,
};

struct assign_item {
    struct work_item is;
    bool configured;
    bool previous;   /* left assigned by the round before */
    bool revoked;    /* taken back by the round before */
    uint32_t owners; /* members that hold it */
    uint32_t mark;   /* the last assign_table_mark() of it */
};

/* Numbers of items, of one kind, in an order that matters. */
struct assign_ids {
    uint32_t *at;
    size_t count, cap;
};

struct assign_table {
    struct assign_item *items; /* owned */
    size_t count;
    uint32_t marks;
};

/* previous and revoked are those of the round before. */
void assign_table_init(struct assign_table *t, const struct assign_round *round,
                       const struct work *previous, const struct work *revoked);
void assign_table_fini(struct assign_table *t);
enum assign_kind assign_table_kind(const struct assign_table *t, uint32_t id);

/* Sets ret_ids, which are empty, to what a member reported, without repetitions. */
void assign_table_owned(struct assign_table *t, const struct work_list *owned,
                        struct assign_ids ret_ids[ASSIGN_KINDS]);
/* Takes what is in gone out of ids; the others keep their order. */
void assign_table_remove(struct assign_table *t, struct assign_ids *ids,
                         const struct assign_ids *gone);
void assign_ids_fini(struct assign_ids *ids);
