/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_open - opens handles, and sees to it that librdkafka's log lines are few and bear
 * the context of who opened the handle. What a handle learns of its brokers, by failing to
 * connect and by their answers, goes to reachability.h, whose lines stand for those of all.
 *
 * librdkafka logs from its own threads and knows its handle only, so a list says what we
 * know of each. Its lock is a leaf; lines are few, and so are handles. An entry is found by
 * handle, which it has before rd_kafka_new() returns, and before the handle's threads complain.
 */
#include "lib/kafka/client_conf_priv.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/kafka/connect_pace.h"
#include "lib/kafka/reachability.h"
#include "lib/kafka/relay.h"
#include "lib/wire/oauth.h"

static const char logger[] = "org.apache.kafka.clients";

enum {
    REMEMBERED_LINES = 16,
    QUIET_MS = 60000,
    CONTEXT_SIZE = 256,
    ANSWER_SLOTS = 16,      /* a power of two */
    ANSWER_QUIET_MS = 1000, /* a broker's answers are reported that often */
    DEPARTED_MS = 60000,    /* what a handle's threads looked at is kept for so long */
};

struct client {
    struct client *next;
    int64_t departed_ms;                       /* when its handle was closed */
    const rd_kafka_t *rk;                      /* NULL: none yet, or another client's by now */
    char *cluster;                             /* immutable */
    struct oauth *oauth;                       /* NULL: no tokens. librdkafka's background thread */
    struct relay *relay;                       /* NULL: librdkafka connects. Immutable once open */
    _Atomic int64_t answered_ms[ANSWER_SLOTS]; /* by broker id: the last report */
    char context[CONTEXT_SIZE];                /* immutable */
    struct {
        uint64_t hash;
        int64_t said_ms;
    } lines[REMEMBERED_LINES]; /* the most recent ones; hash 0: free */
};

static pthread_mutex_t clients_lock = PTHREAD_MUTEX_INITIALIZER;
static struct client *clients;  /* clients_lock, as is what it holds; newest first */
static struct client *departed; /* clients_lock; their handles are closed; newest first */

struct refused {
    struct refused *next;
    rd_kafka_conf_t *conf;
};
static struct refused *refused; /* clients_lock; see keep_refused() */

/* The same trouble is the same line: without the time at its end that librdkafka adds. */
static uint64_t line_hash(const char *facility, const char *text)
{
    const char *end = strstr(text, " (after ");
    uint64_t hash = UINT64_C(14695981039346656037);

    for (const char *c = facility; *c; c++)
        hash = (hash ^ (uint8_t)*c) * UINT64_C(1099511628211);
    for (const char *c = text; *c && c != end; c++)
        hash = (hash ^ (uint8_t)*c) * UINT64_C(1099511628211);
    return hash ? hash : 1;
}

/* Whether a line is new, or was said long enough ago; the oldest one remembered makes room. */
static bool worth_saying(struct client *c, uint64_t hash, int64_t now_ms)
{
    size_t at = 0;

    for (size_t i = 0; i < REMEMBERED_LINES; i++) {
        if (c->lines[i].hash == hash) {
            if (now_ms - c->lines[i].said_ms < QUIET_MS)
                return false;
            at = i;
            break;
        }
        if (c->lines[i].said_ms < c->lines[at].said_ms)
            at = i;
    }
    c->lines[at].hash = hash;
    c->lines[at].said_ms = now_ms;
    return true;
}

/* clients_lock is held. */
static struct client *find_client(const rd_kafka_t *rk)
{
    for (struct client *c = clients; c; c = c->next) {
        if (c->rk == rk)
            return c;
    }
    return NULL;
}

/*
 * From now on lines of the handle are the client's. One that is being closed may have had its
 * place in memory: its lines are over, and the handle must not be taken for it.
 */
static void set_handle(struct client *owner, const rd_kafka_t *rk)
{
    pthread_mutex_lock(&clients_lock);
    for (struct client *c = clients; c; c = c->next) {
        if (c->rk == rk)
            c->rk = NULL;
    }
    owner->rk = rk;
    pthread_mutex_unlock(&clients_lock);
}

static enum tern_log_level level_of(int syslog_level, const char *facility)
{
    /* A broker out of reach is no error of ours: Java warns. */
    if (syslog_level <= LOG_ERR && strcmp(facility, "FAIL") != 0)
        return TERN_LOG_ERROR;
    if (syslog_level <= LOG_WARNING)
        return TERN_LOG_WARN;
    return syslog_level <= LOG_INFO ? TERN_LOG_INFO : TERN_LOG_DEBUG;
}

/* Reports what a line says of a broker; true for a line that is no news beside the registry's. */
static bool report_failure(const rd_kafka_t *rk, const char *facility, const char *text)
{
    CLEANUP(freep) char *broker = NULL, *why = NULL, *cluster = NULL;
    struct client *c;

    if (!reachability_read_line(facility, text, &broker, &why))
        return false;
    if (!broker || !rk)
        return true;
    pthread_mutex_lock(&clients_lock);
    c = find_client(rk);
    if (c)
        cluster = xstrdup(c->cluster);
    pthread_mutex_unlock(&clients_lock);
    if (cluster)
        reachability_report(cluster, broker, why);
    return true;
}

/* What our producer asks for, and deals with: see lib/kafka/producer.h. */
static bool is_about_gaps(const char *text)
{
    return strstr(text, "enable.gapless.guarantee") || strstr(text, "gap-less guarantee");
}

/* Thread: any, librdkafka's mostly. */
static void on_log(const rd_kafka_t *rk, int syslog_level, const char *facility, const char *text)
{
    enum tern_log_level level = level_of(syslog_level, facility);
    char context[CONTEXT_SIZE] = "";
    bool say = true;
    struct client *c;

    if (report_failure(rk, facility, text) || is_about_gaps(text))
        level = TERN_LOG_DEBUG;
    if (!log_line_enabled(level, logger))
        return;
    if (rk) {
        pthread_mutex_lock(&clients_lock);
        c = find_client(rk);
        if (c) {
            memcpy(context, c->context, sizeof(context));
            say = worth_saying(c, line_hash(facility, text), clock_mono_ms());
        }
        pthread_mutex_unlock(&clients_lock);
    }
    if (!say)
        return;
    if (!*log_context()) /* one of librdkafka's threads, or a thread without context */
        log_set_context(context);
    log_line(level, logger, text);
}

/* Each of these was logged, or is an answer to somebody who hears of it. */
static void on_error(rd_kafka_t *rk, int err, const char *reason, void *opaque)
{
    (void)rk;
    (void)err;
    (void)reason;
    (void)opaque;
}

/* Once for each response, not for each record. Thread: any of librdkafka's. */
/* NOLINTNEXTLINE(readability-function-size): the signature is librdkafka's */
static rd_kafka_resp_err_t on_response(rd_kafka_t *rk, int fd, const char *name, int32_t broker_id,
                                       int16_t api, int16_t version, int32_t correlation,
                                       size_t size, int64_t rtt, rd_kafka_resp_err_t err, void *arg)
{
    struct client *c = arg;
    _Atomic int64_t *last_ms = &c->answered_ms[(uint32_t)broker_id & (ANSWER_SLOTS - 1)];
    int64_t now_ms = clock_mono_ms();
    CLEANUP(freep) char *broker = NULL;

    (void)rk, (void)fd, (void)api, (void)version, (void)correlation, (void)rtt;
    if (err || !size ||
        now_ms - atomic_load_explicit(last_ms, memory_order_relaxed) < ANSWER_QUIET_MS)
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    atomic_store_explicit(last_ms, now_ms, memory_order_relaxed);
    broker = reachability_broker(name);
    if (broker)
        reachability_report(c->cluster, broker, NULL);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* ---- connections by way of a relay ---- */

/* The relay of the handle that a thread of librdkafka's is of: its callbacks get no handle. */
static _Thread_local struct relay *relay_of_thread;

static rd_kafka_resp_err_t on_thread_start(rd_kafka_t *rk, rd_kafka_thread_type_t type,
                                           const char *name, void *arg)
{
    struct client *c = arg;

    (void)rk, (void)type, (void)name;
    relay_of_thread = c->relay;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static int on_socket(int domain, int type, int protocol, void *opaque)
{
    (void)domain, (void)type, (void)protocol, (void)opaque;
    return relay_socket(relay_of_thread);
}

static int on_connect(int fd, const struct sockaddr *address, int len, const char *broker,
                      void *opaque)
{
    (void)address, (void)len, (void)opaque;
    return relay_connect(relay_of_thread, fd, broker);
}

/* Being refused is worth a line of its own; the rest is for those who know of the whole cluster. */
static void on_relay_failed(void *arg, const char *broker, const struct tern_error *err)
{
    struct client *c = arg;
    bool is_refused = err->code == TERN_EINVALID, say = false;

    if (!is_refused) {
        reachability_report(c->cluster, broker, err->msg);
        return;
    }
    pthread_mutex_lock(&clients_lock);
    say = worth_saying(c, line_hash("RELAY", err->msg), clock_mono_ms());
    pthread_mutex_unlock(&clients_lock);
    if (!say)
        return;
    log_set_context(c->context);
    log_line(TERN_LOG_WARN, logger, err->msg);
}

static int prepare_relay(struct client *c, const struct tern_config *java, rd_kafka_conf_t *conf,
                         struct tern_error *err)
{
    if (!relay_is_needed(java))
        return 0;
    rd_kafka_conf_set_socket_cb(conf, on_socket);
    rd_kafka_conf_set_connect_cb(conf, on_connect);
    return relay_new(java, on_relay_failed, c, &c->relay, err);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): likewise */
static rd_kafka_resp_err_t on_new(rd_kafka_t *rk, const rd_kafka_conf_t *conf, void *arg, char *why,
                                  size_t why_size)
{
    struct client *c = arg;

    (void)conf, (void)why, (void)why_size;
    set_handle(c, rk);
    if (c->relay)
        rd_kafka_interceptor_add_on_thread_start(rk, "relay", on_thread_start, c);
    return rd_kafka_interceptor_add_on_response_received(rk, "reachability", on_response, arg);
}

/* A setting as text, "" when there is none; freed by the caller, who wipes it first if secret. */
static char *conf_text(const rd_kafka_conf_t *conf, const char *name)
{
    size_t size = 0;
    char *text;

    if (rd_kafka_conf_get(conf, name, NULL, &size) != RD_KAFKA_CONF_OK)
        return xstrdup("");
    text = xcalloc(1, size + 1);
    rd_kafka_conf_get(conf, name, text, &size);
    return text;
}

static struct client *add_client(const rd_kafka_conf_t *conf)
{
    struct client *c = xcalloc(1, sizeof(*c));
    CLEANUP(freep) char *bootstrap = conf_text(conf, "bootstrap.servers");

    c->cluster = reachability_cluster(bootstrap);
    for (size_t i = 0; i < ANSWER_SLOTS; i++)
        atomic_init(&c->answered_ms[i], INT64_MIN / 2);
    snprintf(c->context, sizeof(c->context), "%s", log_context());
    for (size_t i = 0; i < REMEMBERED_LINES; i++)
        c->lines[i].said_ms = INT64_MIN / 2;

    pthread_mutex_lock(&clients_lock);
    c->next = clients;
    clients = c;
    pthread_mutex_unlock(&clients_lock);
    return c;
}

static void client_free(struct client *c)
{
    relay_free(c->relay);
    free(c->cluster);
    free(c);
}

/* Takes those out that left long ago. Locked. */
static struct client *take_long_departed(int64_t now_ms)
{
    struct client **at = &departed;
    struct client *gone;

    while (*at && now_ms - (*at)->departed_ms < DEPARTED_MS)
        at = &(*at)->next;
    gone = *at;
    *at = NULL;
    return gone;
}

/*
 * A thread of a broker that the handle heard of while it was closed may outlive rd_kafka_destroy()
 * (2.0 at least), and still tell on_response(): what that looks at is kept for a while.
 */
static void drop_client(struct client *gone)
{
    int64_t now_ms = clock_mono_ms();
    struct client *old;

    pthread_mutex_lock(&clients_lock);
    for (struct client **at = &clients; *at; at = &(*at)->next) {
        if (*at == gone) {
            *at = gone->next;
            break;
        }
    }
    old = take_long_departed(now_ms);
    gone->departed_ms = now_ms;
    gone->next = departed;
    departed = gone;
    pthread_mutex_unlock(&clients_lock);
    relay_stop(gone->relay);
    oauth_free(gone->oauth);
    while (old) {
        struct client *next = old->next;

        client_free(old);
        old = next;
    }
}

/*
 * librdkafka frees the interceptors of a configuration that it refuses, and would free them again
 * with the configuration (2.0 at least). So that one is emptied of its settings, and kept.
 */
static void keep_refused(rd_kafka_conf_t *conf)
{
    struct refused *kept = xcalloc(1, sizeof(*kept));
    size_t count;
    const char **settings = rd_kafka_conf_dump(conf, &count);

    for (size_t i = 0; i + 1 < count; i += 2)
        rd_kafka_conf_set(conf, settings[i], NULL, NULL, 0);
    rd_kafka_conf_dump_free(settings, count);
    kept->conf = conf;
    pthread_mutex_lock(&clients_lock);
    kept->next = refused;
    refused = kept;
    pthread_mutex_unlock(&clients_lock);
}

/* Settings without effect, said once in the life of the process: clients are opened in numbers. */
static void on_note(void *arg, const char *key, const char *why)
{
    static struct strmap said; /* clients_lock */
    bool is_new;

    (void)arg;
    if (strcmp(why, CLIENT_UNKNOWN) == 0)
        return; /* whoever owns the configuration tells what nobody knows */
    pthread_mutex_lock(&clients_lock);
    is_new = strmap_set_if_absent(&said, key, why);
    pthread_mutex_unlock(&clients_lock);
    if (is_new) {
        CLEANUP(freep) char *line = xasprintf("The configuration '%s' has no effect: %s", key, why);

        log_line(TERN_LOG_INFO, logger, line);
    }
}

/* A token is wanted: before the first connection, and when the last one comes to its end. */
static void on_token_wanted(rd_kafka_t *rk, const char *config, void *opaque)
{
    int64_t left_ms = 0;
    const char *token;
    struct tern_error err;
    struct client *c;
    char why[512];

    (void)config, (void)opaque;
    pthread_mutex_lock(&clients_lock);
    c = find_client(rk);
    pthread_mutex_unlock(&clients_lock);
    if (!c || !c->oauth)
        return;
    if (oauth_token(c->oauth, &token, &left_ms, &err) < 0)
        rd_kafka_oauthbearer_set_token_failure(rk, err.msg);
    else if (rd_kafka_oauthbearer_set_token(rk, token, clock_wall_ms() + left_ms,
                                            oauth_principal(c->oauth), NULL, 0, why, sizeof(why)))
        rd_kafka_oauthbearer_set_token_failure(rk, why);
}

/* Tokens are fetched on librdkafka's background thread: owners of handles do not all poll. */
static int prepare_tokens(struct client *c, const struct tern_config *java, rd_kafka_conf_t *conf,
                          struct tern_error *err)
{
    if (!client_wants_tokens(java) || relay_is_needed(java)) /* which gets its own */
        return 0;
    rd_kafka_conf_set_oauthbearer_token_refresh_cb(conf, on_token_wanted);
    rd_kafka_conf_enable_sasl_queue(conf, 1);
    return oauth_new(java, &c->oauth, err);
}

static int begin_tokens(const struct client *c, rd_kafka_t *rk, struct tern_error *err)
{
    rd_kafka_error_t *error = c->oauth ? rd_kafka_sasl_background_callbacks_enable(rk) : NULL;

    if (!error)
        return 0;
    tern_fail_at(err, __FILE__, TERN_EINTERNAL, "tokens cannot be had: %s",
                 rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return -1;
}

int client_open(enum kafka_role role, const struct tern_config *java,
                void (*before_open)(void *arg, rd_kafka_conf_t *conf), void *arg,
                rd_kafka_t **ret_rk, struct tern_error *err)
{
    /* Admin calls work on any handle; a consumer's never creates a topic by asking for it. */
    rd_kafka_type_t type = role == KAFKA_PRODUCER ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
    rd_kafka_conf_t *conf;
    struct client *c;
    rd_kafka_t *rk;
    char why[512];

    if (client_conf_build(role, java, on_note, NULL, &conf, err) < 0)
        return -1;
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    connect_pace_set(conf);
    if (before_open)
        before_open(arg, conf);
    c = add_client(conf);
    if (prepare_tokens(c, java, conf, err) < 0 || prepare_relay(c, java, conf, err) < 0) {
        rd_kafka_conf_destroy(conf);
        drop_client(c);
        return -1;
    }
    rd_kafka_conf_interceptor_add_on_new(conf, "reachability", on_new, c);
    rk = rd_kafka_new(type, conf, why, sizeof(why));
    if (!rk) {
        keep_refused(conf);
        drop_client(c);
        return tern_fail(err, TERN_EINVALID, "cannot open a Kafka client: %s", why);
    }
    if (begin_tokens(c, rk, err) < 0) {
        client_close(rk);
        return -1;
    }
    *ret_rk = rk;
    return 0;
}

void client_close(rd_kafka_t *rk)
{
    struct client *c;

    if (!rk)
        return;
    pthread_mutex_lock(&clients_lock);
    c = find_client(rk);
    pthread_mutex_unlock(&clients_lock);
    rd_kafka_destroy(rk); /* may log: the entry goes after it */
    if (c)
        drop_client(c);
}

/* librdkafka drops what comes to a queue that its owner has given up. */
void client_ignore_events(rd_kafka_t *rk)
{
    rd_kafka_queue_t *main_queue = rd_kafka_queue_get_main(rk);
    rd_kafka_queue_t *nowhere = rd_kafka_queue_new(rk);

    rd_kafka_queue_forward(main_queue, nowhere);
    rd_kafka_queue_destroy(nowhere);
    rd_kafka_queue_destroy(main_queue);
}

/* Credentials that are set, even to what they were, wake all broker threads; nothing else does. */
void client_fetch_more(rd_kafka_t *rk)
{
    char *user, *password;

    if (rd_kafka_version() >= 0x02020000)
        return;
    user = conf_text(rd_kafka_conf(rk), "sasl.username");
    password = conf_text(rd_kafka_conf(rk), "sasl.password");
    rd_kafka_error_destroy(rd_kafka_sasl_set_credentials(rk, user, password));
    explicit_bzero(password, strlen(password));
    free(user);
    free(password);
}
