/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/checkpoint/group_ends.h"

#include <stdlib.h>

#include "connectors/mirror/common/mirror_partition.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/vec.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorCheckpointTask");

enum {
    LOOK_MS = 5000, /* a partition without a leader must not keep the others waiting for long */
    UNKNOWN = -1,
};

/* The ends of all partitions that offsets are about, sorted. Topics are the commits'. */
struct ends {
    struct admin_partition_offset *at;
    size_t count;
    size_t cap;
};

static int compare(const void *a, const void *b)
{
    const struct admin_partition_offset *x = a, *y = b;

    return mirror_partition_compare(&(struct mirror_partition){(char *)x->topic, x->partition},
                                    &(struct mirror_partition){(char *)y->topic, y->partition});
}

static void collect(struct ends *ends, const struct admin_group_commit *commits, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < commits[i].count; k++) {
            const struct admin_group_offset *o = &commits[i].offsets[k];

            vec_push(ends, (struct admin_partition_offset){o->topic, o->partition, UNKNOWN});
        }
    }
    if (!ends->count)
        return;
    qsort(ends->at, ends->count, sizeof(ends->at[0]), compare);
    for (size_t i = 1; i < ends->count; i++) {
        if (compare(&ends->at[kept], &ends->at[i]) != 0)
            ends->at[++kept] = ends->at[i];
    }
    ends->count = kept + 1;
}

/* One that is not there fails the call for all: then every topic is asked for by itself. */
static void look_up(struct admin *target, struct ends *ends, int64_t deadline_ms)
{
    struct tern_error err;
    size_t to;

    if (admin_list_offsets(target, ADMIN_LATEST, ends->at, ends->count, deadline_ms, &err) == 0)
        return;
    log_debug("Could not look up the ends of %zu partitions on the target: %s", ends->count,
              err.msg);
    for (size_t at = 0; err.code == TERN_ENOTFOUND && at < ends->count; at = to) {
        struct tern_error why;

        for (to = at + 1; to < ends->count && !strcmp(ends->at[to].topic, ends->at[at].topic);)
            to++;
        if (admin_list_offsets(target, ADMIN_LATEST, &ends->at[at], to - at, deadline_ms, &why) < 0)
            log_debug("Could not look up the ends of topic '%s' on the target: %s",
                      ends->at[at].topic, why.msg);
    }
}

static bool is_past_end(const struct ends *ends, const struct admin_group_offset *o)
{
    const struct admin_partition_offset key = {o->topic, o->partition, UNKNOWN};
    const struct admin_partition_offset *end =
        ends->count ? bsearch(&key, ends->at, ends->count, sizeof(ends->at[0]), compare) : NULL;

    return end && end->offset != UNKNOWN && o->offset > end->offset;
}

/* The offsets that may be committed go to the front; returns how many they are. */
static size_t to_front(const struct ends *ends, const struct checkpoint_commit *plan)
{
    size_t kept = 0;

    for (size_t i = 0; i < plan->count; i++) {
        struct admin_group_offset o = plan->offsets[i];

        if (is_past_end(ends, &o))
            continue;
        plan->offsets[i] = plan->offsets[kept];
        plan->offsets[kept++] = o;
    }
    return kept;
}

void group_ends_check(struct admin *target, const struct checkpoint_commit *plans,
                      struct admin_group_commit *commits, size_t count, int64_t deadline_ms)
{
    const struct admin_group_commit *first = NULL;
    struct ends ends = {0};
    size_t left_out = 0;

    collect(&ends, commits, count);
    if (ends.count)
        look_up(target, &ends, clock_deadline_ms(clock_left_ms(deadline_ms, LOOK_MS)));
    for (size_t i = 0; i < count; i++) {
        commits[i].count = to_front(&ends, &plans[i]);
        left_out += plans[i].count - commits[i].count;
        if (!first && commits[i].count < plans[i].count)
            first = &commits[i];
    }
    if (first) {
        const struct admin_group_offset *o = &first->offsets[first->count];

        log_warn("%zu translated offsets are not committed on the target: they lie past the end of "
                 "a topic that was created anew, it seems; that of group '%s' on '%s-%d': %lld",
                 left_out, first->group, o->topic, (int)o->partition, (long long)o->offset);
    }
    vec_fini(&ends);
}
