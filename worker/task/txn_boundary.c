/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/txn_boundary.h"

#include <strings.h>

#include "lib/base/clock.h"

int txn_boundary_kind_of(const char *text, enum txn_boundary_kind *ret_kind, struct tern_error *err)
{
    if (!text || strcasecmp(text, "poll") == 0) {
        *ret_kind = TXN_BOUNDARY_POLL;
        return 0;
    }
    if (strcasecmp(text, "interval") == 0) {
        *ret_kind = TXN_BOUNDARY_INTERVAL;
        return 0;
    }
    if (strcasecmp(text, "connector") == 0) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "The connector does not support connector-defined transaction boundaries "
                         "with the given configuration. Please reconfigure it to use a different "
                         "transaction boundary definition.");
    }
    return tern_fail(err, TERN_EINVALID,
                     "Invalid value %s for configuration transaction.boundary: expected poll or "
                     "interval",
                     text);
}

void txn_boundary_start(struct txn_boundary *b, int64_t now_ms)
{
    b->committed_ms = now_ms;
}

void txn_boundary_sent(struct txn_boundary *b, size_t bytes, int64_t now_ms)
{
    if (!b->is_open)
        b->began_ms = now_ms;
    b->is_open = true;
    b->batch_is_over = b->is_drained = false;
    b->bytes += bytes;
}

void txn_boundary_batch(struct txn_boundary *b, bool is_empty)
{
    b->batch_is_over = true;
    b->is_drained = is_empty;
}

void txn_boundary_committed(struct txn_boundary *b, int64_t began_ms, int64_t now_ms)
{
    if (b->is_open) /* one that had something to do */
        b->commit_ms = now_ms - began_ms;
    b->committed_ms = now_ms;
    b->is_open = b->batch_is_over = b->is_drained = false;
    b->bytes = 0;
}

bool txn_boundary_is_merging(const struct txn_boundary *b)
{
    return b->kind == TXN_BOUNDARY_POLL && b->merges && b->is_open;
}

bool txn_boundary_due(const struct txn_boundary *b, int64_t now_ms)
{
    if (b->is_open && (b->bytes >= b->bytes_max || now_ms - b->began_ms >= b->age_max_ms))
        return true;
    if (!b->batch_is_over)
        return false;
    if (b->kind == TXN_BOUNDARY_INTERVAL)
        return now_ms - b->committed_ms >= b->interval_ms;
    return !txn_boundary_is_merging(b) || b->is_drained || now_ms - b->began_ms >= b->commit_ms;
}

int64_t txn_boundary_next_ms(const struct txn_boundary *b)
{
    int64_t next_ms = FOREVER_MS, end_ms;

    if (b->kind == TXN_BOUNDARY_INTERVAL)
        next_ms = b->interval_ms < FOREVER_MS - b->committed_ms ? b->committed_ms + b->interval_ms
                                                                : FOREVER_MS;
    if (!b->is_open)
        return next_ms;
    end_ms = b->began_ms + b->age_max_ms;
    return end_ms < next_ms ? end_ms : next_ms;
}
