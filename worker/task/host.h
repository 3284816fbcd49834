/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * host - the services that one connector or task instance gets (struct tern_host), and its
 * lifeline to the worker.
 *
 * An instance whose plugin does not return is abandoned: its thread goes on, but may touch
 * nothing of the worker any more. So whatever belongs to the worker (listener, stores,
 * callbacks) is used between host_enter() and host_leave() only, and host_cancel() waits
 * for those inside.
 */
#include "lib/base/macros.h"
#include "worker/store/offset_store.h"

#include <stdbool.h>
#include <stdint.h>

#include <tern/plugin.h>

struct host;
struct pending_queue;
struct pending_offsets;

struct host_conf {
    const char *connector; /* copied */
    int32_t task;          /* -1: a connector */
    const char *context;   /* of log lines, "[c|task-0] "; copied */
    struct offset_store *offsets;
    struct pending_offsets *pending; /* NULL for a connector; borrowed: gives partitions a queue */
    /* Connectors only, any thread, inside the lifeline; must not block. */
    void (*reconfigure)(void *arg);
    void (*fail)(void *arg, const struct tern_error *err);
    void *arg;
};

struct host *host_new(const struct host_conf *conf);
/* NULL is a no-op. No one may be inside. */
void host_free(struct host *h);
/* Of the instance's log lines, for those who do something for it. Borrowed. */
const char *host_context(const struct host *h);
/* What the plugin gets. */
const struct tern_host *host_face(const struct host *h);

/* stopping() is true from now on, and waits end. Thread: any. */
void host_stop(struct host *h);
/* The same until host_reset(): before the stop() of a connector that may be started again. */
void host_pause(struct host *h);
/* Partitions are forgotten: before another start(). Thread: instance. */
void host_reset(struct host *h);

/* False: the instance was cancelled; else host_leave() follows soon. Thread: any. */
bool host_enter(struct host *h) MUST_CHECK;
void host_leave(struct host *h);
/* No one gets in from now on; waits until no one is inside. Thread: any but one inside. */
void host_cancel(struct host *h);
bool host_cancelled(struct host *h);
/* Instances cancelled since the process began: each may hold a thread and memory for good. */
size_t host_cancelled_count(void);

/* ---- source partitions, for the task ---- */

/* Whether the partition is one of h's: plugins are input. */
bool host_owns(const struct host *h, const struct tern_source_partition *partition);
/* Its queue of unacknowledged records. */
struct pending_queue *host_queue(const struct tern_source_partition *partition);
const char *host_partition_key(const struct tern_source_partition *partition);
const char *host_offset_name(const struct tern_source_partition *partition);
