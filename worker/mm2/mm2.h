/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mm2 - dedicated mode: one herder for each flow of a plan, all started at once.
 *
 * A herder that leads its group sees to it that the three mirror connectors of its flow are
 * configured as the file says. A cluster that cannot be reached holds up its own flows only.
 * Peer: org.apache.kafka.connect.mirror.MirrorMaker, MirrorHerder; difference: an unreachable
 * target at start is tried again, where the peer ends. Spec: mirror-maker2.md 1.9, 1.10.
 */
#include "lib/base/macros.h"
#include "worker/mm2/mm2_plan.h"

struct herder;
struct herder_peers;
struct mm2;

/* Borrowed until mm2_free(), but for the struct itself. */
struct mm2_conf {
    /* A herder has ended by itself, and the process should. Thread: a herder's; must not block. */
    void (*on_fatal)(void *arg);
    void *arg;

    /* Internal REST, where processes that share the work of a file ask each other. */
    const char *url;                  /* of this process; NULL: there is none */
    const char *worker_id;            /* "host:port" */
    const struct herder_peers *peers; /* NULL: others cannot be asked */
    void *(*open_peers)(const char *source, const char *target);
    void (*close_peers)(void *peers);
};

/*
 * Starts all herders. Borrows plan until mm2_free(). Thread: main.
 * Errors: TERN_EINVALID naming the flow.
 */
int mm2_start(const struct mm2_plan *plan, const struct mm2_conf *conf, struct mm2 **ret_mm2,
              struct tern_error *err) MUST_CHECK;

/* The flows that run, for internal REST; what is returned is borrowed until mm2_free(). */
size_t mm2_flow_count(const struct mm2 *m);
struct herder *mm2_flow(const struct mm2 *m, size_t i, const char **ret_source,
                        const char **ret_target);

/*
 * Stops all herders at once and waits for them. False when one did not end in its time (said at
 * ERROR): then the process must end without releasing anything. Thread: main.
 */
bool mm2_stop(struct mm2 *m);
/* After mm2_stop() has returned true. NULL is a no-op. */
void mm2_free(struct mm2 *m);
