/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/mirror_own.h"

#include <stddef.h>
#include <string.h>

#include "lib/conf/config_def.h"

enum {
    WATCH_MIN_MS = 100,
    STALL_MIN_MS = 1000,
};

/* As configured. */
struct texts {
    const char *loss, *stuck, *loop, *refused;
    int64_t watch_interval_ms, stall_ms, metrics_log_ms;
    bool keep_topic_ids;
};

static const char *const continue_or_fail[] = {"continue", "fail", NULL};
static const char *const loop_policies[] = {"filter", "fail", "off", NULL};
static const char *const refusals[] = {"hold", "fail", "skip", NULL};

static const struct tern_validator one_of_two = {.kind = TERN_VALID_ONE_OF,
                                                 .strings = continue_or_fail};
static const struct tern_validator one_of_loops = {.kind = TERN_VALID_ONE_OF,
                                                   .strings = loop_policies};
static const struct tern_validator one_of_refusals = {.kind = TERN_VALID_ONE_OF,
                                                      .strings = refusals};
static const struct tern_validator not_negative = {
    .kind = TERN_VALID_RANGE, .min = 0, .max = INT64_MAX};

#define AT(field) offsetof(struct texts, field)

static const struct tern_config_key own_keys[] = {
    {"tern.loss.policy", TERN_STRING, "continue", TERN_MEDIUM, AT(loss),
     .doc = "What a task does when records of the source are gone unread, or its log was cut off: "
            "log and count them and go on, or fail.",
     .validator = &one_of_two},
    {"tern.watch.interval.ms", TERN_LONG, "5000", TERN_LOW, AT(watch_interval_ms),
     .doc = "How often a task compares its position with the log of the source. 0: never.",
     .validator = &not_negative},
    {"tern.watch.stall.ms", TERN_LONG, "30000", TERN_LOW, AT(stall_ms),
     .doc = "After how long a partition that has records, and of which none is read, is stuck.",
     .validator = &not_negative},
    {"tern.watch.stuck.policy", TERN_STRING, "fail", TERN_LOW, AT(stuck),
     .doc = "What becomes of a task with a partition that stays stuck when reading it anew did "
            "not help, or whose remote topic cannot be created.",
     .validator = &one_of_two},
    {"tern.topic.ids.enabled", TERN_BOOL, "true", TERN_LOW, AT(keep_topic_ids),
     .doc = "Whether the ids of source topics are kept in mm2-topic-ids.<source>.internal on the "
            "target, to see that a topic was created again while no task ran."},
    {"tern.loop.policy", TERN_STRING, "filter", TERN_LOW, AT(loop),
     .doc = "What becomes of records and topics that go round in a circle: filter leaves them out, "
            "fail makes the task FAILED, off is Java's way.",
     .validator = &one_of_loops},
    {"tern.record.refused.policy", TERN_STRING, "hold", TERN_MEDIUM, AT(refused),
     .doc = "What becomes of a record that the target refuses for good, such as one that is too "
            "large: its partition waits, the task fails, or the record is left out.",
     .validator = &one_of_refusals},
    {"tern.metrics.log.interval.ms", TERN_LONG, "60000", TERN_LOW, AT(metrics_log_ms),
     .doc = "How often a task logs what it has mirrored. 0: never.", .validator = &not_negative},
    TERN_END,
};

#undef AT

const struct tern_config_key *const mirror_own_tables[] = {own_keys, NULL};

int mirror_own_bind(const struct tern_config *config, struct mirror_own *ret_own,
                    struct tern_error *err)
{
    CLEANUP(config_memory_freep) struct config_memory *memory = NULL;
    struct texts t = {0};

    if (config_bind(mirror_own_tables, config, &t, &memory, err) < 0)
        return -1;
    *ret_own = (struct mirror_own){
        .loops = strcmp(t.loop, "filter") == 0 ? MIRROR_LOOPS_FILTER
                 : strcmp(t.loop, "fail") == 0 ? MIRROR_LOOPS_FAIL
                                               : MIRROR_LOOPS_OFF,
        .fail_on_loss = strcmp(t.loss, "fail") == 0,
        .watch_interval_ms = t.watch_interval_ms && t.watch_interval_ms < WATCH_MIN_MS
                                 ? WATCH_MIN_MS
                                 : t.watch_interval_ms,
        .stall_ms = t.stall_ms < STALL_MIN_MS ? STALL_MIN_MS : t.stall_ms,
        .fail_when_stuck = strcmp(t.stuck, "fail") == 0,
        .keep_topic_ids = t.keep_topic_ids,
        .refusal = strcmp(t.refused, "hold") == 0   ? MIRROR_REFUSED_HOLD
                   : strcmp(t.refused, "fail") == 0 ? MIRROR_REFUSED_FAIL
                                                    : MIRROR_REFUSED_SKIP,
        .metrics_log_ms = t.metrics_log_ms,
    };
    return 0;
}
