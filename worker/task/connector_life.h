/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * connector_life - the states of a connector instance and what leads from one to another: the
 * table of connect-runtime.md 1.3. Pure. Peer: WorkerConnector.State and doTransitionTo().
 */
#include "worker/store/cluster_state.h"

enum connector_life {
    LIFE_INIT, /* nothing was asked for yet */
    LIFE_STARTED,
    LIFE_PAUSED,
    LIFE_STOPPED,
    LIFE_FAILED, /* for good, but for STOPPED */
};

enum connector_tell {
    TELL_NOTHING,
    TELL_STARTUP,
    TELL_RESUME,
    TELL_PAUSE,
    TELL_STOP,
};

struct connector_step {
    bool refused; /* nothing else counts */
    bool start;   /* call the plugin's start(): its failure leads to LIFE_FAILED */
    bool stop;    /* call the plugin's stop(), if it is running */
    enum connector_tell tell;
    enum connector_life next;
};

struct connector_step connector_life_step(enum connector_life from, enum target_state to);
