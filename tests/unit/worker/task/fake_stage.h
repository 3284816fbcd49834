/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * fake_stage - a send stage that keeps what it is given, and acknowledges it as tests say. One
 * at a time, in globals: a task opens it without asking. Acknowledgements come in a random
 * order, none before serve(), as long as none is held back. It has transactions, for tasks that
 * want them: "txn.init", "txn.begin" and "txn.commit" are written into the journal.
 */
#include "worker/task/send_stage.h"

/* Set before the task starts; may be changed while it runs by the functions below. */
struct fake_stage_conf {
    unsigned seed;            /* of the order of acknowledgements; 0: the order of sending */
    size_t room;              /* records in flight; 0: any number */
    bool hold;                /* nothing is acknowledged */
    int64_t fail_at;          /* record number whose acknowledgement is a failure; -1: none */
    int fail_every;           /* every so many records likewise; 0: none */
    enum tern_code fail_code; /* 0: TERN_EINTERNAL */
    int return_every;  /* every so many records the stage is spent: all comes back; 0: never */
    int64_t refuse_at; /* record number that send() refuses; -1: none */
    enum tern_code refuse_code;
    int64_t fatal_at;       /* record number with which the stage fails for good; -1: none */
    const char *open_error; /* opening fails; NULL: it does not */
    int64_t lose_at;        /* commit number that finds its transaction lost; -1: none */
    enum tern_code lose_code;
    int commit_again; /* so many calls of commit are not over */
    int init_again;   /* likewise of init */
};

#define FAKE_STAGE_CONF                                               \
    {                                                                 \
        .fail_at = -1, .refuse_at = -1, .fatal_at = -1, .lose_at = -1 \
    }

/* Forgets all that was sent. */
void fake_stage_reset(const struct fake_stage_conf *conf);
/* Acknowledgements held back come now; or are held back from now on. */
void fake_stage_hold(bool hold);
/* Waits until count records were sent. */
bool fake_stage_wait_sent(size_t count) MUST_CHECK;
/* Waits until count records were acknowledged. */
bool fake_stage_wait_acked(size_t count) MUST_CHECK;

/* What was sent, by number from 0. Valid until the reset. */
struct fake_record {
    char *topic;
    int32_t partition;
    int64_t timestamp_ms;
    char *key, *value;   /* text; NULL for null */
    char *headers;       /* "k=v,..." */
    const void *payload; /* where the value was */
    bool done;           /* acknowledged, failed, or given up */
    bool acked;          /* and without an error */
    int committed; /* the number of its transaction, from 1, once it is committed; 0: it is not */
};
size_t fake_stage_count(void);
/* Thread: any, when no task runs. */
const struct fake_record *fake_stage_record(size_t i);
/* The setting that the stage was opened with; NULL: none. The caller frees. */
char *fake_stage_setting(const char *key);

int fake_stage_open(const struct tern_config *java, producer_on_ack *on_ack, void *arg,
                    struct send_stage **ret_stage, struct tern_error *err) MUST_CHECK;
