/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * herder_call - one question to the herder. Private to this folder.
 *
 * A call has two owners: the asker, who may give up at its deadline, and whoever answers, who may
 * do that later. The last one frees it. Calls that start and stop what runs here go to the
 * herder's thread; those that write to the config topic go to the writer's (herder_writer.c), one
 * after the other, so that neither waits for the other.
 */
#include "worker/herder/herder_priv.h"

struct herder_call;

/* 0: answered; -1: answered with *err; CALL_LATER: will be, by call_finish(). */
typedef int call_fn(struct herder *h, struct herder_call *call, struct tern_error *err);
enum {
    CALL_LATER = 1
};

struct herder_call {
    struct inbox_msg msg;
    struct herder *herder;
    call_fn *fn;

    /* the question; immutable once asked */
    char *connector;
    int32_t task;
    struct strmap config;
    bool has_target;
    enum target_state target;
    bool may_replace;
    struct config_ref *expected;    /* owned reference */
    struct restart_request restart; /* connector is not used */
    struct task_configs tasks;
    int32_t generation; /* of task configurations */

    /* the answer: written before call_finish(), read after it */
    bool created;
    struct herder_connector_info info;
    struct config_ref *stored; /* owned reference */
    bool is_elsewhere;
    char *url;

    herder_done *done; /* NULL unless submitted */
    void *done_arg;
    int rc;                /* gate */
    struct tern_error err; /* gate */
    bool is_done;          /* gate */
    int refs;              /* gate */
};

struct herder_call *call_new(struct herder *h, call_fn *fn, const char *connector);
/* For a call that was not asked. */
void call_free(struct herder_call *call);
/* Answers; err NULL on success. Thread: any, once. */
void call_finish(struct herder_call *call, const struct tern_error *err);
/* Notes that another worker can answer, and fails. url (copied) may be NULL. */
int call_elsewhere(struct herder_call *call, const char *url, struct tern_error *err) MUST_CHECK;

/* Asks on the herder's thread, or on the writer's. The caller ends with call_release(). */
int call_ask(struct herder_call *call, struct herder_ask *ask, struct tern_error *err) MUST_CHECK;
int call_write(struct herder_call *call, struct herder_ask *ask, struct tern_error *err) MUST_CHECK;
/* Takes what the asker wants of an answered call first. */
void call_release(struct herder_call *call);
/* Has the writer do it; nobody waits. Takes call. */
void call_submit(struct herder_call *call);

/* The text of a question that was not answered in time. -1 to the compiler, as tern_fail(). */
#define call_timed_out(h, err) (call_set_timed_out((h), (err)), -1)
void call_set_timed_out(struct herder *h, struct tern_error *err);
