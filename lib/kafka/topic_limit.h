/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * topic_limit - the largest batch that a topic takes.
 */
#include <librdkafka/rdkafka.h>
#include <stdint.h>

/*
 * The lesser of the topic's max.message.bytes and segment.bytes, when it is less than above; 0: it
 * is not, or the brokers do not tell before deadline_ms (CLOCK_MONOTONIC) or at all, which is a
 * warning in the log. Blocks. Thread: any.
 */
int64_t topic_limit(rd_kafka_t *rk, const char *topic, int64_t above, int64_t deadline_ms);
