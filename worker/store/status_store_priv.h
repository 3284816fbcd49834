/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* status_store_priv - the store as its halves see it: status_store reads, status_write writes. */
#include "lib/base/strmap.h"
#include "lib/base/thread.h"
#include "worker/store/status_cache.h"
#include "worker/store/status_store.h"

struct status_store {
    char *topic;           /* immutable */
    struct topic_log *log; /* immutable after status_store_open() */
    struct thread retrier;

    struct gate gate;            /* a leaf lock; moved when a write ended or has to be sent again */
    struct status_cache cache;   /* gate */
    struct ptrmap latest;        /* gate; of struct latest_write, by record key */
    struct strmap announced;     /* gate; record keys of topics written but not read back */
    struct status_write *failed; /* gate; to be sent again, each at its time */
    uint64_t sequence;           /* gate; of the last put */
    size_t unfinished;           /* gate; writes neither acknowledged nor given up */
    int32_t generation;          /* gate; of the last put of a status */
    bool stopping;               /* gate */
};

/* Gate locked: a status that somebody deleted; a failed write of ours must not bring it back. */
void status_write_forget(struct status_store *s, const char *connector, int32_t task);
/*
 * Gate locked: before an incoming status is applied. If it hides what this worker has written last,
 * that is written once more: a worker that lost the connector or task before this one got it says
 * so late.
 */
void status_write_unhide(struct status_store *s, const char *connector, int32_t task,
                         const struct status *incoming);
/* Sends again what failed, until the store stops. Thread: retrier. */
void status_write_retry(void *store);
/* Frees what was to be sent again. No thread runs any more. */
void status_write_drop_all(struct status_store *s);
