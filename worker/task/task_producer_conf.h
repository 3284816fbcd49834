/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * task_producer_conf - the settings of a source task's producer. Spec: connect-runtime.md 2.5.
 *
 * Base, then the worker's producer.*, then the connector's producer.override.*. Difference
 * from Java, which has one request in flight and no idempotence: the base is an idempotent
 * producer with five in flight, which keeps order and loses nothing to a retry. Where the
 * user's own acks, retries or requests in flight do not allow that, the base is Java's.
 */
#include "lib/base/strmap.h"

#include <stdint.h>

/* Sets the settings in out, which is empty. Thread: any. */
void task_producer_conf(const char *connector, int32_t task, const struct tern_config *worker,
                        const struct tern_config *connector_config, struct strmap *out);
/* The same for a producer with a transactional id, whatever the user says. Logs what is overruled.
 */
void task_txn_producer_conf(const char *connector, int32_t task, const char *group,
                            const struct tern_config *worker,
                            const struct tern_config *connector_config, struct strmap *out);
