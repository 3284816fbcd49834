/* SPDX-License-Identifier: Apache-2.0 */
/* loggers - which loggers there are, and when a user changed their levels: for REST. */
#include "lib/base/log.h"

#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "lib/base/vec.h"

struct known {
    char *name;         /* never freed: names may be used without the lock */
    int64_t changed_ms; /* 0: never */
    bool is_all;        /* the level was given as ALL, which is TRACE here */
};

/* All domains, newest first. Only ever grows; pushed before main(), and when a plugin is opened. */
static struct log_domain *_Atomic domains;

static pthread_mutex_t loggers_lock = PTHREAD_MUTEX_INITIALIZER;
static VEC(struct known) loggers; /* loggers_lock; sorted by name */

void loggers_register(struct log_domain *domain)
{
    domain->next = atomic_load(&domains);
    while (!atomic_compare_exchange_weak(&domains, &domain->next, domain))
        ;
}

/* Locked. The place of a name, where it is or belongs. */
static size_t place_of(const char *name)
{
    size_t low = 0, high = loggers.count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (strcmp(loggers.at[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Locked. */
static struct known *know(const char *name)
{
    size_t at = place_of(name);

    if (at < loggers.count && strcmp(loggers.at[at].name, name) == 0)
        return &loggers.at[at];
    vec_reserve(&loggers, loggers.count + 1);
    memmove(&loggers.at[at + 1], &loggers.at[at], (loggers.count - at) * sizeof(*loggers.at));
    loggers.count++;
    loggers.at[at] = (struct known){.name = xstrdup(name)};
    return &loggers.at[at];
}

void loggers_note(const char *logger)
{
    pthread_mutex_lock(&loggers_lock);
    know(logger);
    pthread_mutex_unlock(&loggers_lock);
}

/* A copy of all that is known now; to be freed. */
static struct known *copy_known(size_t *ret_count)
{
    struct known *copy;

    pthread_mutex_lock(&loggers_lock);
    know("root");
    for (struct log_domain *d = atomic_load(&domains); d; d = d->next)
        know(d->logger);
    copy = xmemdup(loggers.at, loggers.count * sizeof(*copy));
    *ret_count = loggers.count;
    pthread_mutex_unlock(&loggers_lock);
    return copy;
}

static enum tern_log_level level_of(const char *name)
{
    return log_level(strcmp(name, "root") == 0 ? "" : name);
}

void log_each_logger(log_logger_fn *fn, void *arg)
{
    size_t count;
    CLEANUP(freep) struct known *known = copy_known(&count);

    for (size_t i = 0; i < count; i++) {
        enum tern_log_level level = level_of(known[i].name);

        fn(arg, known[i].name,
           known[i].is_all && level == TERN_LOG_TRACE ? "ALL" : log_level_name(level),
           known[i].changed_ms);
    }
}

static void note_change(const char *name, bool is_all, int64_t now_ms)
{
    struct known *known;

    pthread_mutex_lock(&loggers_lock);
    known = know(name);
    known->changed_ms = now_ms;
    known->is_all = is_all;
    pthread_mutex_unlock(&loggers_lock);
}

bool log_change_level(const char *logger, const char *level, int64_t now_ms,
                      log_changed_fn *changed, void *arg)
{
    bool is_all = strcasecmp(level, "ALL") == 0;
    enum tern_log_level parsed = TERN_LOG_TRACE;
    CLEANUP(freep) struct known *known = NULL;
    CLEANUP(freep) enum tern_log_level *before = NULL;
    size_t count;

    if (!is_all && !log_parse_level(level, &parsed))
        return false;
    loggers_note(strcasecmp(logger, "root") == 0 ? "root" : logger);
    known = copy_known(&count);
    before = xcalloc(count, sizeof(*before));
    for (size_t i = 0; i < count; i++)
        before[i] = level_of(known[i].name);
    log_set_level(logger, parsed);
    for (size_t i = 0; i < count; i++) {
        bool is_affected =
            level_of(known[i].name) == parsed && (before[i] != parsed || known[i].is_all != is_all);

        if (!is_affected || !(strcasecmp(logger, "root") == 0 ||
                              strncmp(known[i].name, logger, strlen(logger)) == 0))
            continue;
        note_change(known[i].name, is_all, now_ms);
        if (changed)
            changed(arg, known[i].name);
    }
    return true;
}
