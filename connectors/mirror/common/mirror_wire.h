/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mirror_wire - a client for what librdkafka cannot ask, with the settings of mirror_client.h.
 *
 * One call at a time, by one thread, but for mirror_wire_cancel().
 */
#include "connectors/mirror/common/mirror_client.h"
#include "lib/base/macros.h"

#include <tern/error.h>

struct mirror_wire;
struct wire_client;

/*
 * bootstrap NULL: the cluster's own; else "host:port" of one broker of it. Connects when it is
 * first used. Errors: TERN_EINVALID for a bad setting.
 */
int mirror_wire_open(const struct tern_config *connector, enum mirror_client client, bool is_task,
                     const char *bootstrap, struct mirror_wire **ret_wire,
                     struct tern_error *err) MUST_CHECK;
struct wire_client *mirror_wire_client(struct mirror_wire *wire);
/* The call under way, and all later ones, fail soon. NULL is a no-op. Thread: any. */
void mirror_wire_cancel(struct mirror_wire *wire);
/* NULL is a no-op. */
void mirror_wire_free(struct mirror_wire *wire);
