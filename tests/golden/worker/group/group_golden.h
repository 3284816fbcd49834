/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* group_golden - what the golden tests beside it share: work as the vectors write it. */
#include "tests/lib/testing.h"
#include "worker/group/work_list.h"

/* "connector-12" to its parts; the caller frees *ret_connector. */
void golden_task(const char *text, char **ret_connector, int32_t *ret_number);
/* Adds the members named connectors and tasks of row, which are arrays of texts or absent. */
void golden_list(const json_t *row, const char *connectors, const char *tasks,
                 struct work_list *out);
/* The member configured of row, {"connector": tasks, ...}, to a set; of those that the member
 * inconsistentConnectors names, no tasks. */
void golden_configured(const json_t *row, struct work *out);
/* The same items in the same order. */
void golden_same_list(const char *what, const struct work_list *ours,
                      const struct work_list *theirs);
int64_t golden_number(const json_t *row, const char *name);
