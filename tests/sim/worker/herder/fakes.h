/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * fakes - a cluster for a herder, in memory: topics, stores and tasks are lists here, connectors
 * are real threads with a scripted plugin. What happens is counted and can be waited for.
 *
 * The fakes stand in for the functions of the same name: internal_topics, config_store,
 * offset_store, status_store, source_task, and admin as far as a herder uses it. Herders of one
 * test share the topics.
 *
 *   fake_config_store.c  the config topic
 *   fake_stores.c        whatever else a herder asks of Kafka
 *   fake_plugins.c       connectors and tasks
 *   fakes.c              counting and waiting, the herder
 */
#include "lib/base/thread.h"
#include "worker/herder/herder.h"

/* What the scripted connectors do, by their name. */
struct script {
    int32_t tasks;         /* that task_configs() emits */
    bool tasks_of_value;   /* instead as many as the value of "v" modulo 4 */
    int task_config_fails; /* so often, retriable, before it succeeds */
    bool start_fails;
    bool start_hangs;     /* until the gate is opened: fake_release() */
    bool handles_offsets; /* what alter_offsets() says */
    bool alter_hangs;     /* likewise */
    bool tasks_cannot_be; /* what task_check() says */
};

struct fakes {
    struct gate gate; /* guards everything here */

    /* the script; set before herder_start(), or locked */
    int unreachable;    /* so many answers of the cluster fail first; -1: all */
    bool refuse_topics; /* internal topics cannot be used: fatal */
    int refresh_fails;  /* so many reads of the config topic fail first */
    int offset_reads_fail, offset_writes_fail, fence_fails;
    int put_key_fails;    /* so many writes of session keys fail first */
    int put_tasks_fails;  /* so many writes of task configs fail first */
    struct script script; /* of every connector */
    const char
        *exactly_once; /* exactly.once.source.support of the next herder; NULL: its default */
    int claim_fails;   /* so many claims of the right to write fail first */
    int claim_losses;  /* so many writes of task configs find the right lost */
    bool stops_held;   /* connectors stop only as stop_permits allows */
    int stop_permits;  /* so many of them */

    /* what has happened */
    int cluster_asked;
    int connector_starts, connector_stops;
    int connector_stops_begun;
    int task_starts, task_stops, tasks_running;
    int task_transitions;
    int task_config_calls;
    int keys_written;
    int task_counts_written;
    int claims;
    int transactions; /* of offsets that are altered */
    int fenced;
    int alters;
    int tasks_written; /* commits of task configs */
    int status_flushes;
    int topics_removed;
    bool ended, ended_badly;
    char end_error[1024];
    int rebalances;
    bool was_leader;
    char last_task_value[64];
};

extern struct fakes fakes;

void fakes_init(void);
/* Waits until count (a member of fakes) is at least least; ends the test after a minute. */
void fakes_wait(const int *count, int least);
void fakes_wait_flag(const bool *flag);
/* Waits until a status is as named; NULL: none. */
void fakes_wait_status(const char *connector, int32_t task, const char *state);
void fake_release(void);
/* As if another process had written to the config topic. */
void fake_put_connector(const char *name, const char *class_name);
void fake_remove_connector(const char *name);
void fake_request_restart(const char *name, bool include_tasks, bool only_failed);
/* Waits until the herder that was made last has staged what was written. */
void fakes_wait_read(void);
/* Until what was written is what runs of that herder, which was made last: it is staged, applied,
 * and joined with. */
void fakes_settle(struct herder *h);
/* The trace of a status; the caller frees. NULL: no status, or none in it. */
char *fake_trace(const char *connector, int32_t task);
void fake_put_status(const char *connector, int32_t task, enum run_state state, int32_t generation);

/*
 * What a running task that delivers exactly once asks of its worker, and the answer: 0, or -1 with
 * *err. confirm false: a round of fencing; else whether it is wanted.
 */
int fake_task_asks(const char *connector, int32_t task, bool confirm, struct tern_error *err);

/* A herder on these fakes. membership NULL: alone. */
struct herder *fake_herder(membership_open *membership, void *arg);
/* One of several: its name is its worker id, "http://<name>/" its URL. */
struct herder *fake_herder_with(const char *name, membership_open *membership, void *arg,
                                const struct herder_peers *peers, void *peers_arg);
/* Once no herder is left. */
void fakes_fini(void);
/* What the config topic says when it is read to its end; the caller unrefs. */
const struct cluster_state *fake_written(void);
/* How many instances run, wherever; to *ret_others is added how many do so with another value of
 * "v". fakes.gate is locked. */
int fake_count_tasks(const char *connector, int32_t task, const char *value, int *ret_others);
int fake_count_connectors(const char *name, const char *value, int *ret_others);
/* Stops, joins, frees, and ends the test's topics. */
void fake_herder_end(struct herder *h);
/* {"connector.class": "Script", "name": name, "tasks.max": "8", "v": value} */
void fake_config(struct strmap *out, const char *name, const char *value);
