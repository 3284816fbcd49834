/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * task_bench - a source task with fakes on all sides: the plugin, the send stage, the offset
 * store and the listener. Task 0 of connector c.
 */
#include "tests/unit/worker/task/fake_plugin.h"
#include "tests/unit/worker/task/fake_stage.h"
#include "tests/unit/worker/task/fake_store.h"
#include "worker/task/source_task.h"

struct bench {
    struct offset_store *store;
    struct source_task *task;
    struct strmap worker, connector;               /* settings; converters are set already */
    const struct connector_plugin *plugin;         /* NULL: fake_plugin() */
    bool kafka;                                    /* a real producer instead of the fake stage */
    const struct exactly_once_hooks *exactly_once; /* arg: the listener's; topic of offsets: "o" */
    bool (*may_work)(void *arg);                   /* NULL: always */
};

void bench_init(struct bench *b, const struct fake_script *script,
                const struct fake_stage_conf *stage);
void bench_start(struct bench *b, enum target_state target);
/* Stops the task and waits for its end. */
void bench_stop(struct bench *b);
void bench_fini(struct bench *b);
/* The stored offset {"n":n} of source partition p; -1: none. */
int64_t bench_offset(struct bench *b, int p);
/* Waits until it is n. */
bool bench_wait_offset(struct bench *b, int p, int64_t n) MUST_CHECK;
