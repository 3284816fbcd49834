/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/source_position.h"

#include <inttypes.h>
#include <string.h>

bool source_id_is_known(struct wire_uuid id)
{
    static const struct wire_uuid zero;

    return memcmp(&id, &zero, sizeof(id)) != 0;
}

bool source_ids_differ(struct wire_uuid a, struct wire_uuid b)
{
    return source_id_is_known(a) && source_id_is_known(b) && memcmp(&a, &b, sizeof(a)) != 0;
}

bool source_position_wants_epoch_end(const struct source_place *place, const struct source_log *log)
{
    return log->is_known && log->partition_there && place->next >= 0 && place->epoch >= 0 &&
           log->epoch > place->epoch && !source_ids_differ(place->id, log->id);
}

static struct source_finding finding(enum source_verdict verdict, int64_t resume_at)
{
    return (struct source_finding){verdict, -1, -1, -1, resume_at};
}

/* What was in the old log and was not read: as far as its end was seen. */
static void lose_unread(const struct source_place *place, struct source_finding *f)
{
    if (place->next < 0)
        return;
    f->lost_from = place->next;
    f->lost_to = place->seen_end < 0             ? -1
                 : place->seen_end > place->next ? place->seen_end
                                                 : place->next;
}

static struct source_finding gone(enum source_verdict verdict, const struct source_place *place)
{
    struct source_finding f = finding(verdict, -1);

    lose_unread(place, &f);
    return f;
}

/* Another topic of the same name: all of it is new. */
static struct source_finding recreated(const struct source_place *place,
                                       const struct source_log *log)
{
    struct source_finding f = finding(SOURCE_RECREATED, log->start < 0 ? 0 : log->start);

    lose_unread(place, &f);
    return f;
}

static struct source_finding truncated(const struct source_place *place, int64_t cut_from,
                                       int64_t resume_at)
{
    struct source_finding f = finding(SOURCE_TRUNCATED, resume_at);

    f.lost_from = f.lost_to = place->next;
    f.cut_from = cut_from;
    return f;
}

static struct source_finding deleted(const struct source_place *place, const struct source_log *log)
{
    struct source_finding f = finding(SOURCE_DELETED, log->start);

    f.lost_from = place->next;
    f.lost_to = log->start;
    return f;
}

static int64_t max_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

struct source_finding source_position_check(const struct source_place *place,
                                            const struct source_log *log)
{
    if (!log->is_known)
        return finding(SOURCE_UNKNOWN, -1);
    if (!log->topic_there)
        return gone(SOURCE_TOPIC_GONE, place);
    if (source_id_is_known(log->id) && memcmp(&log->id, &place->other, sizeof(log->id)) == 0)
        return finding(SOURCE_UNKNOWN, -1); /* of a broker that has not heard of the new one */
    if (source_ids_differ(place->id, log->id) && log->partition_there)
        return recreated(place, log);
    if (!log->partition_there)
        return gone(SOURCE_PARTITION_GONE, place);
    if (place->next < 0)
        return finding(SOURCE_OK, -1);
    if (log->epoch_end >= 0 && log->epoch_end < place->epoch_next)
        return truncated(place, log->epoch_end, max_of(log->epoch_end, log->start));
    if (log->start < 0 || log->end < 0)
        return finding(SOURCE_UNKNOWN, -1);
    if (place->next < log->start)
        return deleted(place, log);
    if (place->next > log->end && log->epoch_end >= 0 && log->epoch_end <= log->end)
        return truncated(place, log->epoch_end, max_of(log->epoch_end, log->start));
    if (place->next > log->end) /* nobody knows where: all that is there may be new */
        return truncated(place, log->end, log->start);
    return finding(SOURCE_OK, place->next);
}

/*
 * A broker that lags tells an old epoch when records of the next have been read already: then they
 * came from another broker than the leader of that epoch.
 */
static bool was_read_in_epoch(const struct source_place *place)
{
    return place->from < 0 || place->leader < 0 || place->from == place->leader;
}

/* The epoch has not changed: what was read by now was of place.epoch. */
static void read_in_epoch(struct source_place *place, const struct source_log *log)
{
    if (log->epoch == place->epoch && log->leader >= 0)
        place->leader = log->leader;
    if (was_read_in_epoch(place))
        place->epoch_next = place->next;
}

/* The same where offsets are not told: or there is no leader to read from. */
static void read_unseen(struct source_place *place, const struct source_log *log)
{
    if (log->is_known && log->partition_there && place->next >= 0 && place->epoch >= 0 &&
        (log->epoch == place->epoch || !log->has_leader) && !source_ids_differ(place->id, log->id))
        read_in_epoch(place, log);
}

void source_position_settle(struct source_place *place, const struct source_log *log,
                            const struct source_finding *f)
{
    bool other_topic = f->verdict == SOURCE_RECREATED;

    if (f->verdict == SOURCE_UNKNOWN)
        read_unseen(place, log);
    if (f->verdict == SOURCE_UNKNOWN || f->verdict == SOURCE_TOPIC_GONE ||
        f->verdict == SOURCE_PARTITION_GONE)
        return;
    if (other_topic) {
        place->other = place->id;
        place->seen_end = -1;
        place->epoch = -1;
    }
    if (f->verdict == SOURCE_TRUNCATED)
        place->seen_end = -1;
    if (f->verdict != SOURCE_OK) {
        place->next = f->resume_at;
        place->from = -1;
    }
    if (source_id_is_known(log->id))
        place->id = log->id;
    if (log->epoch == place->epoch) {
        read_in_epoch(place, log);
    } else if (log->epoch > place->epoch && !log->epoch_open) {
        place->epoch = log->epoch;
        place->leader = log->leader;
        place->epoch_next = place->next;
    }
    if (log->end > place->seen_end)
        place->seen_end = log->end;
}

int32_t source_position_epoch_left(const struct source_place *place)
{
    return place->from < 0 || place->from == place->leader ? place->epoch : -1;
}

int64_t source_finding_lost(const struct source_finding *f)
{
    return f->lost_from >= 0 && f->lost_to > f->lost_from ? f->lost_to - f->lost_from : 0;
}

/* "; offsets 5 to 9 (5 records at most) were not read": offsets of a log need not all be taken. */
static void unread_text(struct buf *out, const struct source_finding *f)
{
    int64_t lost = source_finding_lost(f);

    if (lost > 0) {
        buf_add_fmt(out,
                    "; offsets %" PRId64 " to %" PRId64 " (%" PRId64
                    " records at most) are gone unread",
                    f->lost_from, f->lost_to - 1, lost);
    } else if (f->lost_from >= 0 && f->lost_to < 0) {
        buf_add_fmt(out, "; whatever came from offset %" PRId64 " on is gone unread", f->lost_from);
    } else if (f->lost_from >= 0) {
        buf_add_fmt(out, "; all that was seen of it, up to offset %" PRId64 ", had been read",
                    f->lost_from - 1);
    }
}

void source_finding_text(struct buf *out, const char *topic, int32_t partition,
                         const struct source_finding *f)
{
    buf_add_fmt(out, "source partition '%s-%d': ", topic, (int)partition);
    switch (f->verdict) {
    case SOURCE_OK:
    case SOURCE_UNKNOWN:
        buf_add_str(out, "as expected");
        return;
    case SOURCE_TOPIC_GONE:
        buf_add_str(out, "the topic was deleted");
        unread_text(out, f);
        return;
    case SOURCE_PARTITION_GONE:
        buf_add_str(out, "the topic has fewer partitions than before");
        unread_text(out, f);
        return;
    case SOURCE_RECREATED:
        buf_add_str(out, "the topic was deleted and created again");
        unread_text(out, f);
        buf_add_fmt(out, "; the new topic is read from offset %" PRId64, f->resume_at);
        return;
    case SOURCE_DELETED:
        buf_add_fmt(out,
                    "records were deleted before they were read: the log begins at offset "
                    "%" PRId64,
                    f->lost_to);
        unread_text(out, f);
        return;
    case SOURCE_TRUNCATED:
        buf_add_fmt(out,
                    "the log was cut off: the target has records that the source lost, from offset "
                    "%" PRId64 " to %" PRId64 "; it is read again from offset %" PRId64,
                    f->cut_from, f->lost_from - 1, f->resume_at);
        return;
    }
}
