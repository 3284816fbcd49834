/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* fake_herder - answers what the routes ask of a herder; linked in its place. */
#include "worker/herder/herder.h"

struct herder {
    struct config_ref *worker;
    /* What calls answer: */
    int rc;
    struct tern_error err;
    bool is_elsewhere;
    const char *url; /* of the one that is; NULL: not known */
    bool is_ready;
    enum group_protocol protocol;
    const struct session_key *key;
    const char *stage;
    /* What was asked: */
    int asked;
    char connector[100];
    size_t task_count;
    char first_value[100]; /* of the first task's key "k" */
    char logger[100], level[100];
    int64_t left_ms; /* of the deadline */
};
