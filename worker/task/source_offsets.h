/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * source_offsets - a source task's offsets on their way to the store: takes what became
 * committable, writes it at each interval and at the end, tells the plugin. Task thread only.
 * Spec: connect-runtime.md 2.3. Difference from Java: an offset that is no JSON object of
 * primitive values is left out with Java's CRITICAL line, instead of failing the whole flush.
 */
#include "worker/task/host.h"
#include "worker/task/pending_offsets.h"

struct source_offsets;

struct source_offsets_conf {
    const char *id;        /* "c-0"; borrowed, as all below */
    const char *connector; /* its name */
    int32_t task;
    const struct tern_source_task_class *cls;
    struct host *host;
    struct offset_store *store;
    struct pending_offsets *pending;
    int64_t interval_ms, timeout_ms;
    int64_t early_ms; /* offset_commit_set_early() */
};

struct source_offsets *source_offsets_new(const struct source_offsets_conf *conf);
/* A write under way is left to itself. NULL is a no-op. */
void source_offsets_free(struct source_offsets *o);
/* The plugin instance that commit() goes to; NULL: none. */
void source_offsets_start(struct source_offsets *o, void *self);

/* Does what is due; never blocks, but for the plugin's commit(). */
void source_offsets_step(struct source_offsets *o);
/* Whether a write is under way: source_offsets_step() should be called often. */
bool source_offsets_busy(const struct source_offsets *o);
/* When source_offsets_step() has something to do next. */
int64_t source_offsets_next_ms(const struct source_offsets *o);
/* The last commit: waits for a write under way, then writes and waits until deadline_ms. */
void source_offsets_finish(struct source_offsets *o, int64_t deadline_ms);
