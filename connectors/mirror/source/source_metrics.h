/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * source_metrics - what a task has mirrored, by partition, under the names of Java's MBeans.
 *
 * The task's thread counts without a lock, and publishes what it has counted once for each poll;
 * others read what was published. Spec: mirror-maker2.md 10.1. Peers: MirrorSourceMetrics,
 * MirrorSourceTaskMetrics.
 */
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/source/source_consumer.h"

struct source_metrics;

/* All is borrowed; all partitions were added. log_ms: how often to log; 0: never. */
struct source_metrics *source_metrics_new(const struct mirror_source_settings *settings,
                                          const struct tern_host *host,
                                          const struct source_consumer *consumer, int64_t log_ms);
/* NULL is a no-op. */
void source_metrics_free(struct source_metrics *m);

/* The task's thread: a batch was polled; a record of it was acknowledged. */
void source_metrics_polled(struct source_metrics *m, const struct tern_source_batch *batch);
void source_metrics_acked(struct source_metrics *m, const struct tern_source_record *record);
/* Lets others see; logs a summary when it is time. Before each poll. */
void source_metrics_publish(struct source_metrics *m);

/* Every metric of every partition, in the formats of metric.names.formats. Thread: any. */
void source_metrics_emit(struct source_metrics *m, tern_metric_emit *emit, void *arg);
