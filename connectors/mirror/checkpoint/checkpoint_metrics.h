/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * checkpoint_metrics - how long checkpoints take to be acknowledged, by group and partition, under
 * the names of Java's MBeans; what a failover would have each group read again; a line in the log.
 *
 * A series begins with its first acknowledged checkpoint, as in Java, and has values of its own
 * (Java's share one sensor). Behind a lock of its own. Spec: mirror-maker2.md 10.1. Peer:
 * MirrorCheckpointMetrics.
 */
#include "connectors/mirror/checkpoint/exposure.h"
#include "connectors/mirror/common/mirror_config.h"

#include <tern/plugin.h>

struct checkpoint_metrics;

/* All is borrowed. */
struct checkpoint_metrics *checkpoint_metrics_new(const struct mirror_checkpoint_settings *settings,
                                                  const struct tern_host *host,
                                                  struct exposure *exposure);
/* NULL is a no-op. */
void checkpoint_metrics_free(struct checkpoint_metrics *m);

/* A checkpoint was acknowledged. Thread: task. */
void checkpoint_metrics_acked(struct checkpoint_metrics *m,
                              const struct tern_source_record *record);
/* Logs a summary when it is time. Thread: task. */
void checkpoint_metrics_step(struct checkpoint_metrics *m);

/* Every metric of every series, in the formats of metric.names.formats. Thread: any. */
void checkpoint_metrics_emit(struct checkpoint_metrics *m, tern_metric_emit *emit, void *arg);
