/* SPDX-License-Identifier: Apache-2.0 */
/* admin_listing - the consumer groups of every broker, by librdkafka or, when it waits for a broker
 * that is gone, by asking those that are there. */
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/vec.h"
#include "lib/kafka/admin_priv.h"
#include "lib/wire/msg_list_groups.h"
#include "lib/wire/msg_metadata.h"

LOG_DOMAIN("org.apache.kafka.clients.admin");

enum {
    LIBRARY_MS = 5000,    /* for librdkafka's way */
    ASIDE_MS = 60 * 1000, /* how long it is left aside once that was not enough */
    PATIENCE_MS = 15000,  /* for a broker that is gone to be left out by the cluster */
    STEP_MS = 2000,       /* one broker, one attempt */
    PAUSE_MS = 500,       /* between two rounds */
};

static const char what[] = "listing consumer groups";

/* ---- the outcome ---- */

struct found {
    VEC(struct admin_listed) groups;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct admin_listed *)a)->name, ((const struct admin_listed *)b)->name);
}

static void groups_free(struct admin_listed *groups, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(groups[i].name);
    free(groups);
}

static void found_clear(struct found *f)
{
    groups_free(f->groups.at, f->groups.count);
    *f = (struct found){0};
}

/* A group that moves while brokers are asked may be listed by two: the last one counts. */
static void finish(struct found *f, bool is_complete, struct admin_listing *ret_listing)
{
    size_t kept = 0;

    if (f->groups.count)
        qsort(f->groups.at, f->groups.count, sizeof(*f->groups.at), by_name);
    for (size_t i = 0; i < f->groups.count; i++) {
        if (kept && strcmp(f->groups.at[kept - 1].name, f->groups.at[i].name) == 0)
            free(f->groups.at[--kept].name);
        f->groups.at[kept++] = f->groups.at[i];
    }
    *ret_listing = (struct admin_listing){f->groups.at, kept, is_complete};
    *f = (struct found){0};
}

void admin_listing_fini(struct admin_listing *listing)
{
    groups_free(listing->at, listing->count);
    *listing = (struct admin_listing){0};
}

const struct admin_listed *admin_listing_find(const struct admin_listing *listing, const char *name)
{
    struct admin_listed key = {.name = (char *)name};

    return listing->count
               ? bsearch(&key, listing->at, listing->count, sizeof(*listing->at), by_name)
               : NULL;
}

/* ---- by librdkafka ---- */

/* While all brokers are gone librdkafka's listing uses up a whole core: so not then. */
static int see_a_broker(struct admin *a, int64_t deadline_ms, struct tern_error *err)
{
    int timeout_ms = admin_timeout_ms(deadline_ms);
    const rd_kafka_metadata_t *metadata;
    rd_kafka_resp_err_t code = admin_ask_metadata(a, false, NULL, deadline_ms, &metadata);

    if (code)
        return admin_fail(a, what, code, NULL, timeout_ms, err);
    rd_kafka_metadata_destroy(metadata);
    return 0;
}

/* False unless all brokers that librdkafka knows have answered. */
static bool list_by_library(struct admin *a, int64_t deadline_ms, struct found *f)
{
    CLEANUP(admin_call_fini)
    struct admin_call call =
        admin_call_new(a->rk, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, deadline_ms);
    CLEANUP(admin_event_destroyp) rd_kafka_event_t *event = NULL;
    const rd_kafka_ListConsumerGroups_result_t *result;
    const rd_kafka_ConsumerGroupListing_t **groups;
    const rd_kafka_error_t **errors;
    size_t count, failed;
    struct tern_error err;

    rd_kafka_ListConsumerGroups(a->rk, call.options, call.queue);
    if (admin_call_wait(a, &call, what, &event, &err) < 0) {
        log_debug("%s", err.msg);
        return false;
    }
    result = rd_kafka_event_ListConsumerGroups_result(event);
    errors = rd_kafka_ListConsumerGroups_result_errors(result, &failed);
    for (size_t i = 0; i < failed; i++)
        log_debug("Listing consumer groups: %s", rd_kafka_error_string(errors[i]));
    if (failed)
        return false;
    groups = rd_kafka_ListConsumerGroups_result_valid(result, &count);
    for (size_t i = 0; i < count; i++) {
        vec_push(&f->groups,
                 (struct admin_listed){
                     xstrdup(rd_kafka_ConsumerGroupListing_group_id(groups[i])),
                     admin_group_state_of(rd_kafka_ConsumerGroupListing_state(groups[i]))});
    }
    return true;
}

/* ---- broker by broker ---- */

static enum admin_group_state state_named(struct slice name)
{
    static const struct {
        const char *name;
        enum admin_group_state state;
    } states[] = {
        {"PreparingRebalance", ADMIN_GROUP_PREPARING},
        {"CompletingRebalance", ADMIN_GROUP_COMPLETING},
        {"Stable", ADMIN_GROUP_STABLE},
        {"Dead", ADMIN_GROUP_DEAD},
        {"Empty", ADMIN_GROUP_EMPTY},
    };

    for (size_t i = 0; i < COUNT_OF(states); i++) {
        if (slice_equal(slice_str(states[i].name), name))
            return states[i].state;
    }
    return ADMIN_GROUP_UNKNOWN;
}

static void encode_listing(void *arg, struct wire_writer *w, int16_t version)
{
    (void)arg;
    msg_list_groups_encode(w, version);
}

static bool is_of_consumers(const struct msg_listed_group *g)
{
    return g->protocol_type.len == 0 || slice_equal(g->protocol_type, slice_str("consumer"));
}

static void take_listing(const struct msg_list_groups_response *m, struct found *f)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct msg_listed_group *g = &m->groups[i];

        if (is_of_consumers(g)) {
            vec_push(&f->groups,
                     (struct admin_listed){xstrndup((const char *)g->group.at, g->group.len),
                                           state_named(g->state)});
        }
    }
}

static int ask_broker(struct admin *a, const struct msg_metadata_broker *broker,
                      int64_t deadline_ms, struct found *f, struct tern_error *err)
{
    CLEANUP(wire_answer_fini) struct wire_answer answer = WIRE_ANSWER_INIT;
    struct msg_list_groups_response m = {0};
    char address[ADMIN_ADDRESS_BYTES];
    struct wire_client *client;
    int rc;

    admin_broker_address(broker->host, broker->port, address);
    if (admin_open_wire(a, address, &client, err) < 0)
        return -1;
    rc = wire_call(client, WIRE_TO_ANY, WIRE_LIST_GROUPS, encode_listing, NULL, deadline_ms,
                   &answer, err);
    wire_client_free(client);
    if (rc < 0 || msg_list_groups_decode(buf_slice(&answer.body), answer.version, &m, err) < 0)
        return tern_context(err, "broker %d", (int)broker->node_id);
    if (m.error) { /* it may still be loading what it coordinates */
        rc = tern_fail(err, TERN_ERETRIABLE, "broker %d: %s", (int)broker->node_id,
                       rd_kafka_err2str(m.error));
    } else {
        take_listing(&m, f);
    }
    msg_list_groups_fini(&m);
    return rc;
}

static void encode_metadata(void *arg, struct wire_writer *w, int16_t version)
{
    const struct msg_metadata_request request = {0};

    (void)arg;
    msg_metadata_encode(w, version, &request);
}

/* One round. *ret_missing: how many brokers have not answered, the first of them for *err. */
static int ask_brokers(struct admin *a, int64_t deadline_ms, struct found *f, size_t *ret_answered,
                       size_t *ret_missing, struct tern_error *err)
{
    CLEANUP(wire_answer_fini) struct wire_answer answer = WIRE_ANSWER_INIT;
    struct msg_metadata_response m;
    struct wire_client *client;
    int rc;

    if (admin_open_wire(a, NULL, &client, err) < 0)
        return -1;
    rc = wire_call(client, WIRE_TO_ANY, WIRE_METADATA, encode_metadata, NULL, deadline_ms, &answer,
                   err);
    wire_client_free(client);
    if (rc < 0 || msg_metadata_decode(buf_slice(&answer.body), answer.version, &m, err) < 0)
        return -1;
    *ret_answered = *ret_missing = 0;
    for (size_t i = 0; i < m.broker_count; i++) {
        struct tern_error why;
        int64_t left_ms = clock_left_ms(deadline_ms, STEP_MS);

        if (admin_cancelled(a))
            break;
        if (ask_broker(a, &m.brokers[i], clock_deadline_ms(left_ms), f, &why) == 0)
            ++*ret_answered;
        else if (++*ret_missing == 1)
            *err = why;
    }
    msg_metadata_fini(&m);
    return 0;
}

static int list_by_wire(struct admin *a, int64_t deadline_ms, struct found *f, bool *ret_complete,
                        struct tern_error *err)
{
    int64_t patience_ms = clock_deadline_ms(clock_left_ms(deadline_ms, PATIENCE_MS));
    int timeout_ms = admin_timeout_ms(deadline_ms);
    struct tern_error why = {.msg = "no broker was told"};
    size_t answered, missing;

    for (;;) {
        bool failed;

        found_clear(f);
        answered = missing = 0;
        failed = ask_brokers(a, deadline_ms, f, &answered, &missing, &why) < 0;
        if ((!failed && missing == 0) || clock_mono_ms() >= patience_ms ||
            !admin_pause(a, PAUSE_MS))
            break;
    }
    *ret_complete = answered > 0 && missing == 0;
    if (answered > 0 && !admin_cancelled(a)) {
        if (missing)
            log_debug("%s: %zu brokers have not answered, first %s", what, missing, why.msg);
        return 0;
    }
    return admin_fail(a, what, RD_KAFKA_RESP_ERR__TIMED_OUT, why.msg, timeout_ms, err);
}

int admin_list_every_broker(struct admin *a, int64_t deadline_ms, struct admin_listing *ret_listing,
                            struct tern_error *err)
{
    struct found f = {0};
    bool is_complete = false;

    if (see_a_broker(a, deadline_ms, err) < 0)
        return -1;
    if (clock_mono_ms() >= atomic_load(&a->unlistable_until_ms)) {
        int64_t left_ms = clock_left_ms(deadline_ms, LIBRARY_MS);

        is_complete = list_by_library(a, clock_deadline_ms(left_ms), &f);
        if (!is_complete)
            atomic_store(&a->unlistable_until_ms, clock_deadline_ms(ASIDE_MS));
    }
    if (!is_complete && list_by_wire(a, deadline_ms, &f, &is_complete, err) < 0) {
        found_clear(&f);
        return -1;
    }
    finish(&f, is_complete, ret_listing);
    return 0;
}
