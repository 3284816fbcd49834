/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * thread - named threads that are stopped by their owner: flag, wake, join with deadline.
 *
 * All signals are blocked in them: the main thread owns signals.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/macros.h"

struct thread {
    pthread_t id;
    bool started;
};

enum {
    THREAD_STACK_BYTES = 1024 * 1024 /* as Java's; only what was touched takes memory */
};

/* Starts run(arg) on a thread called name (cut to 15 bytes). Aborts when the system has no thread
 * left. */
void thread_start(struct thread *t, const char *name, void (*run)(void *arg), void *arg);
/* Waits for the thread's end; a thread never started is a success. */
void thread_join(struct thread *t);
/* False when the thread still runs at the deadline: it can be joined later, or left with
 * thread_abandon(). */
bool thread_join_until(struct thread *t, int64_t deadline_ms) MUST_CHECK;
/* Gives a thread up: whatever it owns leaks, on purpose. */
void thread_abandon(struct thread *t);
bool thread_is_self(const struct thread *t);

/* A mutex and a condition on the monotonic clock. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t moved;
};

void gate_init(struct gate *g);
void gate_fini(struct gate *g);
static inline void gate_lock(struct gate *g)
{
    pthread_mutex_lock(&g->lock);
}
static inline void gate_unlock(struct gate *g)
{
    pthread_mutex_unlock(&g->lock);
}
/* Wakes every waiter. Thread: any, locked or not. */
static inline void gate_wake(struct gate *g)
{
    pthread_cond_broadcast(&g->moved);
}
/* Waits, locked, for a wake-up (or a spurious one); false when deadline_ms has passed. */
bool gate_wait(struct gate *g, int64_t deadline_ms);
