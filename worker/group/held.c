/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/held.h"

static void carry_over(const struct work_list *from, const struct work *except,
                       struct work_list *to)
{
    for (size_t i = 0; i < from->connectors.count; i++) {
        if (!work_has_connector(except, from->connectors.at[i].connector))
            work_list_add(to, from->connectors.at[i].connector, WORK_CONNECTOR);
    }
    for (size_t i = 0; i < from->tasks.count; i++) {
        const struct work_item *item = &from->tasks.at[i];

        if (!work_has_task(except, item->connector, item->task))
            work_list_add(to, item->connector, item->task);
    }
}

void held_apply(struct held *h, enum group_protocol protocol, struct protocol_assignment *a,
                struct work *ret_revoked)
{
    if (protocol != GROUP_EAGER) {
        CLEANUP(work_fini) struct work except = WORK_INIT;

        work_list_copy_to(&a->revoked, ret_revoked);
        work_add_all(&except, ret_revoked);
        work_list_copy_to(&a->assigned, &except);
        carry_over(&h->last.assigned, &except, &a->assigned);
    }
    work_list_fini(&a->revoked);
    protocol_assignment_fini(&h->last);
    h->last = *a;
    *a = (struct protocol_assignment){0};
    h->is_known = true;
}

void held_drop_others(struct held *h, const struct work *configured, struct work *ret_dropped)
{
    CLEANUP(work_fini) struct work all = WORK_INIT, others = WORK_INIT;
    struct work_list kept = {0};

    work_list_copy_to(&h->last.assigned, &all);
    work_minus(&all, configured, &others);
    if (work_is_empty(&others))
        return;
    carry_over(&h->last.assigned, &others, &kept);
    work_list_fini(&h->last.assigned);
    h->last.assigned = kept;
    work_add_all(ret_dropped, &others);
}

void held_put_metadata(const struct held *h, const char *url, int64_t offset,
                       enum group_protocol protocol, struct buf *out)
{
    /* Lent, not owned. */
    const struct protocol_metadata m = {
        .url = (char *)url,
        .offset = offset,
        .has_current = h->is_known,
        .current = h->last,
    };

    protocol_metadata_encode(&m, (int16_t)protocol, out);
}

void held_drop(struct held *h)
{
    protocol_assignment_fini(&h->last);
    h->is_known = false;
}
