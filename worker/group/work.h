/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * work - a set of connectors and tasks: what a worker is assigned, what it runs, what is revoked.
 *
 * Both are kept sorted, tasks by connector and then by number. Pure; owned by whoever holds it.
 */
#include "lib/base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct work_task {
    char *connector;
    int32_t number;
};

struct work {
    char **connectors;
    size_t connector_count, connector_cap;
    struct work_task *tasks;
    size_t task_count, task_cap;
};

#define WORK_INIT \
    {             \
        0         \
    }

/* False, and nothing changed, when it is there. */
bool work_add_connector(struct work *w, const char *name);
bool work_add_task(struct work *w, const char *connector, int32_t number);
/* False when it is not there. */
bool work_remove_connector(struct work *w, const char *name);
bool work_remove_task(struct work *w, const char *connector, int32_t number);

bool work_has_connector(const struct work *w, const char *name);
bool work_has_task(const struct work *w, const char *connector, int32_t number);
bool work_is_empty(const struct work *w);
bool work_equal(const struct work *a, const struct work *b);

void work_add_all(struct work *dst, const struct work *src);
void work_remove_all(struct work *dst, const struct work *src);
/* Sets ret_rest, which is empty, to what is in a and not in b. */
void work_minus(const struct work *a, const struct work *b, struct work *ret_rest);
void work_clear(struct work *w);
void work_fini(struct work *w);

/* "connectors [a, b], tasks [a-0, b-0]" for log lines; the caller frees. */
char *work_text(const struct work *w);
