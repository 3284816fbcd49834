/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/transaction.h"

#include <string.h>

#include "lib/kafka/client_conf.h"

bool transaction_is_fenced(rd_kafka_resp_err_t e)
{
    return e == RD_KAFKA_RESP_ERR__FENCED || e == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
           e == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

/* The fatal error behind one that only says that there was one. */
static rd_kafka_resp_err_t cause_of(rd_kafka_t *rk, const rd_kafka_error_t *e, char *text,
                                    size_t size)
{
    rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(rk, text, size);

    if (fatal)
        return fatal;
    snprintf(text, size, "%s", rd_kafka_error_string(e));
    return rd_kafka_error_code(e);
}

static enum tern_code code_of(const rd_kafka_error_t *e, rd_kafka_resp_err_t cause)
{
    enum tern_code code;

    if (transaction_is_fenced(cause))
        return TERN_ECONFLICT;
    code = kafka_error_code(cause);
    if (code == TERN_EINVALID || code == TERN_EREFUSED)
        return code;
    if (rd_kafka_error_is_fatal(e))
        return TERN_EINTERNAL;
    if (rd_kafka_error_txn_requires_abort(e))
        return TERN_ERETRIABLE;
    return code;
}

/* Takes e. */
static int conclude(rd_kafka_t *rk, const char *what, rd_kafka_error_t *e, struct tern_error *err)
{
    rd_kafka_resp_err_t cause;
    enum tern_code code;
    char text[384];

    if (!e)
        return TRANSACTION_DONE;
    if (rd_kafka_error_is_retriable(e) && !rd_kafka_error_is_fatal(e) &&
        !rd_kafka_error_txn_requires_abort(e)) {
        rd_kafka_error_destroy(e);
        return TRANSACTION_AGAIN;
    }
    cause = cause_of(rk, e, text, sizeof(text));
    code = code_of(e, cause);
    rd_kafka_error_destroy(e);
    return tern_fail(err, code, "%s: %s (%s)", what, text, rd_kafka_err2name(cause));
}

int transaction_init(rd_kafka_t *rk, int timeout_ms, struct tern_error *err)
{
    return conclude(rk, "initializing transactions", rd_kafka_init_transactions(rk, timeout_ms),
                    err);
}

int transaction_begin(rd_kafka_t *rk, struct tern_error *err)
{
    return conclude(rk, "beginning a transaction", rd_kafka_begin_transaction(rk), err);
}

int transaction_commit(rd_kafka_t *rk, int timeout_ms, struct tern_error *err)
{
    return conclude(rk, "committing a transaction", rd_kafka_commit_transaction(rk, timeout_ms),
                    err);
}

int transaction_abort(rd_kafka_t *rk, int timeout_ms, struct tern_error *err)
{
    return conclude(rk, "aborting a transaction", rd_kafka_abort_transaction(rk, timeout_ms), err);
}
