/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * txn_writer - a producer with a transactional id that writes small batches of records to one
 * topic, each batch a transaction of its own. Who opens one keeps every earlier one of the same id
 * from writing. One thread at a time uses it.
 */
#include "lib/kafka/topic_log.h"

struct txn_writer;

/*
 * java: settings of a producer, transactional.id among them. cancel as in topic_log_conf. Thread:
 * any. Errors: TERN_EINVALID, TERN_ETIMEOUT; TERN_ERETRIABLE when it was cancelled.
 */
int txn_writer_open(const struct tern_config *java, const char *topic, const bool *cancel,
                    int64_t deadline_ms, struct txn_writer **ret_writer,
                    struct tern_error *err) MUST_CHECK;
/*
 * All of the entries, or none of them. No entries: nothing is done. After a failure, whose outcome
 * may be unknown, the writer can only be freed. Errors: TERN_ECONFLICT: another has the id now;
 * TERN_ETIMEOUT, TERN_EINTERNAL, ...
 */
int txn_writer_write(struct txn_writer *w, const struct topic_log_entry *entries, size_t count,
                     int64_t deadline_ms, struct tern_error *err) MUST_CHECK;
/* An open transaction is aborted by the broker. NULL is a no-op. */
void txn_writer_free(struct txn_writer *w);
