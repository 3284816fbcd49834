/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/host.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/ptrmap.h"
#include "lib/base/thread.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/kafka/reachability.h"
#include "worker/task/offset_key.h"
#include "worker/task/pending_offsets.h"

LOG_DOMAIN("org.apache.kafka.connect.storage.OffsetStorageReaderImpl");

enum {
    READ_SLICE_MS =
        2000, /* a read of the store lasts that long at most: host_cancel() waits for it */
    READ_WARN_MS = 30000, /* how often a read that takes long is told */
};

struct tern_source_partition {
    const struct host *host;
    char *key;
    char *offset_name;
    struct pending_queue *queue; /* NULL for a connector */
};

struct host {
    struct tern_host face; /* first; immutable */
    char *connector;       /* immutable */
    char *context;         /* immutable */
    struct host_conf conf; /* immutable */

    struct ptrmap partitions; /* instance thread only; by key; owned */
    VEC(char *) texts;        /* instance thread only: offsets that were read */

    struct gate gate;
    bool ending;     /* gate: for good */
    bool stopping;   /* gate: ending, or until host_reset() */
    bool cancelled;  /* gate */
    unsigned inside; /* gate */
};

static struct host *host_of(const struct tern_host *face)
{
    return CONTAINER_OF(face, struct host, face);
}

/* ---- lifeline ---- */

bool host_enter(struct host *h)
{
    bool entered;

    gate_lock(&h->gate);
    entered = !h->cancelled;
    if (entered)
        h->inside++;
    gate_unlock(&h->gate);
    return entered;
}

void host_leave(struct host *h)
{
    gate_lock(&h->gate);
    if (--h->inside == 0)
        gate_wake(&h->gate);
    gate_unlock(&h->gate);
}

static atomic_size_t cancelled_count;

size_t host_cancelled_count(void)
{
    return atomic_load(&cancelled_count);
}

void host_cancel(struct host *h)
{
    atomic_fetch_add(&cancelled_count, 1);
    gate_lock(&h->gate);
    h->cancelled = h->ending = h->stopping = true;
    gate_wake(&h->gate);
    while (h->inside)
        gate_wait(&h->gate, FOREVER_MS);
    gate_unlock(&h->gate);
}

bool host_cancelled(struct host *h)
{
    bool cancelled;

    gate_lock(&h->gate);
    cancelled = h->cancelled;
    gate_unlock(&h->gate);
    return cancelled;
}

static void stop(struct host *h, bool for_good)
{
    gate_lock(&h->gate);
    h->ending = h->ending || for_good;
    h->stopping = true;
    gate_wake(&h->gate);
    gate_unlock(&h->gate);
}

void host_stop(struct host *h)
{
    stop(h, true);
}

void host_pause(struct host *h)
{
    stop(h, false);
}

/* ---- services: log, stop, wait ---- */

const char *host_context(const struct host *h)
{
    return h->context;
}

static void adopt_thread(const struct tern_host *face)
{
    log_set_context(host_of(face)->context);
}

static bool stopping(const struct tern_host *face)
{
    struct host *h = host_of(face);
    bool yes;

    gate_lock(&h->gate);
    yes = h->stopping;
    gate_unlock(&h->gate);
    return yes;
}

static bool wait_ms(const struct tern_host *face, int64_t timeout_ms)
{
    struct host *h = host_of(face);
    int64_t deadline_ms = clock_deadline_ms(timeout_ms > 0 ? timeout_ms : 0);
    bool yes;

    gate_lock(&h->gate);
    while (!h->stopping && clock_left_ms(deadline_ms, 1) > 0)
        gate_wait(&h->gate, deadline_ms);
    yes = h->stopping;
    gate_unlock(&h->gate);
    return yes;
}

/* ---- services: source partitions and their offsets ---- */

static void partition_free(void *p)
{
    struct tern_source_partition *partition = p;

    free(partition->offset_name);
    free(partition->key);
    free(partition);
}

static int source_partition(const struct tern_host *face, const struct tern_field *fields,
                            size_t count, const char *offset_name,
                            struct tern_source_partition **ret_partition, struct tern_error *err)
{
    struct host *h = host_of(face);
    CLEANUP(freep) char *key = offset_key_text(h->connector, fields, count);
    CLEANUP(freep) char *value = offset_value_text(offset_name ? offset_name : "", 0);
    struct tern_source_partition *partition;

    if (!key || !value || !offset_name)
        return tern_fail(err, TERN_EINVALID, "a source partition of '%s' is no valid text",
                         h->connector);
    partition = ptrmap_get(&h->partitions, key);
    if (partition && strcmp(partition->offset_name, offset_name) != 0) {
        return tern_fail(err, TERN_EINVALID, "source partition '%s' has offsets '%s', not '%s'",
                         key, partition->offset_name, offset_name);
    }
    if (!partition) {
        partition = xcalloc(1, sizeof(*partition));
        partition->host = h;
        partition->offset_name = xstrdup(offset_name);
        if (h->conf.pending)
            partition->queue = pending_offsets_queue(h->conf.pending, key, offset_name);
        ptrmap_set(&h->partitions, key, partition);
        partition->key = TAKE(key);
    }
    *ret_partition = partition;
    return 0;
}

bool host_owns(const struct host *h, const struct tern_source_partition *partition)
{
    return partition->host == h;
}

struct pending_queue *host_queue(const struct tern_source_partition *partition)
{
    return partition->queue;
}

const char *host_offset_name(const struct tern_source_partition *partition)
{
    return partition->offset_name;
}

const char *host_partition_key(const struct tern_source_partition *partition)
{
    return partition->key;
}

/* One read of the store. Inside the lifeline. */
static int read_slice(struct host *h, const char *const *keys, size_t count, char **ret_values,
                      struct tern_error *err)
{
    int rc;

    if (!host_enter(h))
        return tern_fail(err, TERN_ETIMEOUT, "cancelled");
    rc = offset_store_read(h->conf.offsets, keys, count, clock_deadline_ms(READ_SLICE_MS),
                           ret_values, err);
    host_leave(h);
    return rc;
}

/*
 * Reads for as long as it takes: a cluster that comes back finds the task waiting. In slices,
 * so that a stop is seen.
 */
static int read_values(struct host *h, const char *const *keys, size_t count, char **ret_values,
                       struct tern_error *err)
{
    int64_t warn_ms = clock_deadline_ms(READ_WARN_MS);

    while (!stopping(&h->face)) {
        if (read_slice(h, keys, count, ret_values, err) == 0)
            return 0;
        if (err->code != TERN_ETIMEOUT && err->code != TERN_ERETRIABLE)
            return -1;
        if (clock_left_ms(warn_ms, 1) == 0) {
            log_warn("still reading the source offsets of '%s': %s", h->connector, err->msg);
            warn_ms = clock_deadline_ms(READ_WARN_MS);
        }
        if (err->code == TERN_ERETRIABLE)
            wait_ms(&h->face, 100);
    }
    return tern_fail(err, TERN_ETIMEOUT, /* peer text */
                     "Offset reader closed while attempting to read offsets. This is likely "
                     "because the task was been scheduled to stop but has taken longer than the "
                     "graceful shutdown period to do so.");
}

/* What cannot be read counts as not stored, as in Java. Takes text. */
static void parse_offset(struct host *h, const struct tern_source_partition *partition, char *text,
                         struct tern_source_offset *ret)
{
    struct tern_error err;

    if (text)
        vec_push(&h->texts, text);
    if (offset_value_parse(text, partition->offset_name, ret, &err) == 0)
        return;
    log_error("CRITICAL: Failed to deserialize offset data when getting offsets for task with "
              "namespace %s. No value for this data will be returned, which may break the task or "
              "cause it to skip some data. %s: %s", /* peer text */
              h->connector, partition->key, err.msg);
    *ret = (struct tern_source_offset){.known = false, .number = INT64_MIN};
}

static int read_offsets(const struct tern_host *face,
                        struct tern_source_partition *const *partitions, size_t count,
                        struct tern_source_offset *ret_offsets, struct tern_error *err)
{
    struct host *h = host_of(face);
    CLEANUP(freep) const char **keys = xcalloc(count + 1, sizeof(*keys));
    CLEANUP(freep) char **values = xcalloc(count + 1, sizeof(*values));

    for (size_t i = 0; i < count; i++) {
        if (!partitions[i] || !host_owns(h, partitions[i]))
            return tern_fail(err, TERN_EINVALID, "a source partition of another instance");
        keys[i] = partitions[i]->key;
    }
    if (count == 0)
        return 0;
    if (read_values(h, keys, count, values, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        parse_offset(h, partitions[i], values[i], &ret_offsets[i]);
    return 0;
}

/* ---- services of connectors ---- */

static bool is_ending(struct host *h)
{
    bool yes;

    gate_lock(&h->gate);
    yes = h->ending;
    gate_unlock(&h->gate);
    return yes;
}

static void request_task_reconfiguration(const struct tern_host *face)
{
    struct host *h = host_of(face);

    if (!h->conf.reconfigure)
        return;
    if (is_ending(h) || !host_enter(h)) {
        log_warn("The request for task reconfiguration has been rejected because this instance of "
                 "the connector '%s' has already been shut down.", /* peer text */
                 h->connector);
        return;
    }
    h->conf.reconfigure(h->conf.arg);
    host_leave(h);
}

static void raise_error(const struct tern_host *face, const struct tern_error *err)
{
    struct host *h = host_of(face);

    if (!h->conf.fail)
        return;
    if (is_ending(h) || !host_enter(h)) {
        log_warn("The request to fail the connector has been rejected because this instance of "
                 "the connector '%s' has already been shut down.", /* peer text */
                 h->connector);
        return;
    }
    h->conf.fail(h->conf.arg, err);
    host_leave(h);
}

/* ---- life ---- */

struct host *host_new(const struct host_conf *conf)
{
    struct host *h = xcalloc(1, sizeof(*h));

    h->conf = *conf;
    h->connector = xstrdup(conf->connector);
    h->context = xstrdup(conf->context);
    h->partitions = (struct ptrmap)PTRMAP_INIT(partition_free);
    gate_init(&h->gate);
    h->face = (struct tern_host){
        .size = sizeof(h->face),
        .connector = h->connector,
        .task = conf->task,
        .worker = h,
        .log = log_line,
        .log_enabled = log_line_enabled,
        .adopt_thread = adopt_thread,
        .stopping = stopping,
        .wait = wait_ms,
        .source_partition = source_partition,
        .read_offsets = read_offsets,
        .request_task_reconfiguration = request_task_reconfiguration,
        .raise_error = raise_error,
        .report_broker = reachability_report,
    };
    return h;
}

static void forget(struct host *h)
{
    ptrmap_fini(&h->partitions);
    for (size_t i = 0; i < h->texts.count; i++)
        free(h->texts.at[i]);
    vec_fini(&h->texts);
}

void host_reset(struct host *h)
{
    forget(h);
    gate_lock(&h->gate);
    h->stopping = h->ending;
    gate_unlock(&h->gate);
}

void host_free(struct host *h)
{
    if (!h)
        return;
    forget(h);
    gate_fini(&h->gate);
    free(h->context);
    free(h->connector);
    free(h);
}

const struct tern_host *host_face(const struct host *h)
{
    return &h->face;
}
