/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * restart_plan - which parts of a connector a restart request concerns. Pure.
 * Peer: RestartRequest, RestartPlan. Spec: connect-distributed.md 10.1, 10.6.
 */
#include "worker/group/work.h"
#include "worker/store/config_store.h"
#include "worker/store/status_store.h"

/* How much a request does: a queued one gives way to one of a higher rank only. */
int restart_rank(const struct restart_request *request);

/* Requests that wait, at most one for each connector. Names are owned. */
struct restart_queue {
    struct restart_request *at;
    size_t count;
    size_t cap;
};

/* Copies request. */
void restart_queue_add(struct restart_queue *q, const struct restart_request *request);
void restart_queue_fini(struct restart_queue *q);

/* Reports the state of a connector (task STATUS_CONNECTOR) or task; false: there is no status. */
typedef bool restart_state_of(void *arg, const char *connector, int32_t task,
                              enum run_state *ret_state);

/*
 * Fills ret_work, which is empty, with what of candidates (the connector of the request and its
 * tasks, as far as they are of interest) is to be restarted. False: the connector has no
 * status, nothing is.
 */
bool restart_plan(const struct restart_request *request, const struct work *candidates,
                  restart_state_of *state_of, void *arg, struct work *ret_work);
