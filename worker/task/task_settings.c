/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/task_settings.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/conf/config_def.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.WorkerSourceTask");

enum {
    TXN_TIMEOUT_MS = 60000 /* Kafka's default */
};

struct worker_part {
    int64_t flush_interval_ms, flush_timeout_ms, flush_early_ms, shutdown_timeout_ms;
};

#define AT(field) offsetof(struct worker_part, field)
static const struct tern_config_key worker_keys[] = {
    {"offset.flush.interval.ms", TERN_LONG, "60000", TERN_LOW, AT(flush_interval_ms),
     .doc = "Interval at which to try committing offsets for tasks."},
    {"offset.flush.timeout.ms", TERN_LONG, "5000", TERN_LOW, AT(flush_timeout_ms),
     .doc = "Maximum number of milliseconds to wait for records to flush and for offset data to be "
            "committed."},
    {"tern.offset.flush.early.ms", TERN_LONG, "1000", TERN_LOW, AT(flush_early_ms),
     .doc = "How soon after the last commit of offsets the next may come when much flows, before "
            "offset.flush.interval.ms has passed. 0: never, as in Java."},
    {"task.shutdown.graceful.timeout.ms", TERN_LONG, "5000", TERN_LOW, AT(shutdown_timeout_ms),
     .doc = "Amount of time to wait for tasks to shutdown gracefully."},
    TERN_END,
};
#undef AT

struct connector_part {
    const char *tolerance;
    bool log, log_records;
    int64_t retry_timeout_ms, retry_delay_max_ms;
    struct tern_list transforms;
    const char *boundary;
    int64_t interval_ms; /* below 0: the worker's */
    bool merges;
};

static const char *const tolerances[] = {"none", "all", NULL};
static const struct tern_validator one_tolerance = {.kind = TERN_VALID_ONE_OF,
                                                    .strings = tolerances};

#define AT(field) offsetof(struct connector_part, field)
static const struct tern_config_key connector_keys[] = {
    {"errors.tolerance", TERN_STRING, "none", TERN_MEDIUM, AT(tolerance),
     .doc = "Behavior for tolerating errors during connector operation.",
     .validator = &one_tolerance},
    {"errors.log.enable", TERN_BOOL, "false", TERN_MEDIUM, AT(log),
     .doc =
         "Whether to log each error and the details of the failing operation and problematic record."},
    {"errors.log.include.messages", TERN_BOOL, "false", TERN_MEDIUM, AT(log_records),
     .doc = "Whether to include in the log the record that resulted in a failure."},
    {"errors.retry.timeout", TERN_LONG, "0", TERN_MEDIUM, AT(retry_timeout_ms),
     .doc = "The maximum duration in milliseconds that a failed operation will be reattempted."},
    {"errors.retry.delay.max.ms", TERN_LONG, "60000", TERN_MEDIUM, AT(retry_delay_max_ms),
     .doc = "The maximum duration in milliseconds between consecutive retry attempts."},
    {"transaction.boundary", TERN_STRING, "poll", TERN_MEDIUM, AT(boundary),
     .doc = "Where transactions of the connector's tasks end."},
    {"transaction.boundary.interval.ms", TERN_LONG, "-1", TERN_LOW, AT(interval_ms),
     .doc = "The time between commits with interval boundaries; by default as offset flushes."},
    {"tern.transaction.merge.enabled", TERN_BOOL, "true", TERN_LOW, AT(merges),
     .doc = "Whether a transaction with poll boundaries takes in more than one batch when the next "
            "is there already. false: as in Java."},
    {"transforms", TERN_LIST, "", TERN_LOW, AT(transforms),
     .doc = "Aliases for the transformations to be applied to records."},
    TERN_END,
};
#undef AT

static const struct tern_config_key *const worker_tables[] = {worker_keys, NULL};
static const struct tern_config_key *const connector_tables[] = {connector_keys, NULL};

static void warn_of_ineffective(const struct tern_config *connector)
{
    const char *topic = config_get(connector, "offsets.storage.topic");

    if (topic && *topic)
        log_warn("offsets.storage.topic has no effect yet: source offsets are kept in the "
                 "worker's own topic");
}

/* The worker's, or the connector's own; what is no number is refused when the producer is opened.
 */
static int64_t txn_timeout_ms(const struct tern_config *worker, const struct tern_config *connector)
{
    const char *text = config_get(connector, "producer.override.transaction.timeout.ms");
    int64_t ms;

    if (!text)
        text = config_get(worker, "producer.transaction.timeout.ms");
    ms = text ? strtoll(text, NULL, 10) : TXN_TIMEOUT_MS;
    return ms > 0 && ms <= INT32_MAX ? ms : TXN_TIMEOUT_MS;
}

int task_settings_read(const struct tern_config *worker, const struct tern_config *connector,
                       bool is_exactly_once, struct task_settings *ret_settings,
                       struct tern_error *err)
{
    enum txn_boundary_kind kind = TXN_BOUNDARY_POLL;
    CLEANUP(config_memory_freep) struct config_memory *worker_memory = NULL;
    CLEANUP(config_memory_freep) struct config_memory *connector_memory = NULL;
    struct worker_part w = {0};
    struct connector_part c = {0};

    if (config_bind(worker_tables, worker, &w, &worker_memory, err) < 0 ||
        config_bind(connector_tables, connector, &c, &connector_memory, err) < 0)
        return -1;
    if (c.transforms.count > 0) {
        return tern_fail(err, TERN_EINVALID,
                         "transforms are not supported by this worker yet: '%s' would not be "
                         "applied",
                         c.transforms.items[0]);
    }
    if (is_exactly_once && txn_boundary_kind_of(c.boundary, &kind, err) < 0)
        return -1;
    warn_of_ineffective(connector);
    *ret_settings = (struct task_settings){
        .flush_interval_ms = w.flush_interval_ms,
        .flush_timeout_ms = w.flush_timeout_ms,
        .flush_early_ms = w.flush_early_ms,
        .shutdown_timeout_ms = w.shutdown_timeout_ms,
        .txn_kind = kind,
        .txn_merges = c.merges,
        .txn_interval_ms = c.interval_ms >= 0 ? c.interval_ms : w.flush_interval_ms,
        .txn_timeout_ms = txn_timeout_ms(worker, connector),
        .tolerate_all = strcmp(c.tolerance, "all") == 0,
        .log_errors = c.log,
        .log_records = c.log_records,
        .retry_timeout_ms = c.retry_timeout_ms,
        .retry_delay_max_ms = c.retry_delay_max_ms,
    };
    return 0;
}
