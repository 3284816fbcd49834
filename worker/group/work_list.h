/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * work_list - connectors and tasks in the order in which somebody told them.
 *
 * What stands in the group protocol's messages, where struct work is a set that is kept sorted:
 * a leader takes surplus work from the front of what a worker reported, so the order is kept.
 * Nothing hinders an item from being there twice. Names are copied in, once per run of items of
 * one connector. Pure; owned by whoever holds it.
 */
#include "lib/base/vec.h"
#include "worker/group/work.h"

/* The number that stands for the connector itself among the numbers of its tasks. */
#define WORK_CONNECTOR (-1)

struct work_item {
    const char *connector;
    int32_t task; /* or WORK_CONNECTOR */
};

struct work_list {
    VEC(char *) names; /* owned; the items borrow them */
    VEC(struct work_item) connectors;
    VEC(struct work_item) tasks;
};

/* Below 0, 0 or above as a comes before, with or after b: by name, then by number. */
int work_item_compare(const struct work_item *a, const struct work_item *b);

void work_list_add(struct work_list *l, const char *connector, int32_t task);
void work_list_add_all(struct work_list *l, const struct work *w);
bool work_list_is_empty(const struct work_list *l);
/* Adds every item to a set. */
void work_list_copy_to(const struct work_list *l, struct work *dst);
void work_list_fini(struct work_list *l);
