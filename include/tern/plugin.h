/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * plugin - what a shared object on plugin.path exports, and what the worker gives it.
 *
 * A plugin exports one symbol, `tern_plugin`, of type struct tern_plugin. Versions
 * come first and say whether the rest may be read; every struct carries its size as
 * compiled and grows only at its end, so that a member is there if it lies below that
 * size. Class names are the Java ones: they stand in configurations, in the config
 * topic and in statuses, and Java workers of the same cluster use them.
 *
 * Rules of the road:
 * - A connector or task instance is called from its own thread only, but for
 *   interrupt(), which any thread may call between the return of start() and stop().
 * - Arguments are borrowed for the call. What a plugin allocates, it frees.
 * - start() may fail; then stop() is not called. After stop() nothing is called.
 *   Pausing a connector is stop(), resuming it is start() again.
 * - A plugin never calls exit(), never touches signals, and ends its threads in stop().
 *
 * See doc/plugin-abi.md.
 */
#include <tern/config.h>
#include <tern/error.h>
#include <tern/record.h>

#define TERN_ABI_MAJOR     1u
#define TERN_ABI_MINOR     1u

#define TERN_PLUGIN_SYMBOL "tern_plugin"

enum tern_log_level {
    TERN_LOG_TRACE = 0,
    TERN_LOG_DEBUG,
    TERN_LOG_INFO,
    TERN_LOG_WARN,
    TERN_LOG_ERROR,
    TERN_LOG_FATAL,
    TERN_LOG_OFF,
};

/* One member of a source partition: integers are written as JSON integers. */
struct tern_field {
    const char *name;
    const char *text; /* NULL: number counts */
    int64_t number;
};

/* A stored source offset. */
struct tern_source_offset {
    bool known;       /* false: nothing is stored for the partition */
    int64_t number;   /* the member named by the partition's offset name; INT64_MIN when it is no
                         integer */
    const char *json; /* the whole stored object; owned by the host until the instance ends */
};

/* Services for one connector or task instance. Valid until stop() has returned. */
struct tern_host {
    uint32_t size;
    const char *connector; /* the connector's name */
    int32_t task;          /* the task's number; -1 for a connector */
    void *worker;          /* the worker's own */

    /* Writes one line, with the context of the calling thread. Thread: any. */
    void (*log)(enum tern_log_level level, const char *logger, const char *message);
    bool (*log_enabled)(enum tern_log_level level, const char *logger);
    /* Gives a thread that the plugin has started the instance's log context. Thread: the new one.
     */
    void (*adopt_thread)(const struct tern_host *host);

    /* Whether the instance was asked to stop. Thread: any. */
    bool (*stopping)(const struct tern_host *host);
    /* Sleeps; true, and at once, when the instance was asked to stop. Thread: any. */
    bool (*wait)(const struct tern_host *host, int64_t timeout_ms);

    /*
     * The handle of a source partition. fields go into the offset key in the order given:
     * keys are compared as bytes, with those that Java connectors wrote. Thread: task, connector.
     */
    int (*source_partition)(const struct tern_host *host, const struct tern_field *fields,
                            size_t count, const char *offset_name,
                            struct tern_source_partition **ret_partition, struct tern_error *err);
    /*
     * Reads the stored offsets of count partitions into ret_offsets[count], after reading the
     * offsets topic to its end. Thread: task, connector. Errors: TERN_ETIMEOUT.
     */
    int (*read_offsets)(const struct tern_host *host,
                        struct tern_source_partition *const *partitions, size_t count,
                        struct tern_source_offset *ret_offsets, struct tern_error *err);

    /* Connector only: asks for task_configs() to be called again, soon. Thread: any. */
    void (*request_task_reconfiguration)(const struct tern_host *host);
    /* Connector only: makes the connector FAILED. Thread: any. */
    void (*raise_error)(const struct tern_host *host, const struct tern_error *err);

    /*
     * Tells what became of a connection to a Kafka broker: why it failed, or NULL when the broker
     * has answered. cluster is its bootstrap.servers, sorted; broker is "host:port". The worker
     * logs, once for all clients of all plugins, which clusters cannot be reached. Thread: any.
     */
    void (*report_broker)(const char *cluster, const char *broker, const char *why);
};

/* What becomes of a record that the target refuses for good. */
enum tern_refusal {
    TERN_REFUSAL_FAIL = 0, /* the task becomes FAILED */
    TERN_REFUSAL_SKIP,     /* the record is left out, and its offset counts */
    /*
     * The record and those of its source partition behind it are dropped, and their offsets do not
     * count: each comes back by commit_record(NULL). When all have come back the plugin may hand
     * them over again, or never.
     */
    TERN_REFUSAL_AGAIN,
};

enum tern_metric_kind {
    TERN_METRIC_GAUGE = 0,
    TERN_METRIC_COUNTER, /* only grows, from 0 when the instance began */
};

/* One metric of an instance, borrowed. Names, tags and their order are those of Java's MBeans. */
struct tern_metric {
    const char *domain; /* "kafka.connect.mirror" */
    const char *type;   /* "MirrorSourceConnector" */
    const struct tern_field *tags;
    size_t tag_count;
    const char *name; /* "record-count" */
    double value;     /* NaN: none yet */
    enum tern_metric_kind kind;
};
/* Takes one metric; must not block: the instance may be waiting to end. */
typedef void tern_metric_emit(void *arg, const struct tern_metric *metric);

struct tern_source_task_class {
    uint32_t size;       /* sizeof(struct tern_source_task_class) as compiled */
    const char *name;    /* the Java class name: task.class of stored task configs */
    const char *version; /* NULL: "undefined" */

    int (*start)(const struct tern_host *host, const struct tern_config *config, void **ret_self,
                 struct tern_error *err);
    /*
     * The next batch, or NULL when there is none after at most max_wait_ms. A failure of code
     * TERN_ERETRIABLE is logged and the call repeated; any other makes the task FAILED.
     */
    int (*poll)(void *self, int64_t max_wait_ms, struct tern_source_batch **ret_batch,
                struct tern_error *err);
    /*
     * The target has acknowledged the record (metadata), or the worker dropped it (NULL): in the
     * order of acknowledgement, in the order of the records within a target partition. May be NULL.
     */
    void (*commit_record)(void *self, const struct tern_source_record *record,
                          const struct tern_record_metadata *metadata);
    /* Offsets were committed; also called when there was nothing to commit. May be NULL. */
    void (*commit)(void *self);
    /* Makes a poll() under way return soon. Thread: any. May be NULL. */
    void (*interrupt)(void *self);
    /* Ends and frees self. All batches were released before. */
    void (*stop)(void *self);
    /*
     * The target refuses the record for good, as one that is too large, and errors.tolerance does
     * not say otherwise: what is to become of it. Called for the first of a source partition, not
     * for those behind it. Since minor 1. May be NULL: FAIL.
     */
    enum tern_refusal (*refused)(void *self, const struct tern_source_record *record,
                                 const struct tern_error *err);
    /* Emits every metric of the instance. Thread: any, as interrupt(). Since minor 1. May be NULL.
     */
    void (*metrics)(void *self, tern_metric_emit *emit, void *arg);
};

enum tern_exactly_once {
    TERN_EXACTLY_ONCE_UNDECLARED = 0,
    TERN_EXACTLY_ONCE_SUPPORTED,
    TERN_EXACTLY_ONCE_UNSUPPORTED,
};

/* Takes one fault of a configuration: the key, and the whole message. */
typedef void tern_config_fault(void *arg, const char *key, const char *message);

/* One change that a user wants in stored source offsets: texts of JSON objects. */
struct tern_offset_change {
    const char *partition; /* the source partition; NULL: JSON null */
    const char *offset;    /* NULL: a reset, nothing is to be stored any more */
};

struct tern_connector_class {
    uint32_t size;       /* sizeof(struct tern_connector_class) as compiled */
    const char *name;    /* what connector.class names; the Java class name */
    const char *version; /* NULL: "undefined" */

    uint32_t config_key_size; /* sizeof(struct tern_config_key) as compiled */
    const struct tern_config_key *const
        *config; /* tables, in order of definition; ends with NULL */
    const struct tern_source_task_class *source_task;

    /* Faults beyond those of single keys. No instance exists. May be NULL. Thread: any. */
    void (*validate)(const struct tern_config *config, tern_config_fault *fault, void *arg);
    /* May be NULL: undeclared. No instance exists. Thread: any. */
    enum tern_exactly_once (*exactly_once)(const struct tern_config *config);

    int (*start)(const struct tern_host *host, const struct tern_config *config, void **ret_self,
                 struct tern_error *err);
    /*
     * Emits the configuration of each task, at most max_tasks, in task order. A failure of code
     * TERN_ERETRIABLE is repeated with back-off; any other makes the connector FAILED.
     */
    int (*task_configs)(void *self, int32_t max_tasks, tern_config_emit *emit, void *arg,
                        struct tern_error *err);
    void (*stop)(void *self);

    /* ---- since 1.1 ---- */

    /*
     * Checks offsets that a user wants to have stored, and acts on them where the plugin keeps
     * offsets elsewhere. The connector is stopped; no instance exists. *ret_handled: whether
     * the plugin answers for them; false, like NULL here, makes the answer to the user say so.
     * A failure refuses all changes. May be NULL. Thread: any.
     */
    int (*alter_offsets)(const struct tern_config *config, const struct tern_offset_change *changes,
                         size_t count, bool *ret_handled, struct tern_error *err);
    /*
     * What is odd in a configuration and no fault: keys that nobody reads, probably misspelt. The
     * worker logs it when a user sets the configuration; it leaves out what it reads itself. No
     * instance exists. May be NULL: keys that are near to one of the tables are told. Thread: any.
     */
    void (*remarks)(const struct tern_config *config, tern_config_fault *remark, void *arg);
};

struct tern_plugin {
    uint16_t abi_major, abi_minor; /* first: they say whether the rest may be read */
    uint32_t size;                 /* sizeof(struct tern_plugin) as compiled */
    const struct tern_connector_class *const *connectors; /* ends with NULL */
};
