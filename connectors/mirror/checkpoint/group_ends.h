/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * group_ends - keeps offsets that lie past the end of the target's log from being committed: they
 * were translated for a log that is not there any more. The target's topic was deleted, and is
 * another one now, of which no offset sync tells as long as nothing is mirrored.
 * No counterpart in Java, which commits them, and never goes back.
 */
#include "connectors/mirror/common/checkpoint_plan.h"
#include "lib/kafka/admin.h"

/*
 * Moves what may be committed to the front of each plan, and sets the counts of the commits, which
 * are those of the plans; 0: nothing is left. What cannot be looked up may be committed. Logs how
 * many offsets are left out.
 */
void group_ends_check(struct admin *target, const struct checkpoint_commit *plans,
                      struct admin_group_commit *commits, size_t count, int64_t deadline_ms);
