/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/work.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/sorted.h"
#include "lib/base/xmem.h"

enum {
    TEXT_MAX_BYTES = 4096
};

static size_t connector_slot(const struct work *w, const char *name, bool *ret_found)
{
    return sorted_slot(w->connectors, w->connector_count, sizeof(*w->connectors), name, ret_found);
}

static size_t task_slot(const struct work *w, const char *connector, int32_t number,
                        bool *ret_found)
{
    size_t lo = 0, hi = w->task_count;

    *ret_found = false;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int order = strcmp(w->tasks[mid].connector, connector);

        if (order == 0)
            order = (w->tasks[mid].number > number) - (w->tasks[mid].number < number);
        if (order == 0) {
            *ret_found = true;
            return mid;
        }
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool work_add_connector(struct work *w, const char *name)
{
    bool found;
    size_t at = connector_slot(w, name, &found);

    if (found)
        return false;
    if (w->connector_count == w->connector_cap) {
        w->connector_cap = w->connector_cap ? 2 * w->connector_cap : 8;
        w->connectors = xreallocarray(w->connectors, w->connector_cap, sizeof(*w->connectors));
    }
    memmove(&w->connectors[at + 1], &w->connectors[at],
            (w->connector_count - at) * sizeof(*w->connectors));
    w->connectors[at] = xstrdup(name);
    w->connector_count++;
    return true;
}

bool work_add_task(struct work *w, const char *connector, int32_t number)
{
    bool found;
    size_t at = task_slot(w, connector, number, &found);

    if (found)
        return false;
    if (w->task_count == w->task_cap) {
        w->task_cap = w->task_cap ? 2 * w->task_cap : 8;
        w->tasks = xreallocarray(w->tasks, w->task_cap, sizeof(*w->tasks));
    }
    memmove(&w->tasks[at + 1], &w->tasks[at], (w->task_count - at) * sizeof(*w->tasks));
    w->tasks[at] = (struct work_task){xstrdup(connector), number};
    w->task_count++;
    return true;
}

bool work_remove_connector(struct work *w, const char *name)
{
    bool found;
    size_t at = connector_slot(w, name, &found);

    if (!found)
        return false;
    free(w->connectors[at]);
    memmove(&w->connectors[at], &w->connectors[at + 1],
            (w->connector_count - at - 1) * sizeof(*w->connectors));
    w->connector_count--;
    return true;
}

bool work_remove_task(struct work *w, const char *connector, int32_t number)
{
    bool found;
    size_t at = task_slot(w, connector, number, &found);

    if (!found)
        return false;
    free(w->tasks[at].connector);
    memmove(&w->tasks[at], &w->tasks[at + 1], (w->task_count - at - 1) * sizeof(*w->tasks));
    w->task_count--;
    return true;
}

bool work_has_connector(const struct work *w, const char *name)
{
    bool found;

    connector_slot(w, name, &found);
    return found;
}

bool work_has_task(const struct work *w, const char *connector, int32_t number)
{
    bool found;

    task_slot(w, connector, number, &found);
    return found;
}

bool work_is_empty(const struct work *w)
{
    return w->connector_count == 0 && w->task_count == 0;
}

bool work_equal(const struct work *a, const struct work *b)
{
    if (a->connector_count != b->connector_count || a->task_count != b->task_count)
        return false;
    for (size_t i = 0; i < a->connector_count; i++) {
        if (strcmp(a->connectors[i], b->connectors[i]) != 0)
            return false;
    }
    for (size_t i = 0; i < a->task_count; i++) {
        if (a->tasks[i].number != b->tasks[i].number ||
            strcmp(a->tasks[i].connector, b->tasks[i].connector) != 0)
            return false;
    }
    return true;
}

void work_add_all(struct work *dst, const struct work *src)
{
    for (size_t i = 0; i < src->connector_count; i++)
        work_add_connector(dst, src->connectors[i]);
    for (size_t i = 0; i < src->task_count; i++)
        work_add_task(dst, src->tasks[i].connector, src->tasks[i].number);
}

void work_remove_all(struct work *dst, const struct work *src)
{
    for (size_t i = 0; i < src->connector_count; i++)
        work_remove_connector(dst, src->connectors[i]);
    for (size_t i = 0; i < src->task_count; i++)
        work_remove_task(dst, src->tasks[i].connector, src->tasks[i].number);
}

void work_minus(const struct work *a, const struct work *b, struct work *ret_rest)
{
    for (size_t i = 0; i < a->connector_count; i++) {
        if (!work_has_connector(b, a->connectors[i]))
            work_add_connector(ret_rest, a->connectors[i]);
    }
    for (size_t i = 0; i < a->task_count; i++) {
        if (!work_has_task(b, a->tasks[i].connector, a->tasks[i].number))
            work_add_task(ret_rest, a->tasks[i].connector, a->tasks[i].number);
    }
}

void work_clear(struct work *w)
{
    for (size_t i = 0; i < w->connector_count; i++)
        free(w->connectors[i]);
    for (size_t i = 0; i < w->task_count; i++)
        free(w->tasks[i].connector);
    w->connector_count = w->task_count = 0;
}

void work_fini(struct work *w)
{
    work_clear(w);
    free(w->connectors);
    free(w->tasks);
    *w = (struct work)WORK_INIT;
}

char *work_text(const struct work *w)
{
    struct buf text = BUF_INIT(TEXT_MAX_BYTES); /* what does not fit is left out */

    buf_add_str(&text, "connectors [");
    for (size_t i = 0; i < w->connector_count; i++)
        buf_add_fmt(&text, "%s%s", i ? ", " : "", w->connectors[i]);
    buf_add_str(&text, "], tasks [");
    for (size_t i = 0; i < w->task_count; i++) {
        buf_add_fmt(&text, "%s%s-%d", i ? ", " : "", w->tasks[i].connector,
                    (int)w->tasks[i].number);
    }
    buf_add_str(&text, text.failed ? " ..." : "]");
    return buf_take_str(&text);
}
