/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * reachability - which clusters and brokers cannot be reached, said once for all clients.
 *
 * Every handle reports what it sees of each broker, failed connections and answers. The
 * registry makes of it one line when a cluster is lost, one a minute while that lasts, and one
 * when it is back; the same for a broker of a cluster that answers otherwise. It is one for the
 * process: a plugin, which has a copy of this code, passes its reports on to the worker's.
 *
 * A cluster is lost when a connection failed and no broker of it has answered since its own
 * last failure, nor is one of bootstrap.servers still untried. Thread: any. Logs.
 */
#include <stdbool.h>
#include <stdint.h>

/*
 * cluster: its name as of reachability_cluster(). broker: "host:port". why: what failed, NULL when
 * the broker has answered. Borrowed for the call.
 */
typedef void reachability_report_fn(const char *cluster, const char *broker, const char *why);

/* Takes a report into this image's registry, or passes it on. */
reachability_report_fn reachability_report;
/* The registry itself, at a given time of the monotonic clock. */
void reachability_report_at(const char *cluster, const char *broker, const char *why,
                            int64_t now_ms);

/* Plugins: where reports go instead of into a registry of their own. Set once, at start. */
void reachability_set_sink(reachability_report_fn *sink);

/* The name of a cluster: its bootstrap servers, sorted, each once. Freed by the caller. */
char *reachability_cluster(const char *bootstrap);

/*
 * What librdkafka calls a broker, "sasl_ssl://host:9092/1", as "host:9092"; freed by the caller.
 * NULL for a name that is none, such as the group coordinator's: that broker has another as well.
 */
char *reachability_broker(const char *name);

/*
 * Whether a line of librdkafka tells of a broker's connection only, and so is no news beside the
 * registry's lines. If it says that the broker could not be reached, sets *ret_broker ("host:port")
 * and *ret_why, to be freed; else both are NULL. Pure.
 */
bool reachability_read_line(const char *facility, const char *text, char **ret_broker,
                            char **ret_why);
