/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/thread.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/xmem.h"

struct boot {
    void (*run)(void *arg);
    void *arg;
    char name[16];
    sem_t known; /* posted when the owner's struct thread is filled */
};

static void *boot(void *p)
{
    struct boot *b = p;
    void (*run)(void *arg) = b->run;
    void *arg = b->arg;

    pthread_setname_np(pthread_self(), b->name);
    while (sem_wait(&b->known) != 0) /* so that thread_is_self() holds from run's first line */
        continue;
    sem_destroy(&b->known);
    free(b);
    run(arg);
    return NULL;
}

void thread_start(struct thread *t, const char *name, void (*run)(void *arg), void *arg)
{
    struct boot *b = xmalloc(sizeof(*b));
    pthread_attr_t attr;
    sigset_t all, old;
    int rc;

    b->run = run;
    b->arg = arg;
    snprintf(b->name, sizeof(b->name), "%s", name);
    sem_init(&b->known, 0, 0);
    pthread_attr_init(&attr);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    pthread_attr_setstacksize(&attr, THREAD_STACK_BYTES);
#endif
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    rc = pthread_create(&t->id, &attr, boot, b);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
    if (rc != 0) {
        fprintf(stderr, "cannot start thread '%s': error %d\n", name, rc);
        abort();
    }
    t->started = true;
    sem_post(&b->known);
}

void thread_join(struct thread *t)
{
    if (!t->started)
        return;
    pthread_join(t->id, NULL);
    t->started = false;
}

static int join_until(pthread_t id, int64_t deadline_ms)
{
#ifdef TERN_TSAN /* its runtime does not know pthread_clockjoin_np() and would see no join */
    int64_t wall_ms = clock_wall_ms() + clock_left_ms(deadline_ms, INT32_MAX);
    struct timespec until = {.tv_sec = wall_ms / 1000, .tv_nsec = (wall_ms % 1000) * 1000000};

    return pthread_timedjoin_np(id, NULL, &until);
#else
    struct timespec until = clock_timespec(deadline_ms);

    return pthread_clockjoin_np(id, NULL, CLOCK_MONOTONIC, &until);
#endif
}

bool thread_join_until(struct thread *t, int64_t deadline_ms)
{
    if (!t->started)
        return true;
    if (join_until(t->id, deadline_ms) != 0)
        return false;
    t->started = false;
    return true;
}

void thread_abandon(struct thread *t)
{
    if (t->started)
        pthread_detach(t->id);
    t->started = false;
}

bool thread_is_self(const struct thread *t)
{
    return t->started && pthread_equal(t->id, pthread_self());
}

void gate_init(struct gate *g)
{
    pthread_condattr_t attr;

    pthread_mutex_init(&g->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&g->moved, &attr);
    pthread_condattr_destroy(&attr);
}

void gate_fini(struct gate *g)
{
    pthread_cond_destroy(&g->moved);
    pthread_mutex_destroy(&g->lock);
}

bool gate_wait(struct gate *g, int64_t deadline_ms)
{
    struct timespec until = clock_timespec(deadline_ms);

    return pthread_cond_timedwait(&g->moved, &g->lock, &until) != ETIMEDOUT;
}
