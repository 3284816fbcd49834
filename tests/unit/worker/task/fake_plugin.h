/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * fake_plugin - a connector and its source task that do what a script says, and write what
 * is called into the journal: "connector.start", "task.start", "task.poll" (once per change of
 * outcome is up to the script: see quiet), "commit 5 ok", "commit 5 dropped", "task.commit" ...
 */
#include "worker/plugin/plugin_registry.h"
#include "worker/task/run_listener.h"

struct fake_script {
    /* A place is connector.start, connector.task_configs, connector.stop, task.start, task.poll,
     * task.metrics (which cannot fail) or task.stop. */
    const char *fail; /* place that fails; NULL: none */
    enum tern_code fail_code;
    int fail_times;      /* so often; 0: always */
    int64_t fail_after;  /* task.poll: not before that many records */
    const char *hang;    /* place that blocks until fake_plugin_release() */
    bool raise_at_start; /* the connector raises an error from a thread of its own */
    int tasks;           /* task configs */

    int64_t total;      /* records; -1: no end; 0: 10 */
    bool idle;          /* no records at all */
    int64_t batch;      /* records per poll; 0: 4 */
    int partitions;     /* source partitions, round robin: record n has offset n; 0: 1; -1: none */
    bool read_offsets;  /* the task goes on after the highest stored offset */
    bool deaf;          /* poll waits its time out, whatever interrupt() says */
    bool quick_nothing; /* a poll without records returns at once */
    bool quiet;         /* commits of records are not written down */
    bool empty_batches; /* a poll without records brings an empty batch */
    /* Changes record n before it is handed over; may be NULL. */
    void (*edit)(struct tern_source_record *record, int64_t n);
};

/* Sets the script; what hangs is let go first. */
void fake_plugin_script(const struct fake_script *script);
/* Lets what hangs go on, for good. */
void fake_plugin_release(void);
const struct connector_plugin *fake_plugin(void);

struct fake_counts {
    size_t polls, batches, released, started, stopped;
};
struct fake_counts fake_plugin_counts(void);

/* A listener that writes "c/-1 startup", "c/0 failure" ...; the last trace is kept. */
extern const struct run_listener fake_listener;
/* The caller frees. */
char *fake_listener_trace(void);
