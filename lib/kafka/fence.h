/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * fence - ends what producers of transactional ids have begun and keeps them from going on, by
 * initializing each id anew. Peer: Admin.fenceProducers().
 */
#include "lib/base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tern/config.h>
#include <tern/error.h>

/*
 * Fences every id, some at a time. java: settings of an admin client. The first failure ends it.
 * cancel: NULL, or set once to make it give up. Errors: TERN_ETIMEOUT, TERN_ERETRIABLE: given up,
 * TERN_EINVALID for a bad setting, TERN_EINTERNAL. Thread: any.
 */
int fence_producers(const struct tern_config *java, const char *const *ids, size_t count,
                    const bool *cancel, int64_t deadline_ms, struct tern_error *err) MUST_CHECK;
