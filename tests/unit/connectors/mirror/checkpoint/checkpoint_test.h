/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * checkpoint_test - a mock cluster that is source and target, with records of the mirror's topics,
 * and a host that a plugin runs under without a worker.
 */
#include "lib/base/strmap.h"

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdint.h>
#include <tern/plugin.h>

#define SYNCS_TOPIC       "mm2-offset-syncs.B.internal"
#define CHECKPOINTS_TOPIC "A.checkpoints.internal"

struct cluster {
    rd_kafka_t *rk;
    const char *bootstrap;
};

/* Made in the body of a test: a handle does not survive check's fork. */
void cluster_start(struct cluster *c);
void cluster_stop(struct cluster *c);
void cluster_topic(struct cluster *c, const char *topic);
/* Makes the broker refuse the topic, from now on; else it creates what is asked for. */
void cluster_refuse(struct cluster *c, const char *topic);
void cluster_write_sync(struct cluster *c, const char *topic, int64_t upstream, int64_t downstream);
void cluster_write_checkpoint(struct cluster *c, const char *group, const char *topic,
                              int64_t upstream, int64_t downstream);
void cluster_write(struct cluster *c, const char *topic, const char *key, const char *value);

/* A checkpoint task's configuration for A->B, both at bootstrap; then name and value by turns. */
void task_config(struct strmap *config, const char *bootstrap, const char *groups, ...);

/* A host; what it was told is counted. */
struct fake_host {
    struct tern_host host; /* first */
    atomic_bool stopping;
    atomic_int partitions;
};
void fake_host_init(struct fake_host *fake);
