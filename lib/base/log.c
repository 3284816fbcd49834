/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/strmap.h"
#include "lib/base/vec.h"

static _Thread_local char context[LOG_CONTEXT_SIZE];

struct level_rule {
    char *prefix; /* "" for root */
    enum tern_log_level level;
};

static pthread_mutex_t levels_lock = PTHREAD_MUTEX_INITIALIZER;
static VEC(struct level_rule) levels;  /* levels_lock; the last that matches counts */
static atomic_uint levels_version = 1; /* counts changes of levels */

static void (*_Atomic sink_write)(enum tern_log_level, const char *, const char *);
static bool (*_Atomic sink_enabled)(enum tern_log_level, const char *);

static const char *const level_names[] = {"TRACE", "DEBUG", "INFO", "WARN",
                                          "ERROR", "FATAL", "OFF"};

const char *log_level_name(enum tern_log_level level)
{
    return level_names[level];
}

bool log_parse_level(const char *text, enum tern_log_level *ret_level)
{
    for (size_t i = 0; i < COUNT_OF(level_names); i++) {
        if (strcasecmp(text, level_names[i]) == 0) {
            *ret_level = (enum tern_log_level)i;
            return true;
        }
    }
    return false;
}

enum tern_log_level log_level(const char *logger)
{
    enum tern_log_level level = TERN_LOG_INFO;

    pthread_mutex_lock(&levels_lock);
    for (size_t i = 0; i < levels.count; i++) {
        if (str_starts_with(logger, levels.at[i].prefix))
            level = levels.at[i].level;
    }
    pthread_mutex_unlock(&levels_lock);
    return level;
}

void log_set_level(const char *logger, enum tern_log_level level)
{
    const char *prefix = strcasecmp(logger, "root") == 0 ? "" : logger;

    pthread_mutex_lock(&levels_lock);
    for (size_t i = 0; i < levels.count; i++) {
        if (str_starts_with(levels.at[i].prefix, prefix)) { /* overruled by the new one */
            free(levels.at[i].prefix);
            vec_remove(&levels, i);
            i--;
        }
    }
    vec_push(&levels, (struct level_rule){xstrdup(prefix), level});
    pthread_mutex_unlock(&levels_lock);
    atomic_fetch_add(&levels_version, 1);
}

bool log_line_enabled(enum tern_log_level level, const char *logger)
{
    bool (*enabled)(enum tern_log_level, const char *) = atomic_load(&sink_enabled);

    if (enabled)
        return enabled(level, logger);
    loggers_note(logger);
    return level >= log_level(logger);
}

bool log_enabled(struct log_domain *domain, enum tern_log_level level)
{
    bool (*enabled)(enum tern_log_level, const char *) = atomic_load(&sink_enabled);
    unsigned version;

    if (enabled)
        return enabled(level, domain->logger);
    version = atomic_load(&levels_version);
    if (atomic_load(&domain->version) != version) {
        atomic_store(&domain->level, (int)log_level(domain->logger));
        atomic_store(&domain->version, version);
    }
    return (int)level >= atomic_load(&domain->level);
}

void log_set_context(const char *text)
{
    snprintf(context, sizeof(context), "%s", text);
}

const char *log_context(void)
{
    return context;
}

void log_enter(struct log_scope *scope, const char *text)
{
    snprintf(scope->own, sizeof(scope->own), "%s", context);
    log_set_context(text);
}

void log_leave(struct log_scope *scope)
{
    log_set_context(scope->own);
}

void log_set_sink(void (*write_line)(enum tern_log_level, const char *, const char *),
                  bool (*enabled)(enum tern_log_level, const char *))
{
    atomic_store(&sink_write, write_line);
    atomic_store(&sink_enabled, enabled);
}

/* One line to stderr by one write(2), so that lines of several threads do not mix. */
static void emit(enum tern_log_level level, const char *logger, int line, const char *message)
{
    char stamp[32], where[16] = "";
    struct timeval now;
    struct tm tm;
    char *text;
    size_t len;

    gettimeofday(&now, NULL);
    localtime_r(&now.tv_sec, &tm);
    strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &tm);
    if (line > 0)
        snprintf(where, sizeof(where), ":%d", line);
    text = xasprintf("[%s,%03d] %s %s%s (%s%s)\n", stamp, (int)(now.tv_usec / 1000),
                     level_names[level], context, message, logger, where);
    len = strlen(text);
    for (size_t done = 0; done < len;) {
        ssize_t n = write(STDERR_FILENO, text + done, len - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    free(text);
}

void log_line(enum tern_log_level level, const char *logger, const char *message)
{
    void (*write_line)(enum tern_log_level, const char *, const char *) = atomic_load(&sink_write);

    if (write_line)
        write_line(level, logger, message);
    else
        emit(level, logger, 0, message);
}

void log_write(struct log_domain *domain, enum tern_log_level level, int line, const char *fmt, ...)
{
    void (*write_line)(enum tern_log_level, const char *, const char *) = atomic_load(&sink_write);
    va_list ap;
    char *message;

    va_start(ap, fmt);
    message = xvasprintf(fmt, ap);
    va_end(ap);
    if (write_line)
        write_line(level, domain->logger, message);
    else
        emit(level, domain->logger, line, message);
    free(message);
}
