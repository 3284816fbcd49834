/* SPDX-License-Identifier: Apache-2.0 */
/* admin_describe_groups - the states of consumer groups. */
#include "lib/base/log.h"
#include "lib/base/vec.h"
#include "lib/kafka/admin_priv.h"

LOG_DOMAIN("org.apache.kafka.clients.admin");

static enum admin_group_state state_of(rd_kafka_consumer_group_state_t state)
{
    switch (state) {
    case RD_KAFKA_CONSUMER_GROUP_STATE_PREPARING_REBALANCE:
        return ADMIN_GROUP_PREPARING;
    case RD_KAFKA_CONSUMER_GROUP_STATE_COMPLETING_REBALANCE:
        return ADMIN_GROUP_COMPLETING;
    case RD_KAFKA_CONSUMER_GROUP_STATE_STABLE:
        return ADMIN_GROUP_STABLE;
    case RD_KAFKA_CONSUMER_GROUP_STATE_DEAD:
        return ADMIN_GROUP_DEAD;
    case RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY:
        return ADMIN_GROUP_EMPTY;
    default:
        return ADMIN_GROUP_UNKNOWN;
    }
}

static void describe(struct admin_group_description *slot,
                     const rd_kafka_ConsumerGroupDescription_t **found, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const rd_kafka_error_t *error;

        if (strcmp(rd_kafka_ConsumerGroupDescription_group_id(found[i]), slot->group) != 0)
            continue;
        error = rd_kafka_ConsumerGroupDescription_error(found[i]);
        if (error)
            slot->outcome =
                admin_outcome_of(rd_kafka_error_code(error), rd_kafka_error_string(error));
        slot->state = state_of(rd_kafka_ConsumerGroupDescription_state(found[i]));
        return;
    }
    slot->outcome = admin_outcome_of(RD_KAFKA_RESP_ERR__FAIL, "the broker did not answer");
}

static const rd_kafka_ConsumerGroupListing_t *
listing_of(const rd_kafka_ConsumerGroupListing_t **groups, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rd_kafka_ConsumerGroupListing_group_id(groups[i]), name) == 0)
            return groups[i];
    }
    return NULL;
}

static int by_group(const void *a, const void *b)
{
    const rd_kafka_ConsumerGroupListing_t *const *x = a, *const *y = b;

    return strcmp(rd_kafka_ConsumerGroupListing_group_id(*x),
                  rd_kafka_ConsumerGroupListing_group_id(*y));
}

/* A copy of a listing in order of name, to be freed. */
static const rd_kafka_ConsumerGroupListing_t **
sorted_listing(const rd_kafka_ConsumerGroupListing_t **groups, size_t count)
{
    const rd_kafka_ConsumerGroupListing_t **copy = xmemdup(groups, count * sizeof(void *));

    if (count)
        qsort(copy, count, sizeof(void *), by_group);
    return copy;
}

static const rd_kafka_ConsumerGroupListing_t *
find_listed(const rd_kafka_ConsumerGroupListing_t **sorted, size_t count, const char *name)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(rd_kafka_ConsumerGroupListing_group_id(sorted[middle]), name);

        if (order == 0)
            return sorted[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Whether the broker tells states, as those from 2.6 on do. One that we do not know is no member's
 * absence, so it counts as one. */
static bool tells_states(const rd_kafka_ConsumerGroupListing_t **groups, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rd_kafka_ConsumerGroupListing_state(groups[i]) != RD_KAFKA_CONSUMER_GROUP_STATE_UNKNOWN)
            return true;
    }
    return count == 0;
}

/*
 * DescribeGroups knows classic groups only: one of the new protocol (KIP-848) is said to be
 * dead. The listing knows the state of both.
 */
static void revive_new_groups(struct admin *a, struct admin_group_description *groups, size_t count,
                              int64_t deadline_ms)
{
    CLEANUP(admin_call_fini)
    struct admin_call call =
        admin_call_new(a->rk, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, deadline_ms);
    CLEANUP(admin_event_destroyp) rd_kafka_event_t *event = NULL;
    const rd_kafka_ConsumerGroupListing_t **listed;
    struct tern_error err;
    size_t listed_count;

    rd_kafka_ListConsumerGroups(a->rk, call.options, call.queue);
    if (admin_call_wait(a, &call, "listing consumer groups", &event, &err) < 0) {
        log_debug("%s: groups that seem dead may live", err.msg);
        return;
    }
    listed = rd_kafka_ListConsumerGroups_result_valid(
        rd_kafka_event_ListConsumerGroups_result(event), &listed_count);
    for (size_t i = 0; i < count; i++) {
        const rd_kafka_ConsumerGroupListing_t *found;

        if (groups[i].state != ADMIN_GROUP_DEAD)
            continue;
        found = listing_of(listed, listed_count, groups[i].group);
        if (found)
            groups[i].state = state_of(rd_kafka_ConsumerGroupListing_state(found));
    }
}

/* Whether no group's coordinator was reached: then the call failed as a whole. */
static bool is_unreached(const struct admin_group_description *groups, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!admin_is_timeout(groups[i].outcome.kafka_error))
            return false;
    }
    return true;
}

static bool has_dead(const struct admin_group_description *groups, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (groups[i].state == ADMIN_GROUP_DEAD && !groups[i].outcome.kafka_error)
            return true;
    }
    return false;
}

/*
 * The states of many groups, as the brokers list them: one request to each broker, where describing
 * takes one for each group. False when a broker did not answer, or does not tell states.
 */
static bool describe_by_listing(struct admin *a, struct admin_group_description *groups,
                                size_t count, int64_t deadline_ms)
{
    CLEANUP(admin_call_fini)
    struct admin_call call =
        admin_call_new(a->rk, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, deadline_ms);
    CLEANUP(admin_event_destroyp) rd_kafka_event_t *event = NULL;
    CLEANUP(freep) const rd_kafka_ConsumerGroupListing_t **sorted = NULL;
    const rd_kafka_ListConsumerGroups_result_t *result;
    const rd_kafka_ConsumerGroupListing_t **listing;
    size_t listed, failed;
    struct tern_error err;

    if (admin_see_a_broker(a, deadline_ms, &err) < 0)
        return false;
    rd_kafka_ListConsumerGroups(a->rk, call.options, call.queue);
    if (admin_call_wait(a, &call, "listing consumer groups", &event, &err) < 0)
        return false;
    result = rd_kafka_event_ListConsumerGroups_result(event);
    rd_kafka_ListConsumerGroups_result_errors(result, &failed);
    listing = rd_kafka_ListConsumerGroups_result_valid(result, &listed);
    sorted = sorted_listing(listing, listed);
    if (failed || !tells_states(sorted, listed))
        return false;
    for (size_t i = 0; i < count; i++) {
        const rd_kafka_ConsumerGroupListing_t *found = find_listed(sorted, listed, groups[i].group);

        groups[i].state =
            found ? state_of(rd_kafka_ConsumerGroupListing_state(found)) : ADMIN_GROUP_DEAD;
    }
    return true;
}

static int describe_each(struct admin *a, const char *const *groups, size_t count,
                         int64_t deadline_ms, struct admin_group_description *described,
                         struct tern_error *err)
{
    CLEANUP(admin_call_fini)
    struct admin_call call =
        admin_call_new(a->rk, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, deadline_ms);
    CLEANUP(admin_event_destroyp) rd_kafka_event_t *event = NULL;
    CLEANUP(freep) const char **names = xmemdup(groups, count * sizeof(*groups));
    const rd_kafka_ConsumerGroupDescription_t **found;
    size_t answers;

    rd_kafka_DescribeConsumerGroups(a->rk, names, count, call.options, call.queue);
    if (admin_call_wait(a, &call, "describing groups", &event, err) < 0)
        return -1;
    found = rd_kafka_DescribeConsumerGroups_result_groups(
        rd_kafka_event_DescribeConsumerGroups_result(event), &answers);
    for (size_t i = 0; i < count; i++)
        describe(&described[i], found, answers);
    if (is_unreached(described, count)) {
        return admin_fail(a, "describing groups", RD_KAFKA_RESP_ERR__TIMED_OUT,
                          described[0].outcome.message, call.timeout_ms, err);
    }
    if (has_dead(described, count))
        revive_new_groups(a, described, count, deadline_ms);
    return 0;
}

int admin_describe_groups(struct admin *a, const char *const *groups, size_t count,
                          int64_t deadline_ms, struct admin_group_description **ret_groups,
                          struct tern_error *err)
{
    struct admin_group_description *described = xcalloc(count + 1, sizeof(*described));

    for (size_t i = 0; i < count; i++)
        described[i].group = xstrdup(groups[i]);
    /* librdkafka refuses to describe none */
    if (count > 0 &&
        !(count >= ADMIN_BATCH_LEAST && describe_by_listing(a, described, count, deadline_ms)) &&
        describe_each(a, groups, count, deadline_ms, described, err) < 0) {
        admin_group_descriptions_free(described, count);
        return -1;
    }
    *ret_groups = described;
    return 0;
}

void admin_group_descriptions_free(struct admin_group_description *groups, size_t count)
{
    for (size_t i = 0; groups && i < count; i++) {
        free(groups[i].group);
        free(groups[i].outcome.message);
    }
    free(groups);
}
