/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * group_filter - which consumer groups are checkpointed, by name. Peer: DefaultGroupFilter.
 *
 * Reads groups and groups.exclude; a bad pattern fails here, at start, and not in validation.
 * Immutable. Thread: any.
 */
#include "lib/base/macros.h"

#include <stdbool.h>

#include <tern/config.h>
#include <tern/error.h>

#define GROUP_FILTER_DEFAULT         "org.apache.kafka.connect.mirror.DefaultGroupFilter"
#define GROUP_FILTER_EXCLUDE_DEFAULT "console-consumer-.*,connect-.*,__.*"

struct group_filter;

/*
 * Makes the filter that group.filter.class of config names (the default when absent). Borrows
 * config for the call. Errors: TERN_EINVALID for an unknown class or a bad pattern.
 */
int group_filter_new(const struct tern_config *config, struct group_filter **ret_filter,
                     struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. */
void group_filter_free(struct group_filter *filter);
/* For CLEANUP. */
void group_filter_freep(struct group_filter **filter);

bool group_filter_includes(const struct group_filter *filter, const char *group);
