/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * internal_topics - creates and checks the config, offset and status topics from worker
 * settings. Spec: connect-distributed.md 8.1, 8.2.
 */
#include "lib/kafka/topic_admin.h"

enum internal_topic {
    INTERNAL_CONFIG,
    INTERNAL_OFFSET,
    INTERNAL_STATUS
};

/*
 * Reads <kind>.storage.{topic,partitions,replication.factor,...} from worker (complete with
 * defaults is not needed), creates the topic or checks its cleanup policy. Logs what it ignores.
 */
int internal_topic_ensure(struct admin *a, enum internal_topic kind,
                          const struct tern_config *worker, int64_t deadline_ms,
                          struct tern_error *err) MUST_CHECK;
