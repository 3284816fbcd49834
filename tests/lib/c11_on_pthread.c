/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C11 threads on top of pthreads, for ThreadSanitizer and DRD builds only.
 *
 * Debian's librdkafka calls glibc's thrd_*, mtx_* and cnd_*. Neither GCC 12's TSan
 * nor valgrind's DRD intercepts those: both crash as soon as librdkafka starts a
 * thread. Linked into the executable, these definitions come before glibc's, and
 * the tools then see every lock. glibc gives mtx_t, cnd_t and thrd_t the layout of
 * their pthread counterparts, so the casts are exact there (and only there).
 *
 * Link with: -fsanitize=thread, this file, -lrdkafka.
 * Run with:  TSAN_OPTIONS=suppressions=... holding "race:librdkafka.so", since the
 *            library itself is not instrumented.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>

struct boot {
    thrd_start_t start;
    void *arg;
};

static int result(int rc)
{
    switch (rc) {
    case 0:
        return thrd_success;
    case EBUSY:
        return thrd_busy;
    case ETIMEDOUT:
        return thrd_timedout;
    case ENOMEM:
        return thrd_nomem;
    default:
        return thrd_error;
    }
}

static void *boot_main(void *arg)
{
    struct boot boot = *(struct boot *)arg;

    free(arg);
    return (void *)(intptr_t)boot.start(boot.arg);
}

int thrd_create(thrd_t *ret_thread, thrd_start_t start, void *arg)
{
    struct boot *boot = malloc(sizeof(*boot));
    int rc;

    if (!boot)
        return thrd_nomem;
    *boot = (struct boot){start, arg};
    rc = pthread_create(ret_thread, NULL, boot_main, boot);
    if (rc != 0)
        free(boot);
    return result(rc);
}

int thrd_join(thrd_t thread, int *ret_code)
{
    void *code = NULL;
    int rc = pthread_join(thread, &code);

    if (rc == 0 && ret_code)
        *ret_code = (int)(intptr_t)code;
    return result(rc);
}

int thrd_detach(thrd_t thread)
{
    return result(pthread_detach(thread));
}

int mtx_init(mtx_t *m, int type)
{
    pthread_mutexattr_t attr;
    int rc;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, (type & mtx_recursive) ? PTHREAD_MUTEX_RECURSIVE
                                                            : PTHREAD_MUTEX_NORMAL);
    rc = pthread_mutex_init((pthread_mutex_t *)m, &attr);
    pthread_mutexattr_destroy(&attr);
    return result(rc);
}

void mtx_destroy(mtx_t *m)
{
    pthread_mutex_destroy((pthread_mutex_t *)m);
}

int mtx_lock(mtx_t *m)
{
    return result(pthread_mutex_lock((pthread_mutex_t *)m));
}

int mtx_trylock(mtx_t *m)
{
    return result(pthread_mutex_trylock((pthread_mutex_t *)m));
}

int mtx_unlock(mtx_t *m)
{
    return result(pthread_mutex_unlock((pthread_mutex_t *)m));
}

int cnd_init(cnd_t *c)
{
    return result(pthread_cond_init((pthread_cond_t *)c, NULL));
}

void cnd_destroy(cnd_t *c)
{
    pthread_cond_destroy((pthread_cond_t *)c);
}

int cnd_signal(cnd_t *c)
{
    return result(pthread_cond_signal((pthread_cond_t *)c));
}

int cnd_broadcast(cnd_t *c)
{
    return result(pthread_cond_broadcast((pthread_cond_t *)c));
}

int cnd_wait(cnd_t *c, mtx_t *m)
{
    return result(pthread_cond_wait((pthread_cond_t *)c, (pthread_mutex_t *)m));
}

int cnd_timedwait(cnd_t *c, mtx_t *m, const struct timespec *until)
{
    return result(pthread_cond_timedwait((pthread_cond_t *)c, (pthread_mutex_t *)m, until));
}
