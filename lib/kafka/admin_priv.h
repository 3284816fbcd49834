/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* admin_priv - what the files of admin share: one call of librdkafka's admin API, start to end. */
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "lib/base/strmap.h"
#include "lib/kafka/admin.h"
#include "lib/wire/wire_call.h"

struct admin {
    rd_kafka_t *rk;
    char *bootstrap;        /* for error messages */
    struct strmap settings; /* Java's, for a second handle; immutable */

    atomic_bool cancelled;
    _Atomic int64_t unlistable_until_ms; /* of admin_list_every_broker() */

    pthread_mutex_t lock;
    rd_kafka_t *groups; /* lock; NULL until offsets of groups are first asked for */
};

/*
 * The handle for calls about offsets of groups; group is one of those asked about. librdkafka
 * (2.0 to 2.16 at least) follows a NULL pointer when a coordinator moves while a handle without
 * a group.id has such a call under way, so this one has a group.id; it never joins.
 */
rd_kafka_t *admin_groups_handle(struct admin *a, const char *group);

/* One admin operation under way: options, and the queue that its results come to. */
struct admin_call {
    rd_kafka_AdminOptions_t *options;
    rd_kafka_queue_t *queue;
    int64_t deadline_ms;
    int timeout_ms; /* as given, for error messages */
};

struct admin_call admin_call_new(rd_kafka_t *rk, rd_kafka_admin_op_t op, int64_t deadline_ms);
void admin_call_fini(struct admin_call *call);

/*
 * Waits for one result; the caller destroys *ret_event. Errors: the whole operation failed, or
 * nothing came before the deadline.
 */
int admin_call_wait(struct admin *a, struct admin_call *call, const char *what,
                    rd_kafka_event_t **ret_event, struct tern_error *err) MUST_CHECK;

/*
 * Fails with the words for an error of librdkafka that concerns a whole call, which had
 * timeout_ms. text may be NULL. A cancelled admin's fails with TERN_ERETRIABLE.
 */
int admin_fail(struct admin *a, const char *what, rd_kafka_resp_err_t code, const char *text,
               int timeout_ms, struct tern_error *err);
/* Milliseconds left, as librdkafka takes them: at least 1. */
int admin_timeout_ms(int64_t deadline_ms);
/* Waits before an attempt is repeated; false when the admin was cancelled. Thread: caller's. */
bool admin_pause(struct admin *a, int64_t ms);
static inline bool admin_cancelled(struct admin *a)
{
    return atomic_load(&a->cancelled);
}

/* Groups from which on a way for many is worth it. */
enum {
    ADMIN_BATCH_LEAST = 8
};
/* Whether an error says that nobody was reached. */
bool admin_is_timeout(int kafka_error);

/* ---- brokers asked one by one, without librdkafka ---- */

enum {
    ADMIN_ADDRESS_BYTES = 300,
    ADMIN_HOST_MAX = 255,
};
/* "host:port"; of a host with more than ADMIN_HOST_MAX bytes, a part. */
void admin_broker_address(struct slice host, int32_t port, char address[ADMIN_ADDRESS_BYTES]);
/* A client with the admin's settings for the broker at address; NULL: for any. */
int admin_open_wire(struct admin *a, const char *address, struct wire_client **ret_client,
                    struct tern_error *err) MUST_CHECK;

/* A consumer group as the broker that coordinates it lists it. */
struct admin_listed {
    char *name;
    enum admin_group_state state; /* UNKNOWN where the broker tells none, or one that is new */
};
struct admin_listing {
    struct admin_listed *at; /* by name */
    size_t count;
    bool is_complete; /* every broker that the cluster has now has answered */
};
/*
 * The groups of all brokers that the cluster has now. librdkafka asks those too that it has ever
 * known: one that is gone would cost the whole deadline each time, so after that has happened it
 * is left aside for a minute. Errors: TERN_ETIMEOUT: no broker has answered.
 */
int admin_list_every_broker(struct admin *a, int64_t deadline_ms, struct admin_listing *ret_listing,
                            struct tern_error *err) MUST_CHECK;
void admin_listing_fini(struct admin_listing *listing);
enum admin_group_state admin_group_state_of(rd_kafka_consumer_group_state_t state);
const struct admin_listed *admin_listing_find(const struct admin_listing *listing,
                                              const char *name);

/* A blocking call of librdkafka, made in steps. */
struct admin_steps {
    struct admin *a;
    int64_t deadline_ms;
    int next_ms;
    int64_t begun_ms; /* the step under way */
};
#define ADMIN_STEPS(a_, deadline_ms_) \
    {                                 \
        (a_), (deadline_ms_), 0, 0    \
    }
/* How long the step that begins now may block. */
int admin_step_ms(struct admin_steps *steps);
/* Whether the call is to be made again after code: the cluster was not reached in this step. */
bool admin_step_again(struct admin_steps *steps, rd_kafka_resp_err_t code);

/* The next event of a queue, NULL when the deadline has passed or the admin was cancelled. */
rd_kafka_event_t *admin_poll(struct admin *a, rd_kafka_queue_t *queue, int64_t deadline_ms);

/* The metadata of one topic, without creating it, or of all (NULL); to be destroyed. */
rd_kafka_resp_err_t admin_metadata(struct admin *a, const char *topic, int64_t deadline_ms,
                                   const rd_kafka_metadata_t **ret_metadata);
/* Metadata with librdkafka's own arguments. */
rd_kafka_resp_err_t admin_ask_metadata(struct admin *a, bool all, rd_kafka_topic_t *only,
                                       int64_t deadline_ms,
                                       const rd_kafka_metadata_t **ret_metadata);
/* The outcome for an error code and its text, which may be NULL. */
struct admin_outcome admin_outcome_of(rd_kafka_resp_err_t code, const char *text);

static inline void admin_event_destroyp(rd_kafka_event_t **event)
{
    if (*event)
        rd_kafka_event_destroy(*event);
}
