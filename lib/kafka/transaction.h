/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * transaction - librdkafka's calls for transactions, in steps of bounded length, so that who waits
 * for one can look around in between; and what their errors mean.
 *
 * One thread at a time uses a handle so. A handle that was closed with a transaction open leaves
 * it to its coordinator: it is aborted when the id is initialized anew, or at its timeout.
 */
#include "lib/base/macros.h"

#include <stdbool.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include <tern/error.h>

/* What a step has come to, when it has not failed. */
enum transaction_step {
    TRANSACTION_DONE = 0,
    TRANSACTION_AGAIN = 1, /* not over: call it again */
};

/*
 * Each returns a transaction_step, or -1 with *err: TERN_ECONFLICT when another producer has
 * taken the id (or the coordinator has given the transaction up: brokers do not tell the two
 * apart); TERN_ERETRIABLE when this transaction is lost and another may go well; TERN_EINVALID for
 * what is not allowed; TERN_EREFUSED: a record of it was refused; else TERN_EINTERNAL: the handle
 * is of no use any more.
 */
int transaction_init(rd_kafka_t *rk, int timeout_ms, struct tern_error *err) MUST_CHECK;
/* Never AGAIN, and asks no broker. */
int transaction_begin(rd_kafka_t *rk, struct tern_error *err) MUST_CHECK;
int transaction_commit(rd_kafka_t *rk, int timeout_ms, struct tern_error *err) MUST_CHECK;
int transaction_abort(rd_kafka_t *rk, int timeout_ms, struct tern_error *err) MUST_CHECK;

/* Whether the handle's fatal error, or e, says that its transactional id belongs to another now. */
bool transaction_is_fenced(rd_kafka_resp_err_t e);
