/* SPDX-License-Identifier: Apache-2.0 */
/* admin_groups - consumer groups: listing, reading and writing their offsets. */
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/vec.h"
#include "lib/kafka/admin_offsets_batch.h"
#include "lib/kafka/admin_priv.h"
#include "lib/kafka/client_conf.h"

LOG_DOMAIN("org.apache.kafka.clients.admin");

/* ---- listing ---- */

int admin_list_groups(struct admin *a, int64_t deadline_ms, struct admin_groups *ret_groups,
                      struct tern_error *err)
{
    struct admin_listing listing;

    if (admin_list_every_broker(a, deadline_ms, &listing, err) < 0)
        return -1;
    *ret_groups = (struct admin_groups){xcalloc(listing.count, sizeof(char *)), listing.count,
                                        !listing.is_complete};
    for (size_t i = 0; i < listing.count; i++)
        ret_groups->names[i] = TAKE(listing.at[i].name);
    admin_listing_fini(&listing);
    return 0;
}

void admin_groups_fini(struct admin_groups *groups)
{
    for (size_t i = 0; i < groups->count; i++)
        free(groups->names[i]);
    free(groups->names);
    *groups = (struct admin_groups){0};
}

/* ---- reading offsets ---- */

enum {
    OFFSET_CALLS_MAX = 64, /* librdkafka asks for one group in a request: this many at once */
};

static const char reading_offsets[] = "reading group offsets";

/* The opaque of a call is where its answer belongs. */
static void read_offsets(const rd_kafka_topic_partition_list_t *list,
                         struct admin_group_offsets *ret_offsets)
{
    ret_offsets->offsets = xcalloc((size_t)list->cnt, sizeof(*ret_offsets->offsets));
    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *p = &list->elems[i];

        if (p->err && !ret_offsets->outcome.kafka_error)
            ret_offsets->outcome = admin_outcome_of(p->err, NULL);
        if (p->err || p->offset < 0)
            continue;
        ret_offsets->offsets[ret_offsets->count++] = (struct admin_group_offset){
            .topic = xstrdup(p->topic),
            .partition = p->partition,
            .offset = p->offset,
            .metadata = p->metadata ? xstrndup(p->metadata, p->metadata_size) : xstrdup(""),
        };
    }
}

static void ask_for_offsets(rd_kafka_t *rk, struct admin_call *call,
                            struct admin_group_offsets *slot)
{
    rd_kafka_ListConsumerGroupOffsets_t *ask =
        rd_kafka_ListConsumerGroupOffsets_new(slot->group, NULL);

    rd_kafka_AdminOptions_set_opaque(call->options, slot);
    rd_kafka_ListConsumerGroupOffsets(rk, &ask, 1, call->options, call->queue);
    rd_kafka_ListConsumerGroupOffsets_destroy(ask);
}

static void take_offsets(rd_kafka_event_t *event)
{
    struct admin_group_offsets *slot = rd_kafka_event_opaque(event);
    const rd_kafka_group_result_t **results;
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    const rd_kafka_error_t *error;
    size_t count;

    if (code) {
        slot->outcome = admin_outcome_of(code, rd_kafka_event_error_string(event));
        return;
    }
    results = rd_kafka_ListConsumerGroupOffsets_result_groups(
        rd_kafka_event_ListConsumerGroupOffsets_result(event), &count);
    if (!count)
        return;
    error = rd_kafka_group_result_error(results[0]);
    if (error)
        slot->outcome = admin_outcome_of(rd_kafka_error_code(error), rd_kafka_error_string(error));
    else
        read_offsets(rd_kafka_group_result_partitions(results[0]), slot);
}

bool admin_is_timeout(int kafka_error)
{
    return kafka_error != 0 && kafka_error_code((rd_kafka_resp_err_t)kafka_error) == TERN_ETIMEOUT;
}

/* Whether nothing could be asked: then the call failed as a whole. */
static bool is_unreachable(const struct admin_group_offsets *offsets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!admin_is_timeout(offsets[i].outcome.kafka_error))
            return false;
    }
    return count > 0;
}

/* Asks for the groups that are not done, one in a request, many under way at once. */
static int ask_one_by_one(struct admin *a, struct admin_group_offsets *offsets, size_t count,
                          const bool *done, int64_t deadline_ms, struct tern_error *err)
{
    rd_kafka_t *rk = admin_groups_handle(a, count ? offsets[0].group : "");
    CLEANUP(admin_call_fini)
    struct admin_call call =
        admin_call_new(rk, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, deadline_ms);
    size_t next = 0, under_way = 0;

    for (;;) {
        rd_kafka_event_t *event;

        for (; next < count && under_way < OFFSET_CALLS_MAX; next++) {
            if (done[next])
                continue;
            ask_for_offsets(rk, &call, &offsets[next]);
            under_way++;
        }
        if (under_way == 0)
            return 0;
        event = admin_poll(a, call.queue, clock_deadline_ms(admin_timeout_ms(deadline_ms) + 1000));
        if (!event)
            return admin_fail(a, reading_offsets, RD_KAFKA_RESP_ERR__TIMED_OUT, NULL,
                              call.timeout_ms, err);
        take_offsets(event);
        rd_kafka_event_destroy(event);
        under_way--;
    }
}

static int read_all(struct admin *a, struct admin_group_offsets *offsets, size_t count,
                    int64_t deadline_ms, struct tern_error *err)
{
    CLEANUP(freep) bool *done = xcalloc(count, sizeof(*done));
    int timeout_ms = admin_timeout_ms(deadline_ms);
    struct tern_error why;

    if (count >= ADMIN_BATCH_LEAST &&
        admin_offsets_batch(a, offsets, count, deadline_ms, done, &why) < 0)
        log_debug("Reading group offsets one by one: %s", why.msg);
    if (ask_one_by_one(a, offsets, count, done, deadline_ms, err) < 0)
        return -1;
    if (is_unreachable(offsets, count)) {
        return admin_fail(a, reading_offsets, RD_KAFKA_RESP_ERR__TIMED_OUT,
                          offsets[0].outcome.message, timeout_ms, err);
    }
    return 0;
}

int admin_group_offsets(struct admin *a, const char *const *groups, size_t count,
                        int64_t deadline_ms, struct admin_group_offsets **ret_offsets,
                        struct tern_error *err)
{
    struct admin_group_offsets *offsets = xcalloc(count, sizeof(*offsets));

    for (size_t i = 0; i < count; i++)
        offsets[i].group = xstrdup(groups[i]);
    if (read_all(a, offsets, count, deadline_ms, err) < 0) {
        admin_group_offsets_free(offsets, count);
        return -1;
    }
    *ret_offsets = offsets;
    return 0;
}

void admin_group_offsets_free(struct admin_group_offsets *offsets, size_t count)
{
    for (size_t i = 0; offsets && i < count; i++) {
        for (size_t k = 0; k < offsets[i].count; k++) {
            free(offsets[i].offsets[k].topic);
            free(offsets[i].offsets[k].metadata);
        }
        free(offsets[i].offsets);
        free(offsets[i].group);
        free(offsets[i].outcome.message);
    }
    free(offsets);
}

/* ---- writing offsets ---- */

static rd_kafka_AlterConsumerGroupOffsets_t *
make_alter(const char *group, const struct admin_group_offset *offsets, size_t count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    rd_kafka_AlterConsumerGroupOffsets_t *alter;

    for (size_t i = 0; i < count; i++) {
        rd_kafka_topic_partition_t *p =
            rd_kafka_topic_partition_list_add(list, offsets[i].topic, offsets[i].partition);
        size_t len = offsets[i].metadata ? strlen(offsets[i].metadata) : 0;

        p->offset = offsets[i].offset;
        if (len) { /* the list frees it with libc's free() */
            p->metadata = xmemdup(offsets[i].metadata, len);
            p->metadata_size = len;
        }
    }
    alter = rd_kafka_AlterConsumerGroupOffsets_new(group, list);
    rd_kafka_topic_partition_list_destroy(list);
    return alter;
}

/* The group's error, or that of the first partition that has one. */
static struct admin_outcome alter_outcome(const rd_kafka_group_result_t *result)
{
    const rd_kafka_error_t *error = rd_kafka_group_result_error(result);
    const rd_kafka_topic_partition_list_t *list = rd_kafka_group_result_partitions(result);

    if (error)
        return admin_outcome_of(rd_kafka_error_code(error), rd_kafka_error_string(error));
    for (int i = 0; list && i < list->cnt; i++) {
        struct admin_outcome outcome;
        char *text;

        if (!list->elems[i].err)
            continue;
        text = xasprintf("'%s-%d': %s", list->elems[i].topic, (int)list->elems[i].partition,
                         rd_kafka_err2str(list->elems[i].err));
        outcome = admin_outcome_of(list->elems[i].err, text);
        free(text);
        return outcome;
    }
    return (struct admin_outcome){0};
}

static void commit_offsets(rd_kafka_t *rk, struct admin_call *call,
                           struct admin_group_commit *commit)
{
    rd_kafka_AlterConsumerGroupOffsets_t *alter =
        make_alter(commit->group, commit->offsets, commit->count);

    rd_kafka_AdminOptions_set_opaque(call->options, commit);
    rd_kafka_AlterConsumerGroupOffsets(rk, &alter, 1, call->options, call->queue);
    rd_kafka_AlterConsumerGroupOffsets_destroy(alter);
}

static void take_commit(rd_kafka_event_t *event)
{
    struct admin_group_commit *commit = rd_kafka_event_opaque(event);
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    const rd_kafka_group_result_t **results;
    size_t answers;

    if (code) {
        commit->outcome = admin_outcome_of(code, rd_kafka_event_error_string(event));
        return;
    }
    results = rd_kafka_AlterConsumerGroupOffsets_result_groups(
        rd_kafka_event_AlterConsumerGroupOffsets_result(event), &answers);
    if (answers)
        commit->outcome = alter_outcome(results[0]);
}

static bool no_commit_arrived(const struct admin_group_commit *commits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!admin_is_timeout(commits[i].outcome.kafka_error))
            return false;
    }
    return count > 0;
}

static void forget_outcomes(struct admin_group_commit *commits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(commits[i].outcome.message);
        commits[i].outcome = (struct admin_outcome){0};
    }
}

int admin_alter_groups_offsets(struct admin *a, struct admin_group_commit *commits, size_t count,
                               int64_t deadline_ms, struct tern_error *err)
{
    static const char what[] = "writing group offsets";
    rd_kafka_t *rk = admin_groups_handle(a, count ? commits[0].group : "");
    CLEANUP(admin_call_fini)
    struct admin_call call =
        admin_call_new(rk, RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, deadline_ms);
    size_t asked = 0, answered = 0;
    int rc = 0;

    for (size_t i = 0; i < count; i++)
        commits[i].outcome = (struct admin_outcome){0};
    while (answered < count) {
        rd_kafka_event_t *event;

        while (asked < count && asked - answered < OFFSET_CALLS_MAX)
            commit_offsets(rk, &call, &commits[asked++]);
        event = admin_poll(a, call.queue, clock_deadline_ms(admin_timeout_ms(deadline_ms) + 1000));
        if (!event) {
            rc = admin_fail(a, what, RD_KAFKA_RESP_ERR__TIMED_OUT, NULL, call.timeout_ms, err);
            break;
        }
        take_commit(event);
        rd_kafka_event_destroy(event);
        answered++;
    }
    if (rc == 0 && no_commit_arrived(commits, count))
        rc = admin_fail(a, what, RD_KAFKA_RESP_ERR__TIMED_OUT, commits[0].outcome.message,
                        call.timeout_ms, err);
    if (rc < 0)
        forget_outcomes(commits, count);
    return rc;
}

int admin_alter_group_offsets(struct admin *a, const char *group,
                              const struct admin_group_offset *offsets, size_t count,
                              int64_t deadline_ms, struct admin_outcome *ret_outcome,
                              struct tern_error *err)
{
    struct admin_group_commit commit = {.group = group, .offsets = offsets, .count = count};

    if (count > 0 && admin_alter_groups_offsets(a, &commit, 1, deadline_ms, err) < 0)
        return -1;
    *ret_outcome = commit.outcome;
    return 0;
}
