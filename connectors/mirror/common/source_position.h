/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * source_position - whether the log of a source partition is still the one that a task reads, and
 * still holds what it has not read; if not, exactly what is gone and where to read on.
 *
 * Pure. Java has no such check: its consumer jumps to the log's start, or reads on in the middle
 * of another topic of the same name, without a word (spec mirror-maker2.md 5.6, D1).
 */
#include "lib/base/buf.h"
#include "lib/wire/wire_reader.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a task is in a partition: what it has been told, by the log or by its last life. */
struct source_place {
    int64_t next;           /* the next offset to be read; -1: nothing was read or promised yet */
    int32_t from;           /* the broker that the record before it came from; -1: not known */
    struct wire_uuid id;    /* of the topic that next belongs to; zeroes: not known */
    struct wire_uuid other; /* the id before that: a broker that lags may still tell it */
    int32_t epoch;          /* a leader epoch in which next was valid; -1: not known */
    int64_t epoch_next;     /* next at that time */
    int32_t leader;         /* the leader of that epoch; -1: not known */
    int64_t seen_end;       /* the largest end of the log seen while the id was the same; -1 */
};

/* One look at the partition's log. */
struct source_log {
    bool is_known;    /* false: nobody could tell: nothing else is set */
    bool topic_there; /* as far as the topic's leader or a broker knows */
    bool partition_there;
    struct wire_uuid id; /* zeroes: not told */
    int32_t epoch;       /* of the leader; -1: not told */
    int32_t leader;      /* -1: none, or not told: see has_leader */
    bool has_leader;     /* false only when the metadata says that there is none */
    int64_t start, end;  /* offsets; -1: not told */
    int64_t epoch_end;   /* where place.epoch ends in the leader's log; -1: not asked */
    bool epoch_open;     /* that is still to be asked: nobody has answered */
};

enum source_verdict {
    SOURCE_OK,
    SOURCE_UNKNOWN,        /* not enough is known to say */
    SOURCE_TOPIC_GONE,     /* deleted */
    SOURCE_PARTITION_GONE, /* the topic has fewer partitions now */
    SOURCE_RECREATED,      /* another topic of the same name */
    SOURCE_DELETED,   /* the log begins behind next: records were deleted before they were read */
    SOURCE_TRUNCATED, /* records that were read are not in the log any more */
};

struct source_finding {
    enum source_verdict verdict;
    /* Records that are gone unread: from lost_from, up to but without lost_to. Equal: none known.
     * lost_to -1: up to an end that nobody knows. */
    int64_t lost_from, lost_to;
    /* TRUNCATED: the target has records up to here that the source has no more; -1: none. */
    int64_t cut_from;
    int64_t resume_at; /* where to read on; -1: nowhere, there is nothing to read */
};

/* Whether two ids are known and are not the same. */
bool source_ids_differ(struct wire_uuid a, struct wire_uuid b);
bool source_id_is_known(struct wire_uuid id);

/* Whether place.epoch_end is to be asked of the leader before source_position_check(). */
bool source_position_wants_epoch_end(const struct source_place *place,
                                     const struct source_log *log);

struct source_finding source_position_check(const struct source_place *place,
                                            const struct source_log *log);

/* What the place is once the task has acted on a finding, or the log was as expected. */
void source_position_settle(struct source_place *place, const struct source_log *log,
                            const struct source_finding *finding);

/*
 * The epoch to be stored with a place that is left: one in which next was valid; -1: nobody knows,
 * since what was read last came from another leader than the epoch's.
 */
int32_t source_position_epoch_left(const struct source_place *place);

/* The finding in words, for the log and for the status of a task: appended to out. */
void source_finding_text(struct buf *out, const char *topic, int32_t partition,
                         const struct source_finding *finding);
/* How many records are known to be gone unread. */
int64_t source_finding_lost(const struct source_finding *finding);
