/* SPDX-License-Identifier: Apache-2.0 */
/* What a herder asks of Kafka but for the config topic: admin, offsets, statuses, fencing. */
#include "tests/sim/worker/herder/fake_parts.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/xmem.h"
#include "lib/kafka/fence.h"
#include "lib/kafka/txn_writer.h"
#include "tests/lib/testing.h"
#include "worker/store/internal_topics.h"
#include "worker/store/offset_store.h"
#include "worker/store/status_cache.h"

/* ---- admin and topics ---- */

struct admin {
    int dummy;
};

int admin_open(const struct tern_config *java, struct admin **ret_admin, struct tern_error *err)
{
    (void)err;
    ck_assert_ptr_nonnull(config_get(java, "client.id"));
    *ret_admin = xcalloc(1, sizeof(**ret_admin));
    return 0;
}

void admin_free(struct admin *a)
{
    free(a);
}

int admin_cluster_id(struct admin *a, int64_t deadline_ms, char **ret_id, struct tern_error *err)
{
    (void)a;
    (void)deadline_ms;
    fakes_count(&fakes.cluster_asked);
    if (fakes_take(&fakes.unreachable))
        return tern_fail(err, TERN_ETIMEOUT, "no broker answers");
    *ret_id = xstrdup("id");
    return 0;
}

int internal_topic_ensure(struct admin *a, enum internal_topic kind,
                          const struct tern_config *worker, int64_t deadline_ms,
                          struct tern_error *err)
{
    (void)a;
    (void)worker;
    (void)deadline_ms;
    if (fakes.refuse_topics && kind == INTERNAL_STATUS)
        return tern_fail(err, TERN_EINVALID, "the topic is not compacted");
    return 0;
}

/* ---- offsets ---- */

struct offset_store {
    struct offset_map map; /* fakes.gate */
};

static struct offset_store *the_offsets; /* fakes.gate: that was opened last */

int offset_store_open(const struct offset_store_conf *conf, int64_t deadline_ms,
                      struct offset_store **ret_store, struct tern_error *err)
{
    (void)conf;
    (void)deadline_ms;
    (void)err;
    *ret_store = xcalloc(1, sizeof(**ret_store));
    gate_lock(&fakes.gate);
    the_offsets = *ret_store;
    gate_unlock(&fakes.gate);
    return 0;
}

void offset_store_free(struct offset_store *s)
{
    if (s)
        offset_map_fini(&s->map);
    free(s);
}

int offset_store_read(struct offset_store *s, const char *const *keys, size_t n,
                      int64_t deadline_ms, char **ret_values, struct tern_error *err)
{
    (void)s;
    (void)keys;
    (void)n;
    (void)deadline_ms;
    (void)ret_values;
    return tern_fail(err, TERN_EINTERNAL, "no task reads offsets here");
}

int offset_store_list(struct offset_store *s, const char *connector, int64_t deadline_ms,
                      struct offset_pair **ret_pairs, size_t *ret_count, struct tern_error *err)
{
    (void)deadline_ms;
    if (fakes_take(&fakes.offset_reads_fail))
        return tern_fail(err, TERN_ETIMEOUT, "the end was not reached");
    gate_lock(&fakes.gate);
    *ret_count = offset_map_copy(&s->map, connector, ret_pairs);
    gate_unlock(&fakes.gate);
    return 0;
}

int offset_store_write_now(struct offset_store *s, const struct offset_entry *entries, size_t n,
                           int64_t deadline_ms, struct tern_error *err)
{
    (void)deadline_ms;
    if (fakes_take(&fakes.offset_writes_fail))
        return tern_fail(err, TERN_EINTERNAL, "not written");
    for (size_t i = 0; i < n; i++) {
        struct offset_record r;

        ck_assert_ok(
            offset_record_parse(slice_str(entries[i].key), slice_str(entries[i].value), &r, err),
            *err);
        gate_lock(&fakes.gate);
        offset_map_apply(&s->map, &r);
        gate_unlock(&fakes.gate);
        offset_record_fini(&r);
    }
    return 0;
}

/* ---- transactions of offsets ---- */

struct txn_writer {
    int dummy;
};

int txn_writer_open(const struct tern_config *java, const char *topic, const bool *cancel,
                    int64_t deadline_ms, struct txn_writer **ret_writer, struct tern_error *err)
{
    (void)cancel;
    (void)deadline_ms;
    (void)err;
    ck_assert_str_eq(config_get(java, "transactional.id"), "g-c-0");
    ck_assert_str_eq(topic, "o");
    *ret_writer = xcalloc(1, sizeof(**ret_writer));
    return 0;
}

/* The herder's one store reads what is written. */
int txn_writer_write(struct txn_writer *w, const struct topic_log_entry *entries, size_t n,
                     int64_t deadline_ms, struct tern_error *err)
{
    (void)w;
    for (size_t i = 0; i < n; i++) {
        const struct offset_entry entry = {entries[i].key, (const char *)entries[i].value.at};

        if (offset_store_write_now(the_offsets, &entry, 1, deadline_ms, err) < 0)
            return -1;
    }
    fakes_count(&fakes.transactions);
    return 0;
}

void txn_writer_free(struct txn_writer *w)
{
    free(w);
}

/* ---- transactional ids ---- */

int fence_producers(const struct tern_config *java, const char *const *ids, size_t n,
                    const bool *cancel, int64_t deadline_ms, struct tern_error *err)
{
    (void)deadline_ms;
    ck_assert_ptr_nonnull(cancel);
    ck_assert_str_eq(config_get(java, "client.id"), "connector-worker-adminclient-c");
    if (fakes_take(&fakes.fence_fails))
        return tern_fail(err, TERN_ETIMEOUT, "no coordinator");
    for (size_t i = 0; i < n; i++)
        ck_assert_ptr_nonnull(strstr(ids[i], "g-c-"));
    gate_lock(&fakes.gate);
    fakes.fenced += (int)n;
    gate_unlock(&fakes.gate);
    return 0;
}

/* ---- statuses ---- */

struct status_store {
    struct status_cache cache; /* fakes.gate */
    bool is_open;
};

static struct status_store statuses;

int status_store_open(const struct status_store_conf *conf, int64_t deadline_ms,
                      struct status_store **ret_store, struct tern_error *err)
{
    (void)conf;
    (void)deadline_ms;
    (void)err;
    *ret_store = &statuses;
    return 0;
}

void status_store_free(struct status_store *s)
{
    (void)s; /* kept: tests look at it afterwards */
}

void status_store_put(struct status_store *s, const char *connector, int32_t task,
                      const struct status *status, bool safe)
{
    CLEANUP(status_record_fini) struct status_record r = STATUS_RECORD_INIT;
    CLEANUP(freep) char *key = status_record_key(connector, task);
    CLEANUP(freep)
    char *value = status->state == RUN_DESTROYED ? NULL : status_record_value(status);

    status_record_parse(slice_str(key), slice_str(value), &r);
    gate_lock(&fakes.gate);
    if (!safe || status_cache_may_write(&s->cache, connector, task, status))
        status_cache_apply(&s->cache, &r);
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
}

bool status_store_flush(struct status_store *s, int64_t deadline_ms)
{
    (void)s;
    (void)deadline_ms;
    fakes_count(&fakes.status_flushes);
    return true;
}

int status_store_refresh(struct status_store *s, int64_t deadline_ms, struct tern_error *err)
{
    (void)s;
    (void)deadline_ms;
    (void)err;
    return 0; /* a put shows at once */
}

bool status_store_get(struct status_store *s, const char *connector, int32_t task,
                      struct status *ret_status)
{
    const struct status *found;

    gate_lock(&fakes.gate);
    found = status_cache_get(&s->cache, connector, task);
    if (found) {
        *ret_status = *found;
        ret_status->trace = found->trace ? xstrdup(found->trace) : NULL;
        ret_status->worker_id = xstrdup(found->worker_id);
        ret_status->version = found->version ? xstrdup(found->version) : NULL;
    }
    gate_unlock(&fakes.gate);
    return found != NULL;
}

size_t status_store_tasks(struct status_store *s, const char *connector, int32_t **ret_tasks)
{
    size_t n;

    gate_lock(&fakes.gate);
    n = status_cache_tasks(&s->cache, connector, ret_tasks);
    gate_unlock(&fakes.gate);
    return n;
}

size_t status_store_connectors(struct status_store *s, char ***ret_names)
{
    size_t n = 0;

    gate_lock(&fakes.gate);
    *ret_names = xcalloc(s->cache.connectors.count + 1, sizeof(char *));
    PTRMAP_FOREACH (&s->cache.connectors, e) {
        if (status_cache_has_status(&s->cache, e->key))
            (*ret_names)[n++] = xstrdup(e->key);
    }
    gate_unlock(&fakes.gate);
    return n;
}

int32_t status_store_generation(struct status_store *s)
{
    int32_t generation;

    gate_lock(&fakes.gate);
    generation = status_cache_generation(&s->cache);
    gate_unlock(&fakes.gate);
    return generation;
}

void status_store_put_topic(struct status_store *s, const char *topic, const char *connector,
                            int32_t task, int64_t discovered_ms)
{
    (void)s;
    (void)topic;
    (void)connector;
    (void)task;
    (void)discovered_ms;
}

void status_store_remove_topics(struct status_store *s, const char *connector)
{
    (void)s;
    (void)connector;
    fakes_count(&fakes.topics_removed);
}

size_t status_store_topics(struct status_store *s, const char *connector, char ***ret_topics)
{
    (void)s;
    (void)connector;
    *ret_topics = NULL;
    return 0;
}

void fakes_wait_status(const char *connector, int32_t task, const char *state)
{
    int64_t deadline_ms = clock_deadline_ms(FAKES_PATIENCE_MS);
    const struct status *s;

    gate_lock(&fakes.gate);
    for (;;) {
        s = status_cache_get(&statuses.cache, connector, task);
        if (state ? s && strcmp(run_state_name(s->state), state) == 0 : !s)
            break;
        fakes_wait_more(deadline_ms, state ? state : "no status");
    }
    gate_unlock(&fakes.gate);
}

char *fake_trace(const char *connector, int32_t task)
{
    const struct status *s;
    char *trace = NULL;

    gate_lock(&fakes.gate);
    s = status_cache_get(&statuses.cache, connector, task);
    if (s && s->trace)
        trace = xstrdup(s->trace);
    gate_unlock(&fakes.gate);
    return trace;
}

void fake_put_status(const char *connector, int32_t task, enum run_state state, int32_t generation)
{
    const struct status status = {.state = state, .worker_id = "other", .generation = generation};

    status_store_put(&statuses, connector, task, &status, false);
}

void fake_stores_init(void)
{
    status_cache_init(&statuses.cache);
}

void fake_stores_fini(void)
{
    status_cache_fini(&statuses.cache);
}
