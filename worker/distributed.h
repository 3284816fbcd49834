/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * distributed - one distributed worker: its REST server, its herder and its group membership,
 * started and stopped in their order. Thread: main. Peers: ConnectDistributed, Connect.
 * Spec: connect-distributed.md 1.3, 1.4.
 */
#include "lib/conf/config_ref.h"

#include <tern/error.h>

struct distributed;

/*
 * Starts everything and returns; on_fatal is called from any thread when the herder has ended by
 * itself. worker: checked before (worker_file.h); a reference is taken.
 * Errors: TERN_EINVALID: a setting of REST or of security; then nothing runs.
 */
int distributed_start(struct config_ref *worker, void (*on_fatal)(void *arg), void *arg,
                      struct distributed **ret_worker, struct tern_error *err) MUST_CHECK;
/* False: something did not end in time, and nothing may be freed. */
bool distributed_stop(struct distributed *d) MUST_CHECK;
void distributed_free(struct distributed *d);
