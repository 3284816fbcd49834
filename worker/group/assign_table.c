/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/assign_table.h"

#include <assert.h>
#include <string.h>

static int by_item(const void *a, const void *b)
{
    return work_item_compare(&((const struct assign_item *)a)->is,
                             &((const struct assign_item *)b)->is);
}

static void add(struct assign_table *t, const char *connector, int32_t task)
{
    t->items[t->count++].is = (struct work_item){connector, task};
}

static size_t work_size(const struct work *w)
{
    return w->connector_count + w->task_count;
}

static void add_work(struct assign_table *t, const struct work *w)
{
    for (size_t i = 0; i < w->connector_count; i++)
        add(t, w->connectors[i], WORK_CONNECTOR);
    for (size_t i = 0; i < w->task_count; i++)
        add(t, w->tasks[i].connector, w->tasks[i].number);
}

static void add_list(struct assign_table *t, const struct work_list *l)
{
    for (size_t i = 0; l && i < l->connectors.count; i++)
        add(t, l->connectors.at[i].connector, WORK_CONNECTOR);
    for (size_t i = 0; l && i < l->tasks.count; i++)
        add(t, l->tasks.at[i].connector, l->tasks.at[i].task);
}

static void sort(struct assign_table *t)
{
    size_t kept = 0;

    qsort(t->items, t->count, sizeof(*t->items), by_item);
    for (size_t i = 0; i < t->count; i++) {
        if (kept == 0 || by_item(&t->items[kept - 1], &t->items[i]) != 0)
            t->items[kept++] = t->items[i];
    }
    t->count = kept;
}

static uint32_t find(const struct assign_table *t, const char *connector, int32_t task)
{
    struct assign_item key = {.is = {connector, task}};
    const struct assign_item *item = bsearch(&key, t->items, t->count, sizeof(*t->items), by_item);

    assert(item);
    return (uint32_t)(item - t->items);
}

/* Sets the flag at offset in every item of w. */
static void flag(struct assign_table *t, const struct work *w, size_t offset)
{
    for (size_t i = 0; i < w->connector_count; i++) {
        uint32_t id = find(t, w->connectors[i], WORK_CONNECTOR);

        *(bool *)((char *)&t->items[id] + offset) = true;
    }
    for (size_t i = 0; i < w->task_count; i++) {
        uint32_t id = find(t, w->tasks[i].connector, w->tasks[i].number);

        *(bool *)((char *)&t->items[id] + offset) = true;
    }
}

void assign_table_init(struct assign_table *t, const struct assign_round *round,
                       const struct work *previous, const struct work *revoked)
{
    size_t most = work_size(round->configured) + work_size(previous) + work_size(revoked);

    for (size_t i = 0; i < round->member_count; i++) {
        const struct work_list *owned = round->members[i].owned;

        most += owned ? owned->connectors.count + owned->tasks.count : 0;
    }
    *t = (struct assign_table){.items = xcalloc(most, sizeof(*t->items))};
    add_work(t, round->configured);
    add_work(t, previous);
    add_work(t, revoked);
    for (size_t i = 0; i < round->member_count; i++)
        add_list(t, round->members[i].owned);
    sort(t);
    flag(t, round->configured, offsetof(struct assign_item, configured));
    flag(t, previous, offsetof(struct assign_item, previous));
    flag(t, revoked, offsetof(struct assign_item, revoked));
}

void assign_table_fini(struct assign_table *t)
{
    free(t->items);
    *t = (struct assign_table){0};
}

enum assign_kind assign_table_kind(const struct assign_table *t, uint32_t id)
{
    return t->items[id].is.task == WORK_CONNECTOR ? ASSIGN_CONNECTORS : ASSIGN_TASKS;
}

static void own(struct assign_table *t, const struct work_item *item, struct assign_ids *ids)
{
    uint32_t id = find(t, item->connector, item->task);

    if (t->items[id].mark == t->marks)
        return;
    t->items[id].mark = t->marks;
    t->items[id].owners++;
    vec_push(ids, id);
}

void assign_table_owned(struct assign_table *t, const struct work_list *owned,
                        struct assign_ids ret_ids[ASSIGN_KINDS])
{
    t->marks++;
    for (size_t i = 0; owned && i < owned->connectors.count; i++)
        own(t, &owned->connectors.at[i], &ret_ids[ASSIGN_CONNECTORS]);
    for (size_t i = 0; owned && i < owned->tasks.count; i++)
        own(t, &owned->tasks.at[i], &ret_ids[ASSIGN_TASKS]);
}

void assign_table_remove(struct assign_table *t, struct assign_ids *ids,
                         const struct assign_ids *gone)
{
    size_t kept = 0;

    t->marks++;
    for (size_t i = 0; i < gone->count; i++)
        t->items[gone->at[i]].mark = t->marks;
    for (size_t i = 0; i < ids->count; i++) {
        if (t->items[ids->at[i]].mark != t->marks)
            ids->at[kept++] = ids->at[i];
    }
    ids->count = kept;
}

void assign_ids_fini(struct assign_ids *ids)
{
    vec_fini(ids);
}
