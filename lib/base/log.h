/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * log - log lines by domain, with the thread's context, in the layout of Connect's log4j:
 *
 *   [2026-01-02 03:04:05,678] INFO [my-conn|task-0] message (org.apache....WorkerSourceTask:233)
 *
 * LOG_DOMAIN("<java logger name>") stands once at the top of a file that logs. In a plugin
 * the lines go to the host (log_set_sink()), in the worker to stderr, one write(2) a line.
 * Never log secrets, payloads, or in per-record code above trace. Thread: any.
 * Peer: the default layout of connect-log4j2.yaml; /admin/loggers for the levels.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/macros.h"

#include <tern/plugin.h>

struct log_domain {
    const char *logger;
    atomic_int level;        /* an enum tern_log_level; -1 until first asked */
    atomic_uint version;     /* of the levels when level was read */
    struct log_domain *next; /* loggers.c's */
};

/* The domain, which is known before main() begins; of a plugin, when it has been opened. */
#define LOG_DOMAIN(name) LOG_DOMAIN_AS(log_domain_, name)
#define LOG_DOMAIN_AS(variable, name)                                  \
    static struct log_domain variable = {name, -1, 0, NULL};           \
    __attribute__((constructor)) static void variable##register_(void) \
    {                                                                  \
        loggers_register(&(variable));                                 \
    }                                                                  \
    struct log_domain

void loggers_register(struct log_domain *domain);

#define log_at(level_, ...)                                           \
    do {                                                              \
        if (log_enabled(&log_domain_, (level_)))                      \
            log_write(&log_domain_, (level_), __LINE__, __VA_ARGS__); \
    } while (0)
#define log_trace(...) log_at(TERN_LOG_TRACE, __VA_ARGS__)
#define log_debug(...) log_at(TERN_LOG_DEBUG, __VA_ARGS__)
#define log_info(...)  log_at(TERN_LOG_INFO, __VA_ARGS__)
#define log_warn(...)  log_at(TERN_LOG_WARN, __VA_ARGS__)
#define log_error(...) log_at(TERN_LOG_ERROR, __VA_ARGS__)

bool log_enabled(struct log_domain *domain, enum tern_log_level level);
void log_write(struct log_domain *domain, enum tern_log_level level, int line, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* Writes a line for a logger that has no domain of its own (a plugin's, librdkafka's). */
void log_line(enum tern_log_level level, const char *logger, const char *message);
bool log_line_enabled(enum tern_log_level level, const char *logger);

enum {
    LOG_CONTEXT_SIZE = 256
};

/* The calling thread's context, e.g. "[my-conn|task-0] "; copied, cut to 255 bytes; "" for none. */
void log_set_context(const char *context);
const char *log_context(void);
/* Another context, for what the thread does for somebody else; log_leave() puts its own back. */
struct log_scope {
    char own[LOG_CONTEXT_SIZE];
};
void log_enter(struct log_scope *scope, const char *context);
void log_leave(struct log_scope *scope);

/* Sets the level of a logger and of all whose name starts with its text; "root" for all. */
void log_set_level(const char *logger, enum tern_log_level level);
/* The level in force for a logger. */
enum tern_log_level log_level(const char *logger);
/* "INFO" and so on, any case; false for an unknown word. */
bool log_parse_level(const char *text, enum tern_log_level *ret_level);
const char *log_level_name(enum tern_log_level level);

/* ---- all loggers: for REST; loggers.c ---- */

/* level: "DEBUG"; changed_ms: wall time of the last log_change_level(), 0: never. */
typedef void log_logger_fn(void *arg, const char *logger, const char *level, int64_t changed_ms);
typedef void log_changed_fn(void *arg, const char *logger);

/*
 * Every logger that is known, by name, "root" among them: those of all domains, those that plugins
 * have used, and those whose level was changed.
 */
void log_each_logger(log_logger_fn *fn, void *arg);
/*
 * log_set_level() by a user: makes the logger known, and tells each logger whose level became
 * another, by name; changed may be NULL. "ALL" is a level too. False: no such level.
 */
bool log_change_level(const char *logger, const char *level, int64_t now_ms,
                      log_changed_fn *changed, void *arg);
/* Makes a logger known. */
void loggers_note(const char *logger);

/* Plugins: where lines and questions about levels go instead of stderr. Set once, at start. */
void log_set_sink(void (*write)(enum tern_log_level level, const char *logger, const char *message),
                  bool (*enabled)(enum tern_log_level level, const char *logger));
