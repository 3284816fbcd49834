/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * admin_offsets_batch - committed offsets of many groups, with one request to each coordinator for
 * hundreds of them, where librdkafka asks for one group in a request.
 */
#include "lib/base/macros.h"
#include "lib/kafka/admin_priv.h"

/*
 * Reads the offsets of offsets[count], whose group is set, and sets ret_done of those that were
 * answered; others may be asked for in another way (their coordinator is moving). Errors: nothing
 * was read: the brokers are too old, or cannot be reached in this way.
 */
int admin_offsets_batch(struct admin *a, struct admin_group_offsets *offsets, size_t count,
                        int64_t deadline_ms, bool *ret_done, struct tern_error *err) MUST_CHECK;
