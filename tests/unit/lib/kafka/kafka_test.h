/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * kafka_test - librdkafka's mock cluster in this process, and settings for clients of it.
 *
 * Make it in the body of a test: a handle does not survive check's fork.
 */
#include "lib/base/strmap.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdbool.h>
#include <stdint.h>

struct mock {
    rd_kafka_t *rk; /* holds the cluster, and reads and writes for the test */
    rd_kafka_mock_cluster_t *cluster;
    const char *bootstrap;
};

void mock_start(struct mock *m, int brokers);
void mock_stop(struct mock *m);
void mock_topic(struct mock *m, const char *topic, int partitions);
/* Writes a record, waiting for its acknowledgement; value NULL is null. */
void mock_write(struct mock *m, const char *topic, int32_t partition, const char *key,
                const char *value);

/* Settings: bootstrap.servers, then name and value by turns up to a NULL. */
void settings_fill(struct strmap *settings, const char *bootstrap, ...);

/* A deadline that far away. */
int64_t in_ms(int64_t ms);
