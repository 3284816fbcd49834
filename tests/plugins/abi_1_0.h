/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * abi_1_0 - the headers of include/tern as they were at ABI 1.0, in one. Never changed: a plugin
 * that was built with them has to work for ever.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tern_code {
    TERN_EINVALID = 1, /* the user or caller supplied a bad value: REST 400 */
    TERN_ENOTFOUND,    /* REST 404 */
    TERN_ECONFLICT,    /* already exists, or a rebalance is under way: REST 409 */
    TERN_ETIMEOUT,     /* the deadline passed, the outcome is unknown: REST 500 */
    TERN_ERETRIABLE,   /* transient: the same call may succeed later */
    TERN_EINTERNAL,    /* anything else: REST 500 */
};

struct tern_error {
    enum tern_code code;
    const char *where; /* "file.c:42" of the first tern_fail(); static storage */
    char msg[1024];    /* always terminated; cut short when longer */
};

#define TERN_STR_(x) #x
#define TERN_STR(x)  TERN_STR_(x)

/* Both are -1 to the compiler and to -fanalyzer: `return tern_fail(err, ...)`. */
#define tern_fail(err, code, ...) \
    (tern_fail_at((err), __FILE__ ":" TERN_STR(__LINE__), (code), __VA_ARGS__), -1)
#define tern_context(err, ...) (tern_context_at((err), __VA_ARGS__), -1)

/* Fills *err; the message is formatted as by printf. Thread: any. */
void tern_fail_at(struct tern_error *err, const char *where, enum tern_code code, const char *fmt,
                  ...) __attribute__((format(printf, 4, 5)));

/* Puts "<text>: " before the message that *err holds already. Thread: any. */
void tern_context_at(struct tern_error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* One entry; value NULL is Java's null. */
struct tern_config_entry {
    const char *key;
    const char *value;
};

/* A map of strings: entries sorted by key in byte order, no key twice. Immutable, borrowed. */
struct tern_config {
    const struct tern_config_entry *entries;
    size_t count;
};

/* Takes one more configuration, copying what it keeps. Returned by the caller of a plugin. */
typedef int tern_config_emit(void *arg, const struct tern_config *config, struct tern_error *err);

enum tern_config_type {
    TERN_BOOL = 1, /* binds a bool */
    TERN_STRING,   /* binds a const char *, trimmed; NULL for null */
    TERN_INT,      /* binds an int32_t */
    TERN_SHORT,    /* binds an int16_t */
    TERN_LONG,     /* binds an int64_t */
    TERN_DOUBLE,   /* binds a double */
    TERN_LIST,     /* binds a struct tern_list */
    TERN_CLASS,    /* binds a const char *: the name as given */
    TERN_PASSWORD, /* binds a const char *; never printed */
};

struct tern_list {
    const char *const *items;
    size_t count;
};

enum tern_importance {
    TERN_HIGH = 1,
    TERN_MEDIUM,
    TERN_LOW
};
enum tern_width {
    TERN_WIDTH_NONE = 0,
    TERN_WIDTH_SHORT,
    TERN_WIDTH_MEDIUM,
    TERN_WIDTH_LONG
};

enum tern_validator_kind {
    TERN_VALID_RANGE = 1,            /* min and max, each unless INT64_MIN / INT64_MAX; flags */
    TERN_VALID_ONE_OF,               /* strings, exact */
    TERN_VALID_ONE_OF_ANY_CASE,      /* strings, ASCII case ignored */
    TERN_VALID_NON_EMPTY,            /* null is fine */
    TERN_VALID_NON_EMPTY_NO_CONTROL, /* null is fine; no ISO control characters */
    TERN_VALID_NON_NULL,
    TERN_VALID_LIST,   /* flags; and each entry one of strings, if given */
    TERN_VALID_CUSTOM, /* check() */
};

enum {
    TERN_LIST_NOT_EMPTY = 1, /* an empty list is refused */
    TERN_ALLOW_NULL = 2,     /* LIST, RANGE: null is accepted */
};

struct tern_validator {
    enum tern_validator_kind kind;
    int64_t min, max;
    const char *const *strings; /* ends with NULL */
    unsigned flags;
    /* value is the text as given, NULL for null; the message follows "Invalid value ... : ". */
    int (*check)(const char *key, const char *value, struct tern_error *err);
    const char *description; /* CUSTOM: what documentation shows as valid values */
};

/* What a user interface may offer; both callbacks may be NULL. Thread: any. */
struct tern_recommender {
    /* Calls emit_value for each recommended value, given all values entered so far. */
    void (*values)(const char *key, const struct tern_config *config,
                   void (*emit_value)(void *arg, const char *value), void *arg);
    bool (*visible)(const char *key, const struct tern_config *config);
};

enum {
    TERN_REQUIRED = 1, /* no default: leaving the key out is an error */
    TERN_INTERNAL = 2, /* accepted, not documented */
};

#define TERN_UNBOUND SIZE_MAX

/* One key. A table ends with TERN_END. The rows are written {name, type, default, importance, at,
 * doc}. */
struct tern_config_key {
    const char *name;
    enum tern_config_type type;
    const char *fallback; /* the default as text; NULL: null (or none, with TERN_REQUIRED) */
    enum tern_importance importance;
    size_t at; /* offset in the settings struct, or TERN_UNBOUND */
    const char *doc;
    unsigned flags;
    const struct tern_validator *validator; /* NULL: anything */
    const char *group;                      /* NULL: none */
    int order;                              /* in the group, from 1; 0: none (shown as -1) */
    enum tern_width width;
    const char *display_name;      /* NULL: the name */
    const char *const *dependents; /* ends with NULL; NULL: none */
    const struct tern_recommender *recommender;
};

#define TERN_END     \
    {                \
        .name = NULL \
    }

/* data NULL is null; an empty byte string has a non-NULL data and size 0. */
struct tern_bytes {
    const void *data;
    size_t size;
};

enum tern_value_type {
    TERN_VALUE_NULL = 0,
    TERN_VALUE_BOOLEAN,
    TERN_VALUE_INT8,
    TERN_VALUE_INT16,
    TERN_VALUE_INT32,
    TERN_VALUE_INT64,
    TERN_VALUE_FLOAT32,
    TERN_VALUE_FLOAT64,
    TERN_VALUE_STRING, /* as.bytes: UTF-8, not terminated */
    TERN_VALUE_BYTES,  /* as.bytes */
};

struct tern_schema; /* the data model's schema; of no meaning to bytes */

struct tern_value {
    enum tern_value_type type;
    const struct tern_schema *schema; /* NULL: none, or that of plain optional bytes */
    union {
        bool boolean;
        int64_t integer; /* every INT type */
        double number;   /* both FLOAT types */
        struct tern_bytes bytes;
    } as;
};

struct tern_header {
    const char *key; /* UTF-8, terminated */
    struct tern_value value;
};

/*
 * A source partition, interned by the host: its offset key is built once and not
 * per record. From tern_host.source_partition(); lives as long as the task instance.
 */
struct tern_source_partition;

struct tern_source_record {
    const char *topic;
    int32_t partition;    /* -1: the producer's partitioner chooses by key */
    int64_t timestamp_ms; /* -1: none, the producer takes its own time */
    struct tern_value key;
    struct tern_value value;
    const struct tern_header *headers;
    size_t header_count;

    struct tern_source_partition *source; /* NULL: the record carries no offset */
    int64_t offset;                       /* {"<offset name of source>": offset} */
    const char *offset_json;              /* when not NULL, the whole offset as a JSON object */
    void *cookie;                         /* the plugin's own */
};

struct tern_source_batch {
    struct tern_source_record *records;
    size_t count;
    /* Thread: task. Called once, after every record was acknowledged, dropped, or given up. */
    void (*release)(struct tern_source_batch *batch);
    void *cookie; /* the plugin's own */
};

/* Where the target put a record. */
struct tern_record_metadata {
    int32_t partition;
    int64_t offset; /* -1: the broker did not say (acks=0) */
};

#define TERN_ABI_MAJOR     1u
#define TERN_ABI_MINOR     0u

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
};

enum tern_exactly_once {
    TERN_EXACTLY_ONCE_UNDECLARED = 0,
    TERN_EXACTLY_ONCE_SUPPORTED,
    TERN_EXACTLY_ONCE_UNSUPPORTED,
};

/* Takes one fault of a configuration: the key, and the whole message. */
typedef void tern_config_fault(void *arg, const char *key, const char *message);

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
};

struct tern_plugin {
    uint16_t abi_major, abi_minor; /* first: they say whether the rest may be read */
    uint32_t size;                 /* sizeof(struct tern_plugin) as compiled */
    const struct tern_connector_class *const *connectors; /* ends with NULL */
};
