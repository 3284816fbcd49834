/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin - the handle, what its calls have in common, and offsets of partitions.
 *
 * The handle is a consumer's, which creates no topic by asking for it. Nobody polls it, so
 * its events are dropped. How much a broker can make us allocate is bounded by librdkafka's
 * receive.message.max.bytes (100 MB).
 */
#include "lib/kafka/admin.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/kafka/admin_priv.h"
#include "lib/kafka/client_conf.h"

enum {
    GRACE_MS = 1000, /* librdkafka's own timeout comes first, and says more */
    RETRY_MIN_MS = 50,
    RETRY_MAX_MS = 1000,
    STEP_MIN_MS = 500,
    STEP_MAX_MS = 5000,
    CONTROLLER_MS = 2000,    /* after that long without an answer, who the controller is */
    REFRESH_MS = 1000,       /* of asking who leads, between two steps */
    STEP_PAUSE_MS = 100,     /* after a step that failed at once */
    SLICE_MS = 100,          /* between two looks at cancelled */
    OFFSETS_PER_CALL = 1000, /* librdkafka looks partitions up one by one in its lists */
};

static int open_handle(const struct tern_config *java, rd_kafka_t **ret_rk, struct tern_error *err)
{
    if (client_open(KAFKA_ADMIN, java, NULL, NULL, ret_rk, err) < 0)
        return -1;
    client_ignore_events(*ret_rk);
    return 0;
}

int admin_open(const struct tern_config *java, struct admin **ret_admin, struct tern_error *err)
{
    const char *bootstrap = config_get(java, "bootstrap.servers");
    struct admin *a;
    rd_kafka_t *rk;

    if (open_handle(java, &rk, err) < 0)
        return -1;
    a = xcalloc(1, sizeof(*a));
    a->rk = rk;
    a->bootstrap = xstrdup(bootstrap ? bootstrap : "");
    strmap_add_all(&a->settings, java);
    pthread_mutex_init(&a->lock, NULL);
    *ret_admin = a;
    return 0;
}

void admin_free(struct admin *a)
{
    if (!a)
        return;
    client_close(a->groups);
    client_close(a->rk);
    strmap_fini(&a->settings);
    pthread_mutex_destroy(&a->lock);
    free(a->bootstrap);
    free(a);
}

void admin_rest(struct admin *a)
{
    client_close(a->groups);
    client_close(a->rk);
    a->groups = a->rk = NULL;
}

int admin_wake(struct admin *a, struct tern_error *err)
{
    struct tern_config settings = strmap_config(&a->settings);

    return a->rk ? 0 : open_handle(&settings, &a->rk, err);
}

void admin_cancel(struct admin *a)
{
    if (a)
        atomic_store(&a->cancelled, true);
}

static void before_open_groups(void *arg, rd_kafka_conf_t *conf)
{
    rd_kafka_conf_set(conf, "group.id", arg, NULL, 0);
    rd_kafka_conf_set(conf, "enable.auto.commit", "false", NULL, 0);
}

rd_kafka_t *admin_groups_handle(struct admin *a, const char *group)
{
    struct tern_config settings = strmap_config(&a->settings);
    struct tern_error err;
    rd_kafka_t *rk;

    pthread_mutex_lock(&a->lock);
    if (!a->groups && client_open(KAFKA_ADMIN, &settings, before_open_groups, (void *)group,
                                  &a->groups, &err) == 0)
        client_ignore_events(a->groups);
    rk = a->groups ? a->groups
                   : a->rk; /* the same settings opened rk, so it does not come to that */
    pthread_mutex_unlock(&a->lock);
    return rk;
}

/* ---- brokers asked one by one ---- */

void admin_broker_address(struct slice host, int32_t port, char address[ADMIN_ADDRESS_BYTES])
{
    int len = host.len < ADMIN_HOST_MAX ? (int)host.len : ADMIN_HOST_MAX;
    bool is_v6 = len > 0 && memchr(host.at, ':', (size_t)len) != NULL;

    snprintf(address, ADMIN_ADDRESS_BYTES, is_v6 ? "[%.*s]:%d" : "%.*s:%d", len,
             len ? (const char *)host.at : "", (int)port);
}

int admin_open_wire(struct admin *a, const char *address, struct wire_client **ret_client,
                    struct tern_error *err)
{
    struct tern_config settings = strmap_config(&a->settings);
    const char *id = config_get(&settings, "client.id");
    struct wire_client_conf conf = {.bootstrap_servers = address ? address : a->bootstrap,
                                    .client_id = id ? id : "tern",
                                    .java = &settings};

    return wire_client_open(&conf, ret_client, err);
}

/* ---- one call ---- */

int admin_fail(struct admin *a, const char *what, rd_kafka_resp_err_t code, const char *text,
               int timeout_ms, struct tern_error *err)
{
    if (admin_cancelled(a))
        return tern_fail(err, TERN_ERETRIABLE, "%s: cancelled", what);
    switch ((int)code) {
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
        return tern_fail(err, TERN_ETIMEOUT, "%s: cannot reach cluster at '%s' within %d ms: %s",
                         what, a->bootstrap, timeout_ms, text ? text : rd_kafka_err2str(code));
    default:
        return tern_fail(err, kafka_error_code(code), "%s: cluster at '%s': %s", what, a->bootstrap,
                         text ? text : rd_kafka_err2str(code));
    }
}

bool admin_pause(struct admin *a, int64_t ms)
{
    int64_t until_ms = clock_deadline_ms(ms), left_ms;

    while (!admin_cancelled(a) && (left_ms = clock_left_ms(until_ms, SLICE_MS)) > 0) {
        struct timespec slice = {.tv_nsec = left_ms * 1000000};

        clock_nanosleep(CLOCK_MONOTONIC, 0, &slice, NULL);
    }
    return !admin_cancelled(a);
}

int admin_step_ms(struct admin_steps *steps)
{
    int left_ms = admin_timeout_ms(steps->deadline_ms);

    if (!steps->next_ms)
        steps->next_ms = STEP_MIN_MS;
    steps->begun_ms = clock_mono_ms();
    return left_ms < steps->next_ms ? left_ms : steps->next_ms;
}

bool admin_step_again(struct admin_steps *steps, rd_kafka_resp_err_t code)
{
    int64_t pause_ms;

    switch ((int)code) {
    case RD_KAFKA_RESP_ERR__TIMED_OUT: /* a broker is there, but slow */
        steps->next_ms = steps->next_ms * 2 < STEP_MAX_MS ? steps->next_ms * 2 : STEP_MAX_MS;
        break;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
        break;
    default:
        return false;
    }
    pause_ms = clock_left_ms(steps->begun_ms + STEP_PAUSE_MS, STEP_PAUSE_MS);
    return clock_left_ms(steps->deadline_ms, pause_ms + 1) > pause_ms &&
           admin_pause(steps->a, pause_ms);
}

rd_kafka_event_t *admin_poll(struct admin *a, rd_kafka_queue_t *queue, int64_t deadline_ms)
{
    rd_kafka_event_t *event = NULL;

    while (!event && !admin_cancelled(a)) {
        int64_t left_ms = clock_left_ms(deadline_ms, SLICE_MS);

        event = rd_kafka_queue_poll(queue, (int)left_ms);
        if (left_ms == 0)
            break;
    }
    return event;
}

/*
 * librdkafka has the controller do most of this, and waits for the one that it knows: if that has
 * died it does not ask by itself who took over.
 */
static void hear_of_controller(struct admin *a)
{
    const rd_kafka_metadata_t *metadata;

    if (!admin_cancelled(a) && rd_kafka_metadata(a->rk, 0, NULL, &metadata, STEP_MIN_MS) == 0)
        rd_kafka_metadata_destroy(metadata);
}

int admin_call_wait(struct admin *a, struct admin_call *call, const char *what,
                    rd_kafka_event_t **ret_event, struct tern_error *err)
{
    int64_t until_ms = clock_deadline_ms(admin_timeout_ms(call->deadline_ms) + GRACE_MS);
    rd_kafka_event_t *event = NULL;
    rd_kafka_resp_err_t code;
    int rc;

    while (!event && !admin_cancelled(a) && clock_mono_ms() < until_ms) {
        event =
            admin_poll(a, call->queue, clock_deadline_ms(clock_left_ms(until_ms, CONTROLLER_MS)));
        if (!event)
            hear_of_controller(a);
    }
    if (!event)
        return admin_fail(a, what, RD_KAFKA_RESP_ERR__TIMED_OUT, NULL, call->timeout_ms, err);
    code = rd_kafka_event_error(event);
    if (code) {
        rc = admin_fail(a, what, code, rd_kafka_event_error_string(event), call->timeout_ms, err);
        rd_kafka_event_destroy(event);
        return rc;
    }
    *ret_event = event;
    return 0;
}

struct admin_outcome admin_outcome_of(rd_kafka_resp_err_t code, const char *text)
{
    if (!code)
        return (struct admin_outcome){0};
    return (struct admin_outcome){(int)code, xstrdup(text ? text : rd_kafka_err2str(code))};
}

void admin_outcomes_free(struct admin_outcome *outcomes, size_t count)
{
    for (size_t i = 0; outcomes && i < count; i++)
        free(outcomes[i].message);
    free(outcomes);
}

rd_kafka_resp_err_t admin_ask_metadata(struct admin *a, bool all, rd_kafka_topic_t *only,
                                       int64_t deadline_ms,
                                       const rd_kafka_metadata_t **ret_metadata)
{
    struct admin_steps steps = ADMIN_STEPS(a, deadline_ms);
    rd_kafka_resp_err_t code;

    do {
        if (admin_cancelled(a))
            return RD_KAFKA_RESP_ERR__TIMED_OUT;
        code = rd_kafka_metadata(a->rk, all, only, ret_metadata, admin_step_ms(&steps));
    } while (admin_step_again(&steps, code));
    return code;
}

rd_kafka_resp_err_t admin_metadata(struct admin *a, const char *topic, int64_t deadline_ms,
                                   const rd_kafka_metadata_t **ret_metadata)
{
    rd_kafka_topic_t *rkt = NULL;
    rd_kafka_resp_err_t code;

    if (topic && !(rkt = rd_kafka_topic_new(a->rk, topic, NULL)))
        return RD_KAFKA_RESP_ERR__INVALID_ARG;
    code = admin_ask_metadata(a, rkt == NULL, rkt, deadline_ms, ret_metadata);
    if (rkt)
        rd_kafka_topic_destroy(rkt);
    return code;
}

/* The id itself is remembered by librdkafka: asking for any topic shows that a broker answers. */
int admin_cluster_id(struct admin *a, int64_t deadline_ms, char **ret_id, struct tern_error *err)
{
    static const char what[] = "reading the cluster id";
    int timeout_ms = admin_timeout_ms(deadline_ms);
    const rd_kafka_metadata_t *metadata;
    rd_kafka_resp_err_t code = admin_metadata(a, "__consumer_offsets", deadline_ms, &metadata);
    char *id;

    if (code)
        return admin_fail(a, what, code, NULL, timeout_ms, err);
    rd_kafka_metadata_destroy(metadata);
    id = rd_kafka_clusterid(a->rk, (int)clock_left_ms(deadline_ms, STEP_MAX_MS));
    if (!id)
        return admin_fail(a, what, RD_KAFKA_RESP_ERR__TIMED_OUT, NULL, timeout_ms, err);
    *ret_id = xstrdup(id);
    rd_kafka_mem_free(a->rk, id);
    return 0;
}

/* ---- offsets of partitions ---- */

static void list_destroyp(rd_kafka_topic_partition_list_t **list)
{
    rd_kafka_topic_partition_list_destroy(*list);
}

static rd_kafka_topic_partition_list_t *
list_of(enum admin_offset_spec spec, const struct admin_partition_offset *partitions, size_t count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);

    /* ListOffsets takes these two in place of a timestamp. */
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, partitions[i].topic, partitions[i].partition)
            ->offset = spec == ADMIN_LATEST ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING;
    return list;
}

/*
 * librdkafka believes in the leaders that it knows, and refreshes them only for topics that
 * are consumed or produced to: so we do that when the answer was of no use.
 */
static void refresh_leaders(struct admin *a, const struct admin_partition_offset *partitions,
                            size_t count, int64_t deadline_ms)
{
    const char *topic = partitions[0].topic;
    const rd_kafka_metadata_t *metadata;

    for (size_t i = 0; topic && i < count; i++) {
        if (strcmp(partitions[i].topic, topic) != 0)
            topic = NULL; /* of more than one: all are asked for */
    }
    if (admin_metadata(a, topic, deadline_ms, &metadata) == 0)
        rd_kafka_metadata_destroy(metadata);
}

/* ret_list, NULL before, is set also when that fails. */
static rd_kafka_resp_err_t offsets_for_times(struct admin *a, enum admin_offset_spec spec,
                                             const struct admin_partition_offset *partitions,
                                             size_t count, int64_t deadline_ms,
                                             rd_kafka_topic_partition_list_t **ret_list)
{
    struct admin_steps steps = ADMIN_STEPS(a, deadline_ms);
    rd_kafka_resp_err_t code;

    do {
        if (*ret_list) { /* a step that failed has left its traces in it */
            int64_t left_ms = clock_left_ms(deadline_ms, REFRESH_MS);

            rd_kafka_topic_partition_list_destroy(*ret_list);
            /* the leader that it waited for may be dead, and have a successor */
            refresh_leaders(a, partitions, count, clock_deadline_ms(left_ms));
        }
        *ret_list = list_of(spec, partitions, count);
        if (admin_cancelled(a))
            return RD_KAFKA_RESP_ERR__TIMED_OUT;
        code = rd_kafka_offsets_for_times(a->rk, *ret_list, admin_step_ms(&steps));
    } while (admin_step_again(&steps, code));
    return code;
}

static int ask_offsets(struct admin *a, enum admin_offset_spec spec,
                       struct admin_partition_offset *partitions, size_t count, int64_t deadline_ms,
                       struct tern_error *err)
{
    static const char what[] = "listing offsets";
    int timeout_ms = admin_timeout_ms(deadline_ms);
    CLEANUP(list_destroyp) rd_kafka_topic_partition_list_t *list = NULL;
    rd_kafka_resp_err_t code = offsets_for_times(a, spec, partitions, count, deadline_ms, &list);

    if (code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION) /* none of them is known */
        return tern_fail(err, TERN_ENOTFOUND, "%s of '%s-%d': %s", what, partitions[0].topic,
                         (int)partitions[0].partition, rd_kafka_err2str(code));
    if (code)
        return admin_fail(a, what, code, NULL, timeout_ms, err);
    for (size_t i = 0; i < count; i++) {
        const rd_kafka_topic_partition_t *found = &list->elems[i]; /* in the order asked */
        bool unknown = found->err == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
                       found->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;

        if (found->err || found->offset < 0) {
            return tern_fail(err,
                             unknown      ? TERN_ENOTFOUND
                             : found->err ? kafka_error_code(found->err)
                                          : TERN_ERETRIABLE,
                             "%s of '%s-%d': %s", what, partitions[i].topic,
                             (int)partitions[i].partition,
                             found->err ? rd_kafka_err2str(found->err) : "no answer");
        }
    }
    for (size_t i = 0; i < count; i++)
        partitions[i].offset = list->elems[i].offset;
    return 0;
}

static int list_offsets(struct admin *a, enum admin_offset_spec spec,
                        struct admin_partition_offset *partitions, size_t count,
                        int64_t deadline_ms, struct tern_error *err)
{
    struct backoff backoff = {RETRY_MIN_MS, RETRY_MAX_MS, 0};
    bool refreshed = false;

    for (;;) {
        int64_t delay_ms;

        if (ask_offsets(a, spec, partitions, count, deadline_ms, err) == 0)
            return 0;
        if (err->code == TERN_ENOTFOUND && !refreshed) { /* may be new: asked for once more */
            refresh_leaders(a, partitions, count, deadline_ms);
            refreshed = true;
            continue;
        }
        delay_ms = backoff_next_ms(&backoff);
        if (err->code != TERN_ERETRIABLE || clock_left_ms(deadline_ms, delay_ms + 1) <= delay_ms ||
            !admin_pause(a, delay_ms))
            return -1;
        refresh_leaders(a, partitions, count, deadline_ms);
    }
}

int admin_list_offsets(struct admin *a, enum admin_offset_spec spec,
                       struct admin_partition_offset *partitions, size_t count, int64_t deadline_ms,
                       struct tern_error *err)
{
    for (size_t at = 0; at < count; at += OFFSETS_PER_CALL) {
        size_t some = count - at < OFFSETS_PER_CALL ? count - at : OFFSETS_PER_CALL;

        if (list_offsets(a, spec, partitions + at, some, deadline_ms, err) < 0)
            return -1;
    }
    return 0;
}
