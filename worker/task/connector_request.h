/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * connector_request - what the herder asks of a connector, and the answer it gets, once. Not
 * locked: a request has one owner at a time, which frees it by answering.
 */
#include "worker/task/connector_run.h"

enum connector_request_kind {
    REQUEST_TARGET,
    REQUEST_TASKS
};

struct connector_request {
    struct connector_request *next; /* the owner's */
    enum connector_request_kind kind;
    enum target_state target;         /* REQUEST_TARGET */
    int32_t max_tasks;                /* REQUEST_TASKS */
    connector_done *done;             /* REQUEST_TARGET; may be NULL */
    connector_tasks_done *tasks_done; /* REQUEST_TASKS */
    void *arg;
};

/* Both return owned. */
struct connector_request *connector_request_target(enum target_state target, connector_done *done,
                                                   void *arg);
struct connector_request *connector_request_tasks(int32_t max_tasks, connector_tasks_done *done,
                                                  void *arg);

/* The answers; each takes r. tasks counts for REQUEST_TASKS without an error. */
void connector_request_answer(struct connector_request *r, const struct tern_config *tasks,
                              size_t count, const struct tern_error *err);
/* The connector ends before it came to it. Answers the whole list. */
void connector_request_answer_shutdown(struct connector_request *list, const char *connector);
/* A newer target takes its place. */
void connector_request_answer_preempted(struct connector_request *r, enum target_state by);
