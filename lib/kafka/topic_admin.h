/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * topic_admin - create the worker's internal topics and check those that are there.
 * Peer: org.apache.kafka.connect.util.TopicAdmin. Spec: connect-distributed.md 8.1, 8.2.
 */
#include "lib/kafka/admin.h"

struct topic_purpose {
    const char *property; /* e.g. "config.storage.topic": named in errors */
    const char *purpose;  /* e.g. "connector configurations" */
};

enum topic_ensured {
    TOPIC_CREATED,
    TOPIC_EXISTED, /* or the broker does not let us create or see it */
};

/* Whether a topic is taken to exist after this error of its creation: it does, or we may not ask.
 */
bool topic_admin_takes_for_existing(int kafka_error);

/*
 * Creates the topic unless it exists, with the retries and refusals of the spec: an invalid
 * replication factor or a timeout is tried again every retry_backoff_ms until deadline_ms.
 */
int topic_admin_create(struct admin *a, const struct admin_new_topic *topic,
                       int64_t retry_backoff_ms, int64_t deadline_ms,
                       enum topic_ensured *ret_ensured, struct tern_error *err) MUST_CHECK;

/*
 * Refuses a topic whose cleanup.policy is not exactly compact, in Java's words. A policy that
 * cannot be read is accepted, and *ret_known false.
 */
int topic_admin_check_compacted(struct admin *a, const char *topic,
                                const struct topic_purpose *purpose, int64_t deadline_ms,
                                bool *ret_known, struct tern_error *err) MUST_CHECK;
