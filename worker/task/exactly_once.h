/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * exactly_once - what a source task needs of the worker before it may write in transactions.
 * Spec: connect-distributed.md 12.2.
 */
#include <stdint.h>

#include <tern/error.h>

/*
 * The answer, once, by any thread; err NULL on success. TERN_ERETRIABLE and TERN_ETIMEOUT will be
 * over some time, TERN_ECONFLICT may be over soon: all three are worth another question.
 */
typedef void exactly_once_done(void *arg, const struct tern_error *err);

/* Both return at once; nothing that is passed is used afterwards but done and done_arg. */
struct exactly_once_hooks {
    /* Has the leader fence what tasks of the connector's former configurations have open. */
    void (*fence)(void *arg, const char *connector, exactly_once_done *done, void *done_arg);
    /*
     * After the producer has its id: whether the task is still this worker's, with the tasks of
     * that generation. TERN_EINTERNAL: it is not.
     */
    void (*confirm)(void *arg, const char *connector, int32_t task, int32_t generation,
                    exactly_once_done *done, void *done_arg);
};
