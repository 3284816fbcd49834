/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mm2_check - what is wrong with a file, in the words of its own keys.
 *
 * The checks log: each fault is one line "<file>:<line>: <key> = <value>: <what was expected>",
 * the first of each key, said once however many flows have it. Only for mm2_plan.c. Not locked.
 */
#include "worker/mm2/mm2_plan.h"

struct mm2_faults {
    const struct mm2_plan *plan;
    struct strmap said; /* keys of which something was said: the first fault tells enough */
    size_t count;
};

/* Keys that the driver reads: clusters, security, REST. */
void mm2_check_driver(struct mm2_faults *faults);
/* Every "X->Y." key: X and Y are clusters, X->Y.enabled is a boolean. */
void mm2_check_flow_names(struct mm2_faults *faults);
/* Every list of brokers: host:port, ... */
void mm2_check_servers(struct mm2_faults *faults);
/* bootstrap.servers of each cluster that a flow needs; false: none. */
bool mm2_check_bootstrap(struct mm2_faults *faults, const struct mm2_flow *flow);
/* The worker's settings of a flow. */
void mm2_check_worker(struct mm2_faults *faults, const struct mm2_flow_plan *flow);
/*
 * One connector of a flow. What is wrong with it is a fault of the file, but for what the peer
 * lets pass: settings that switch the connector off; then it is not sound, which is logged.
 */
void mm2_check_connector(struct mm2_faults *faults, struct mm2_flow_plan *flow,
                         enum mm2_connector connector);
/* One more fault, of a key of the file. */
void mm2_fault(struct mm2_faults *faults, const char *raw_key, const char *message);

/* The key of the file that a key of a flow's worker, or of its connectors, came from; to be freed.
 */
char *mm2_worker_origin(const struct tern_config *raw, const struct mm2_flow *flow,
                        const char *key);
char *mm2_connector_origin(const struct tern_config *raw, const struct mm2_flow *flow,
                           const char *key);
