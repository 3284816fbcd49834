/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * topic_creation - has the topics of a source task created before the first record is sent to
 * them, where the connector says with what (topic_groups.h). Peer:
 * AbstractWorkerSourceTask.maybeCreateTopic(). Difference: while the cluster does not answer, the
 * task waits instead of failing. Owner: the task's thread.
 */
#include "worker/task/topic_groups.h"

struct topic_creation;

/*
 * *ret_creation is NULL when the worker does not allow it (topic.creation.enable), or the
 * connector does not ask for it. Errors: TERN_EINVALID.
 */
int topic_creation_open(const char *connector, int32_t task, const struct tern_config *worker,
                        const struct tern_config *connector_config,
                        struct topic_creation **ret_creation, struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. */
void topic_creation_free(struct topic_creation *c);

/*
 * The topic is there, or is created now. NULL is a no-op. Errors: TERN_ERETRIABLE: the cluster did
 * not answer within some seconds; any other is final (peer text).
 */
int topic_creation_ensure(struct topic_creation *c, const char *topic,
                          struct tern_error *err) MUST_CHECK;
