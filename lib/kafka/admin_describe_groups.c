/* SPDX-License-Identifier: Apache-2.0 */
/* admin_describe_groups - the states of consumer groups. */
#include "lib/base/log.h"
#include "lib/base/vec.h"
#include "lib/kafka/admin_priv.h"

LOG_DOMAIN("org.apache.kafka.clients.admin");

enum admin_group_state admin_group_state_of(rd_kafka_consumer_group_state_t state)
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
        slot->state = admin_group_state_of(rd_kafka_ConsumerGroupDescription_state(found[i]));
        return;
    }
    slot->outcome = admin_outcome_of(RD_KAFKA_RESP_ERR__FAIL, "the broker did not answer");
}

/* Whether the broker tells states, as those from 2.6 on do. One that we do not know is no member's
 * absence, so it counts as one. */
static bool tells_states(const struct admin_listing *listing)
{
    for (size_t i = 0; i < listing->count; i++) {
        if (listing->at[i].state != ADMIN_GROUP_UNKNOWN)
            return true;
    }
    return listing->count == 0;
}

/*
 * DescribeGroups knows classic groups only: one of the new protocol (KIP-848) is said to be
 * dead. The listing knows the state of both.
 */
static void revive_new_groups(struct admin *a, struct admin_group_description *groups, size_t count,
                              int64_t deadline_ms)
{
    CLEANUP(admin_listing_fini) struct admin_listing listing = {0};
    struct tern_error err;

    if (admin_list_every_broker(a, deadline_ms, &listing, &err) < 0) {
        log_debug("%s: groups that seem dead may live", err.msg);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct admin_listed *found;

        if (groups[i].state != ADMIN_GROUP_DEAD)
            continue;
        found = admin_listing_find(&listing, groups[i].group);
        if (found)
            groups[i].state = found->state;
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
    CLEANUP(admin_listing_fini) struct admin_listing listing = {0};
    struct tern_error err;

    if (admin_list_every_broker(a, deadline_ms, &listing, &err) < 0 || !listing.is_complete ||
        !tells_states(&listing))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct admin_listed *found = admin_listing_find(&listing, groups[i].group);

        groups[i].state = found ? found->state : ADMIN_GROUP_DEAD;
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
