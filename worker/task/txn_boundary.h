/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * txn_boundary - where a source task's transactions end: transaction.boundary poll or interval.
 * Pure: the caller sends, commits and reads the clock. Peer: TransactionBoundaryManager in
 * ExactlyOnceWorkerSourceTask. Spec: connect-runtime.md 4.4.
 *
 * Differences from Java. A transaction that is large, or about to be aborted by its coordinator for
 * its age, ends wherever it is. That divides it, and keeps memory bounded and the task alive: what
 * is exactly once stays so, since each part holds the offsets of its records. And with boundary
 * poll, while poll() brings one batch after the other at once, a transaction takes in more of them
 * for as long as the last commit took: then at most half of the time goes into committing, however
 * far away the brokers are. A lone batch is committed at once.
 */
#include "lib/base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tern/error.h>

enum txn_boundary_kind {
    TXN_BOUNDARY_POLL,
    TXN_BOUNDARY_INTERVAL,
};

/* All is the owner's to look at; changed by the functions below. */
struct txn_boundary {
    enum txn_boundary_kind kind;
    int64_t interval_ms; /* INTERVAL: from one commit to the next */
    int64_t age_max_ms;  /* of an open transaction */
    size_t bytes_max;    /* likewise */
    bool merges;         /* POLL: takes in more than one batch */

    int64_t committed_ms; /* the last commit, or the start */
    int64_t began_ms;     /* of the open transaction */
    bool is_open;         /* a record was sent since the last commit */
    bool batch_is_over;   /* since then the plugin's poll() has ended, and all of it was sent */
    bool is_drained;      /* and it had nothing more */
    int64_t commit_ms;    /* how long the last commit took */
    size_t bytes;         /* of what was sent since then */
};

/*
 * transaction.boundary (NULL: poll) in any case. Errors: TERN_EINVALID, peer's text for connector,
 * which no plugin of this ABI defines.
 */
int txn_boundary_kind_of(const char *text, enum txn_boundary_kind *ret_kind,
                         struct tern_error *err) MUST_CHECK;

/* The task begins, or goes on after a pause. */
void txn_boundary_start(struct txn_boundary *b, int64_t now_ms);
void txn_boundary_sent(struct txn_boundary *b, size_t bytes, int64_t now_ms);
/* A batch was sent whole, or (is_empty) poll() brought nothing. */
void txn_boundary_batch(struct txn_boundary *b, bool is_empty);
/* began_ms: when the commit was begun. */
void txn_boundary_committed(struct txn_boundary *b, int64_t began_ms, int64_t now_ms);
/* Whether a commit waits only for what the next poll() brings at once. */
bool txn_boundary_is_merging(const struct txn_boundary *b);

bool txn_boundary_due(const struct txn_boundary *b, int64_t now_ms);
/* When txn_boundary_due() may become true by time alone; FOREVER_MS: not. */
int64_t txn_boundary_next_ms(const struct txn_boundary *b);
