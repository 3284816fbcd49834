/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/reachability.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/vec.h"

LOG_DOMAIN("org.apache.kafka.clients.NetworkClient");

enum {
    REPEAT_MS = 60 * 1000,     /* how often what lasts is said again */
    FORGET_MS = 5 * 60 * 1000, /* a lost broker that nobody tries any more was removed */
    LINE_SIZE = 1024,
    CONTEXT_SIZE = 256,
};

enum state {
    UNTRIED,
    ANSWERS,
    LOST
};

struct trouble {
    bool said;
    int64_t since_ms, said_ms;
};

struct broker {
    char *name;
    enum state state;
    int64_t failed_ms; /* the last time */
    struct trouble trouble;
};

struct cluster {
    char *name; /* immutable */
    VEC(struct broker) brokers;
    bool is_lost;
    struct trouble trouble;
};

/* What is to be said once the lock is released. */
struct line {
    enum tern_log_level level;
    char text[LINE_SIZE]; /* "": nothing */
};

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static VEC(struct cluster) clusters; /* registry_lock; never shrinks: one for each name */

static reachability_report_fn *_Atomic report_sink;

void reachability_set_sink(reachability_report_fn *sink)
{
    atomic_store(&report_sink, sink);
}

/* ---- names ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char *reachability_cluster(const char *bootstrap)
{
    CLEANUP(freep) char *copy = xstrdup(bootstrap);
    VEC(const char *) servers = {0};
    char *rest = copy, *server, *name = xcalloc(1, strlen(bootstrap) + 2), *end = name;

    while ((server = strsep(&rest, ", \t\r\n"))) {
        if (*server)
            vec_push(&servers, server);
    }
    if (servers.count)
        qsort(servers.at, servers.count, sizeof(*servers.at), by_text);
    for (size_t i = 0; i < servers.count; i++) {
        if (i > 0 && strcmp(servers.at[i], servers.at[i - 1]) == 0)
            continue;
        if (end != name)
            *end++ = ',';
        end = stpcpy(end, servers.at[i]);
    }
    vec_fini(&servers);
    return name;
}

char *reachability_broker(const char *name)
{
    const char *scheme = strstr(name, "://"), *at = name, *end;

    if (scheme && scheme < name + strcspn(name, " "))
        at = scheme + strlen("://");
    end = at + strcspn(at, "/ ");
    if (end > at && end[-1] == ':') /* "host:9092: Connect to ..." */
        end--;
    return memchr(at, ':', (size_t)(end - at)) ? xstrndup(at, (size_t)(end - at)) : NULL;
}

/* ---- the registry; registry_lock is held ---- */

static struct broker *find_broker(struct cluster *c, const char *name, size_t len)
{
    for (size_t i = 0; i < c->brokers.count; i++) {
        if (strncmp(c->brokers.at[i].name, name, len) == 0 && !c->brokers.at[i].name[len])
            return &c->brokers.at[i];
    }
    vec_push(&c->brokers, (struct broker){.name = xstrndup(name, len)});
    return &c->brokers.at[c->brokers.count - 1];
}

static struct cluster *find_cluster(const char *name)
{
    struct cluster *c;

    for (size_t i = 0; i < clusters.count; i++) {
        if (strcmp(clusters.at[i].name, name) == 0)
            return &clusters.at[i];
    }
    vec_push(&clusters, (struct cluster){.name = xstrdup(name)});
    c = &clusters.at[clusters.count - 1];
    for (const char *at = name; *at; at += *at == ',') {
        size_t len = strcspn(at, ",");

        find_broker(c, at, len);
        at += len;
    }
    return c;
}

static void drop_forgotten(struct cluster *c, int64_t now_ms)
{
    for (size_t i = c->brokers.count; i-- > 0;) {
        struct broker *b = &c->brokers.at[i];

        if (b->state != LOST || now_ms - b->failed_ms < FORGET_MS)
            continue;
        free(b->name);
        vec_remove(&c->brokers, i);
    }
}

static bool has_hope(const struct cluster *c)
{
    for (size_t i = 0; i < c->brokers.count; i++) {
        if (c->brokers.at[i].state != LOST)
            return true;
    }
    return false;
}

static void say(struct line *line, enum tern_log_level level, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

static void say(struct line *line, enum tern_log_level level, const char *fmt, ...)
{
    va_list ap;

    line->level = level;
    va_start(ap, fmt);
    vsnprintf(line->text, sizeof(line->text), fmt, ap);
    va_end(ap);
}

/* what: "Cluster at 'a:1'" */
static void say_lost(struct trouble *t, const char *what, const char *why, int64_t now_ms,
                     struct line *line)
{
    long long lasted_s = (now_ms - t->since_ms) / 1000;

    if (t->said && now_ms - t->said_ms < REPEAT_MS)
        return;
    if (!t->said) {
        say(line, TERN_LOG_WARN, "%s cannot be reached: %s; trying again with back-off", what, why);
    } else {
        say(line, TERN_LOG_WARN,
            "%s cannot be reached for %lld s now: %s; trying again with back-off", what, lasted_s,
            why);
    }
    t->said = true;
    t->said_ms = now_ms;
}

static void say_back(struct trouble *t, const char *what, int64_t now_ms, struct line *line)
{
    if (t->said)
        say(line, TERN_LOG_INFO, "%s is reached again after %lld s", what,
            (long long)((now_ms - t->since_ms) / 1000));
    *t = (struct trouble){0};
}

static char *cluster_words(const struct cluster *c)
{
    return xasprintf("Cluster at '%s'", c->name);
}

static char *broker_words(const struct cluster *c, const struct broker *b)
{
    return xasprintf("Broker '%s' of the cluster at '%s'", b->name, c->name);
}

static void on_failure(struct cluster *c, struct broker *b, const char *why, int64_t now_ms,
                       struct line *line)
{
    CLEANUP(freep) char *what = NULL;

    if (b->state != LOST)
        b->trouble.since_ms = now_ms;
    b->state = LOST;
    b->failed_ms = now_ms;
    if (has_hope(c)) {
        what = broker_words(c, b);
        say_lost(&b->trouble, what, why, now_ms, line);
        return;
    }
    if (!c->is_lost)
        c->trouble.since_ms = now_ms;
    c->is_lost = true;
    what = cluster_words(c);
    say_lost(&c->trouble, what, why, now_ms, line);
}

static void on_answer(struct cluster *c, struct broker *b, int64_t now_ms, struct line *line)
{
    CLEANUP(freep) char *what = NULL;

    b->state = ANSWERS;
    if (!c->is_lost) {
        what = broker_words(c, b);
        say_back(&b->trouble, what, now_ms, line);
        return;
    }
    c->is_lost = false;
    b->trouble = (struct trouble){0}; /* the cluster's line says it */
    what = cluster_words(c);
    say_back(&c->trouble, what, now_ms, line);
}

/* ---- reports ---- */

/* Without the context of whoever saw it first: it concerns all. */
static void write_line(const struct line *line)
{
    char context[CONTEXT_SIZE];

    if (!*line->text)
        return;
    snprintf(context, sizeof(context), "%s", log_context());
    log_set_context("");
    log_at(line->level, "%s", line->text);
    log_set_context(context);
}

void reachability_report_at(const char *cluster, const char *broker, const char *why,
                            int64_t now_ms)
{
    struct line line = {0};
    struct cluster *c;
    struct broker *b;

    pthread_mutex_lock(&registry_lock);
    c = find_cluster(cluster);
    b = find_broker(c, broker, strlen(broker));
    if (why)
        on_failure(c, b, why, now_ms, &line);
    else
        on_answer(c, b, now_ms, &line);
    if (!c->is_lost)
        drop_forgotten(c, now_ms);
    pthread_mutex_unlock(&registry_lock);
    write_line(&line);
}

void reachability_report(const char *cluster, const char *broker, const char *why)
{
    reachability_report_fn *sink = atomic_load(&report_sink);

    if (sink)
        sink(cluster, broker, why);
    else
        reachability_report_at(cluster, broker, why, clock_mono_ms());
}

/* ---- lines of librdkafka ---- */

/* "sasl_ssl://host:9092/1: Connect to ..." -> "host:9092"; log.thread.name puts "[thrd:x]: " before
 * it. */
static char *broker_of(const char *text)
{
    const char *at = str_starts_with(text, "[thrd:") ? strstr(text, "]: ") : NULL;

    return reachability_broker(at ? at + strlen("]: ") : text);
}

/* What librdkafka appends, about times and repeats, changes from line to line. */
static char *without_times(const char *why)
{
    const char *end = strstr(why, " (after ");

    return end ? xstrndup(why, (size_t)(end - why)) : xstrdup(why);
}

#define WANTS_CERTIFICATE "it wants a client certificate that it trusts (see ssl.keystore.location)"

/* Lines that say that a broker could not be reached. */
static const struct failure {
    const char *sign;  /* found in the text */
    const char *after; /* what went wrong stands behind this; NULL: it is the sign itself */
    const char *words; /* or these are our words for it */
} failures[] = {
    {": Connect to ", " failed: ", NULL},
    {": Failed to connect to broker ", NULL, NULL},
    {": Failed to resolve ", NULL, NULL},
    {": Connection setup timed out", NULL, NULL},
    {": Disconnected while requesting ApiVersion", NULL, NULL},
    {": ApiVersionRequest failed: Local: Timed out", NULL, "it does not answer in time"},
    {" request(s) timed out: disconnect", NULL, "it does not answer in time"},
    /* With TLS 1.3 a client without the right certificate learns of it after the handshake. */
    {" alert bad certificate: ", NULL, WANTS_CERTIFICATE},
    {" alert certificate required: ", NULL, WANTS_CERTIFICATE},
    {" alert certificate unknown: ", NULL, WANTS_CERTIFICATE},
    {" alert unknown ca: ", NULL, WANTS_CERTIFICATE},
    {" alert certificate expired: ", NULL,
     "it does not take a certificate that has expired (see ssl.keystore.location)"},
};

static char *reason_of(const struct failure *failure, const char *sign)
{
    const char *why = failure->after ? strstr(sign, failure->after) : NULL;

    if (failure->words)
        return xstrdup(failure->words);
    return without_times(why ? why + strlen(failure->after) : sign + strlen(": "));
}

/* Whether a connection that stood was lost: if the broker is gone, the next attempt says so. */
static bool is_loss(const char *text)
{
    return strstr(text, ": Disconnected (") || strstr(text, ": Receive failed: ") ||
           strstr(text, ": Send failed: ");
}

bool reachability_read_line(const char *facility, const char *text, char **ret_broker,
                            char **ret_why)
{
    *ret_broker = *ret_why = NULL;
    if (strcmp(facility, "REQTMOUT") == 0)
        return true;
    if (strcmp(facility, "FAIL") != 0)
        return false;
    for (size_t i = 0; i < COUNT_OF(failures); i++) {
        const char *sign = strstr(text, failures[i].sign);

        if (!sign)
            continue;
        *ret_broker = broker_of(text);
        if (*ret_broker)
            *ret_why = reason_of(&failures[i], sign);
        return true;
    }
    return is_loss(text);
}
