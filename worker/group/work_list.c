/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/work_list.h"

#include <string.h>

int work_item_compare(const struct work_item *a, const struct work_item *b)
{
    int order = a->connector == b->connector ? 0 : strcmp(a->connector, b->connector);

    return order ? order : (a->task > b->task) - (a->task < b->task);
}

static const char *name_of(struct work_list *l, const char *connector)
{
    if (l->names.count == 0 || strcmp(l->names.at[l->names.count - 1], connector) != 0)
        vec_push(&l->names, xstrdup(connector));
    return l->names.at[l->names.count - 1];
}

void work_list_add(struct work_list *l, const char *connector, int32_t task)
{
    struct work_item item = {name_of(l, connector), task};

    if (task == WORK_CONNECTOR)
        vec_push(&l->connectors, item);
    else
        vec_push(&l->tasks, item);
}

void work_list_add_all(struct work_list *l, const struct work *w)
{
    for (size_t i = 0; i < w->connector_count; i++)
        work_list_add(l, w->connectors[i], WORK_CONNECTOR);
    for (size_t i = 0; i < w->task_count; i++)
        work_list_add(l, w->tasks[i].connector, w->tasks[i].number);
}

bool work_list_is_empty(const struct work_list *l)
{
    return l->connectors.count == 0 && l->tasks.count == 0;
}

void work_list_copy_to(const struct work_list *l, struct work *dst)
{
    for (size_t i = 0; i < l->connectors.count; i++)
        work_add_connector(dst, l->connectors.at[i].connector);
    for (size_t i = 0; i < l->tasks.count; i++)
        work_add_task(dst, l->tasks.at[i].connector, l->tasks.at[i].task);
}

void work_list_fini(struct work_list *l)
{
    for (size_t i = 0; i < l->names.count; i++)
        free(l->names.at[i]);
    vec_fini(&l->names);
    vec_fini(&l->connectors);
    vec_fini(&l->tasks);
}
