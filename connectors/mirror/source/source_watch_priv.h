/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* source_watch_priv - the watch's insides: its thread and events (source_watch.c), what it makes of
 * a look (source_judge.c), and what it knows of stuck partitions (source_stall.c). */
#include "connectors/mirror/source/source_ids.h"
#include "connectors/mirror/source/source_look.h"
#include "connectors/mirror/source/source_watch.h"
#include "lib/base/thread.h"
#include "lib/base/vec.h"

/* One partition. The watch's thread, but for what says otherwise. */
struct watched {
    struct source_partition *p;
    struct source_id stored; /* as in the topic of ids; id zeroes: nothing */
    bool waits;              /* its stored offset has not been looked at yet */
    unsigned vague_looks;    /* that could not say, while it waits */
    unsigned gone_looks;     /* without topic or partition, in a row */
    bool gone_told;
    unsigned open_looks; /* that left open where a log was cut off, in a row */

    /* stuck? */
    int64_t next_then, since_ms; /* next, and since when it is the same while there is more */
    unsigned tries;              /* reading anew, since it last moved */
    int64_t told_ms;
    int64_t leaderless_since_ms, leaderless_told_ms; /* 0: it has a leader; not told */

    /* gate */
    bool pending;         /* an event is under way */
    bool rewound;         /* reads another log than its committed offset is of */
    int64_t delivered_at; /* p->delivered when it began to; -1: it has not yet */
    int64_t commits_at;   /* the first that ended with one of its records acknowledged; -1: none */
};

struct source_watch {
    struct source_watch_conf conf; /* immutable, with the next three */
    struct source_look *look;
    struct source_ids *ids; /* NULL: tern.topic.ids.enabled=false */
    size_t count;
    struct thread thread;

    struct watched *at;            /* [count] */
    struct source_place *places;   /* [count]; the watch's thread */
    struct source_log *logs;       /* [count]; the watch's thread */
    bool ids_loaded, ids_given_up; /* the watch's thread, as all below up to the gate */
    int64_t failing_since_ms;      /* looks fail; 0: they do not */
    int64_t told_failing_ms, told_target_ms, told_ids_ms;
    unsigned ids_absent;  /* tries to store without a topic of ids, in a row */
    int64_t ids_retry_ms; /* no try before that */

    _Atomic int64_t polled_ms; /* the task's last poll */

    struct gate gate;
    int64_t commits; /* gate */
    bool stopping;   /* gate */
    bool hurry;      /* gate */
    bool looked;     /* gate: the first look is done */
    struct {
        struct source_event *at;
        size_t count;
        size_t cap;
    } events; /* gate */
};

/* Has the task act on partition i; text is taken. */
void source_watch_emit(struct source_watch *w, enum source_event_kind kind, size_t i,
                       const struct source_finding *finding, char *text);

/* Acts on a look: on what the logs say of each partition. */
void source_judge(struct source_watch *w, int64_t now_ms);
/* Nothing is known of when it moved. */
void source_stall_init(struct watched *at);
/* Whether partition i, whose log is as expected, stands still; says so, and acts. */
void source_stall_check(struct source_watch *w, size_t i, int64_t now_ms);
/* Whether partition i has no leader, which only its cluster can mend: says so once a minute. */
void source_stall_check_leader(struct source_watch *w, size_t i, int64_t now_ms);
/* The target takes nothing, as far as the task's side shows. */
void source_stall_check_target(struct source_watch *w, int64_t now_ms);
