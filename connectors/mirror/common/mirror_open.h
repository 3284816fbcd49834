/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mirror_open - what every mirror connector and task does first and last: take over the host's
 * log, open admins with the settings of mirror_client.h, create a topic of its own.
 */
#include "connectors/mirror/common/mirror_client.h"
#include "lib/kafka/admin.h"

#include <tern/plugin.h>

/* Sends this plugin's log lines, and what it learns of brokers, to the host. Called first in every
 * start(). Thread: any. */
void mirror_use_host(const struct tern_host *host);

/* Opens the admin of that role. Errors: TERN_EINVALID for a bad setting, the cluster named. */
int mirror_open_admin(const struct tern_config *connector, enum mirror_client client, bool is_task,
                      struct admin **ret_admin, struct tern_error *err) MUST_CHECK;
/* For CLEANUP. */
static inline void mirror_admin_freep(struct admin **admin)
{
    admin_free(*admin);
}
