/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * group_sync - commits translated offsets on the target for groups that are not active there.
 * Spec: mirror-maker2.md 7.7. Difference: a group that is seen to be active on the target is left
 * alone, instead of asking the broker to refuse the commit; nothing is committed past the end of a
 * log.
 */
#include "connectors/mirror/checkpoint/translation.h"

/* One round over the groups. Failures of single groups are logged. Errors: the target is not
 * reached. */
int group_sync_round(struct admin *target, struct translation *translation,
                     const struct tern_list *groups, int64_t deadline_ms,
                     struct tern_error *err) MUST_CHECK;
