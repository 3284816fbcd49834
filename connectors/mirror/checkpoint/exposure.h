/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * exposure - how many records each group of a task would read again after a failover now: known
 * from round to round, told in the log, and there for whoever makes a metric of it.
 *
 * Behind a lock of its own. Thread: any.
 */
#include "connectors/mirror/common/checkpoint_plan.h"

#include <tern/config.h>

struct exposure;

/* groups are borrowed, and numbered by their place in the list. */
struct exposure *exposure_new(const struct tern_list *groups);
/* NULL is a no-op. */
void exposure_free(struct exposure *e);

/* What a round has found for a group. */
void exposure_set(struct exposure *e, size_t group, const struct checkpoint_exposure *found);
/* What the last round has found; false when there was none yet. */
bool exposure_get(struct exposure *e, size_t group, struct checkpoint_exposure *ret_found);

/* Logs one line: all groups, and those with most; with debug one for each group. */
void exposure_log(struct exposure *e);
