/* SPDX-License-Identifier: Apache-2.0 */
/*
 * herder_metrics - metrics of what runs in this worker, for whoever serves them.
 *
 * The herder's thread keeps a list of the tasks; who collects takes references under the gate and
 * asks the tasks without it, so that neither waits for the other. Spec: mirror-maker2.md 10.2.
 */
#include "worker/herder/herder_priv.h"

#include "lib/base/xmem.h"

void herder_measure_task(struct herder *h, struct source_task *task)
{
    gate_lock(&h->gate);
    vec_push(&h->measured, source_task_ref(task));
    gate_unlock(&h->gate);
}

void herder_unmeasure_task(struct herder *h, const struct source_task *task)
{
    struct source_task *found = NULL;

    gate_lock(&h->gate);
    for (size_t i = 0; i < h->measured.count && !found; i++) {
        if (h->measured.at[i] != task)
            continue;
        found = h->measured.at[i];
        h->measured.at[i] = h->measured.at[--h->measured.count];
    }
    gate_unlock(&h->gate);
    if (found)
        source_task_unref(found);
}

void herder_measure_connectors(struct herder *h)
{
    gate_lock(&h->gate);
    h->connector_count = h->connectors.count;
    gate_unlock(&h->gate);
}

static void emit_worker(tern_metric_emit *emit, void *arg, const char *name, size_t value)
{
    const struct tern_metric metric = {.domain = "kafka.connect",
                                       .type = "connect-worker-metrics",
                                       .name = name,
                                       .value = (double)value,
                                       .kind = TERN_METRIC_GAUGE};

    emit(arg, &metric);
}

/* References to all tasks that run, to be given back; the array is to be freed. */
static struct source_task **take_tasks(struct herder *h, size_t *ret_tasks, size_t *ret_connectors)
{
    struct source_task **tasks;

    gate_lock(&h->gate);
    tasks = xcalloc(h->measured.count + 1, sizeof(struct source_task *));
    for (size_t i = 0; i < h->measured.count; i++)
        tasks[i] = source_task_ref(h->measured.at[i]);
    *ret_tasks = h->measured.count;
    *ret_connectors = h->connector_count;
    gate_unlock(&h->gate);
    return tasks;
}

void herder_metrics(struct herder *h, tern_metric_emit *emit, void *arg)
{
    size_t task_count, connector_count;
    CLEANUP(freep) struct source_task **tasks = take_tasks(h, &task_count, &connector_count);

    emit_worker(emit, arg, "connector-count", connector_count);
    emit_worker(emit, arg, "task-count", task_count);
    for (size_t i = 0; i < task_count; i++) {
        source_task_metrics(tasks[i], emit, arg);
        source_task_unref(tasks[i]);
    }
}
