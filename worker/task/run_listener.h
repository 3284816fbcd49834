/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * run_listener - what a connector or task instance tells of its life. Called on the instance's
 * own thread, but for the shutdown of an abandoned connector, which connector_run_await() tells;
 * what it does must not block (it puts a status and sends the herder a message).
 * Spec: connect-runtime.md 1.1 (listener -> status).
 */
#include <stdint.h>

struct run_listener {
    void (*on_startup)(void *arg, const char *connector, int32_t task); /* RUNNING */
    void (*on_resume)(void *arg, const char *connector, int32_t task);  /* RUNNING */
    void (*on_pause)(void *arg, const char *connector, int32_t task);   /* PAUSED */
    void (*on_stop)(void *arg, const char *connector, int32_t task);    /* STOPPED: connectors */
    /* UNASSIGNED, safe. */
    void (*on_shutdown)(void *arg, const char *connector, int32_t task);
    /* FAILED, safe. trace is Java's stack trace text (1.1), ending with a newline. */
    void (*on_failure)(void *arg, const char *connector, int32_t task, const char *trace);
};
