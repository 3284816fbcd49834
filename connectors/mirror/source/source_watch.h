/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * source_watch - a thread beside a task that looks at the logs of its partitions from time to
 * time, so that nothing is lost, and nothing stands still, without a word.
 *
 * It looks before the first record is read (is the stored offset still in this log, and is it
 * still the same topic?), every tern.watch.interval.ms, and when the consumer finds its position
 * out of range. What it finds comes as events, which the task acts on; source_position.h
 * decides what is a finding. It also names the cause when a partition has records and none is
 * read, has it read anew, and in the end fails the task. It never touches the consumer's state.
 *
 * Threads: its own; the functions are the task's, but for what says otherwise.
 */
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/mirror_own.h"
#include "connectors/mirror/common/source_position.h"
#include "connectors/mirror/source/source_consumer.h"

struct source_watch;

enum source_event_kind {
    SOURCE_EVENT_BEGIN, /* the first look: begin to read at finding.resume_at */
    SOURCE_EVENT_FOUND, /* say finding, and read on at its resume_at if there is one */
    SOURCE_EVENT_AGAIN, /* read anew at finding.resume_at, there is nothing to say */
    SOURCE_EVENT_STUCK, /* the task cannot go on: text */
};

struct source_event {
    enum source_event_kind kind;
    size_t index;
    struct source_finding finding;
    char *text; /* STUCK only; the task frees it */
};

/* All is borrowed; all partitions were added. */
struct source_watch_conf {
    const struct tern_host *host;
    const struct mirror_settings *settings;
    const struct mirror_own *own;
    const struct source_consumer *consumer;
    bool reads_committed;
    /* Called on the watch's thread after a look, every 30 s; may block as a look does. Or NULL. */
    void (*tick)(void *arg);
    void *arg;
    const int64_t *stored_next; /* [count]: where to read on; -1: no offset is stored. Copied */
};

/* Starts the thread. Errors: TERN_EINVALID for a bad setting. */
int source_watch_open(const struct source_watch_conf *conf, struct source_watch **ret_watch,
                      struct tern_error *err) MUST_CHECK;
/* Tells the thread to end, and does not wait for it: a question under way may last 2 s. */
void source_watch_cancel(struct source_watch *w);
/* The same, and joins it. NULL is a no-op. */
void source_watch_free(struct source_watch *w);

/* Waits for the first look, or until the instance is asked to stop. */
void source_watch_await(struct source_watch *w, int64_t deadline_ms);
/* The next event; false: none. Each is followed by source_watch_done(). */
bool source_watch_next(struct source_watch *w, struct source_event *ret_event);
/* The event of the partition was acted on. */
void source_watch_done(struct source_watch *w, size_t index);

/* The task asks for records. Cheap. */
void source_watch_polled(struct source_watch *w);
/* Something is wrong with a partition: look now. */
void source_watch_hurry(struct source_watch *w);
/* Offsets were committed. */
void source_watch_committed(struct source_watch *w);
