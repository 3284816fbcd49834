/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source offsets that users look at and change. All of it runs on the asker's thread, but for the
 * class's own check, which may block and has a thread of its own that touches nothing of the
 * worker. Spec: connect-rest.md 5.20; connect-distributed.md 6.5; connect-runtime.md 2.10.
 */
#include "worker/herder/herder_call.h"

#include <string.h>

#include "lib/base/jsonx.h"
#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "lib/kafka/txn_writer.h"
#include "worker/store/offset_edits.h"
#include "worker/task/task_producer_conf.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.Worker");

void herder_offsets_fini(struct herder_offsets *offsets)
{
    for (size_t i = 0; i < offsets->count; i++) {
        free(offsets->at[i].partition);
        free(offsets->at[i].offset);
    }
    free(offsets->at);
    *offsets = (struct herder_offsets){0};
}

static void no_stores(struct herder *h, struct tern_error *err)
{
    (void)h;
    tern_fail_at(err, "herder_offsets.c", TERN_EINTERNAL,
                 "Worker is shutting down"); /* peer text */
}

/* What failed is in the log; the user is told that it did, as with the peer. */
static int failed(const char *text, const char *connector, struct tern_error *err)
{
    log_error("%s %s: %s", text, connector, err->msg);
    return tern_fail(err, err->code == TERN_ETIMEOUT ? TERN_ETIMEOUT : TERN_EINTERNAL, "%s %s",
                     text, connector);
}

/* ---- the stored offsets ---- */

struct pairs {
    struct offset_pair *at;
    size_t count;
};

static void pairs_fini(struct pairs *p)
{
    offset_pairs_free(p->at, p->count);
}

static int read_pairs(struct herder *h, const char *connector, int64_t deadline_ms,
                      struct pairs *ret_pairs, struct tern_error *err)
{
    int rc;

    if (!herder_enter(h)) {
        no_stores(h, err);
        return -1;
    }
    rc = offset_store_list(h->offsets, connector, deadline_ms, &ret_pairs->at, &ret_pairs->count,
                           err);
    herder_leave(h);
    return rc;
}

/* A stored offset, written anew: what stands in the topic may be followed by anything. */
static char *value_text(const char *stored)
{
    CLEANUP(jsonx_decrefp) json_t *json = NULL;
    struct buf out = BUF_INIT(OFFSET_VALUE_MAX_BYTES);
    struct tern_error err;

    if (jsonx_parse(stored, strlen(stored), &json, &err) < 0 || !json_is_object(json))
        return NULL;
    jsonx_write(&out, json);
    return buf_take_str(&out);
}

int herder_offsets(struct herder *h, const char *name, struct herder_ask *ask,
                   struct herder_offsets *ret_offsets, struct tern_error *err)
{
    CLEANUP(pairs_fini) struct pairs pairs = {0};
    struct herder_offsets out = {0};
    const struct cluster_state *s;
    bool exists;

    if (herder_working_state(h, ask, &s, err) < 0)
        return -1;
    exists = cluster_state_connector(s, name) != NULL;
    cluster_state_unref(s);
    if (!exists)
        return tern_fail(err, TERN_ENOTFOUND, "Connector %s not found", name); /* peer text */
    if (read_pairs(h, name, ask->deadline_ms, &pairs, err) < 0)
        return failed("Failed to retrieve offsets for source connector", name, err);
    out.at = xcalloc(pairs.count + 1, sizeof(*out.at));
    for (size_t i = 0; i < pairs.count; i++) {
        struct herder_offset *o = &out.at[out.count];

        o->partition = offset_key_partition(pairs.at[i].key);
        o->offset = value_text(pairs.at[i].value);
        if (o->partition && o->offset) {
            out.count++;
            continue;
        }
        log_warn("Ignoring an offset of connector %s that is no JSON object", name);
        free(TAKE(o->partition));
        free(TAKE(o->offset));
    }
    *ret_offsets = out;
    return 0;
}

/* ---- whether they may be changed ---- */

/* A stopped connector whose offsets are about to change. */
struct stopped {
    const char *name; /* borrowed */
    struct config_ref *config;
    struct pairs known;
    int64_t deadline_ms;
};

static int check_role(struct herder *h, struct herder_ask *ask, struct tern_error *err)
{
    ask->is_elsewhere = false;
    ask->url = NULL;
    if (!herder_await_settled(h, ask->deadline_ms)) {
        if (herder_is_stopping(h)) {
            no_stores(h, err);
            return -1;
        }
        return call_timed_out(h, err);
    }
    if (herder_rebalance_is_due(h)) {
        return tern_fail(err, TERN_ECONFLICT,
                         "Cannot complete request momentarily due to stale configuration "
                         "(typically caused by a concurrent config change)"); /* peer text */
    }
    if (herder_leads(h, &ask->url))
        return 0;
    ask->is_elsewhere = true;
    return tern_fail(err, TERN_ECONFLICT,
                     "Cannot complete request because of a conflicting operation (e.g. worker "
                     "rebalance)"); /* peer text */
}

static int check_connector(const struct connector_state *c, const char *name,
                           struct tern_error *err)
{
    if (!c)
        return tern_fail(err, TERN_ENOTFOUND, "Connector %s not found", name); /* peer text */
    if (c->target == TARGET_STOPPED && connector_state_tasks(c) == 0)
        return 0;
    return tern_fail(err, TERN_EINVALID, /* peer text */
                     "Connectors must be in the STOPPED state before their offsets can be "
                     "modified. This can be done for the specified connector by issuing a 'PUT' "
                     "request to the '/connectors/%s/stop' endpoint",
                     name);
}

/* The configuration, when offsets may be changed; the caller unrefs. */
static int find_stopped(struct herder *h, const char *name, struct config_ref **ret_config,
                        struct tern_error *err)
{
    int64_t deadline_ms = clock_deadline_ms(h->settings.sync_timeout_ms);
    const struct cluster_state *s;
    const struct connector_state *c;
    int rc;

    if (!herder_enter(h)) {
        no_stores(h, err);
        return -1;
    }
    rc = config_store_refresh(h->configs, deadline_ms, err);
    s = config_store_snapshot(h->configs);
    herder_leave(h);
    if (rc < 0) {
        cluster_state_unref(s);
        log_error("Reading the config topic: %s", err->msg);
        return tern_fail(
            err, TERN_EINTERNAL, /* peer text */
            "Failed to read to end of config topic before modifying connector offsets");
    }
    c = cluster_state_connector(s, name);
    rc = check_connector(c, name, err);
    if (rc == 0)
        *ret_config = config_ref_ref(c->config);
    cluster_state_unref(s);
    return rc;
}

/* ---- the class's check ---- */

typedef int alter_fn(const struct tern_config *config, const struct tern_offset_change *changes,
                     size_t count, bool *ret_handled, struct tern_error *err);

/* One check. Two owners: the asker, who may give up, and the thread of the class. */
struct check {
    alter_fn *alter;
    struct strmap config;
    struct tern_offset_change *changes; /* texts are owned */
    size_t count;
    struct thread thread;
    char *context;

    struct gate gate;
    bool is_done;          /* gate */
    int refs;              /* gate */
    int rc;                /* gate */
    bool is_handled;       /* gate */
    struct tern_error err; /* gate */
};

static void check_unref(struct check *c)
{
    bool last;

    gate_lock(&c->gate);
    last = --c->refs == 0;
    gate_unlock(&c->gate);
    if (!last)
        return;
    for (size_t i = 0; i < c->count; i++) {
        free((char *)c->changes[i].partition);
        free((char *)c->changes[i].offset);
    }
    free(c->changes);
    free(c->context);
    strmap_fini(&c->config);
    gate_fini(&c->gate);
    free(c);
}

static void check_main(void *arg)
{
    struct check *c = arg;
    const struct tern_config config = strmap_config(&c->config);
    struct tern_error err = {.code = TERN_EINTERNAL};
    bool is_handled = false;
    int rc;

    log_set_context(c->context);
    rc = c->alter(&config, c->changes, c->count, &is_handled, &err);
    gate_lock(&c->gate);
    c->rc = rc;
    c->is_handled = is_handled;
    c->err = err;
    c->is_done = true;
    gate_wake(&c->gate);
    gate_unlock(&c->gate);
    check_unref(c);
}

static struct check *check_start(alter_fn *alter, const char *connector, struct strmap *config,
                                 const struct tern_offset_change *changes, size_t count)
{
    struct check *c = xcalloc(1, sizeof(*c));
    struct thread thread;

    c->alter = alter;
    c->config = *config;
    *config = (struct strmap)STRMAP_INIT;
    c->context = xasprintf("[%s|worker] ", connector);
    c->changes = xcalloc(count + 1, sizeof(*c->changes));
    c->count = count;
    for (size_t i = 0; i < count; i++) {
        if (changes[i].partition)
            c->changes[i].partition = offset_in_java_order(changes[i].partition);
        if (changes[i].offset)
            c->changes[i].offset = offset_in_java_order(changes[i].offset);
    }
    c->refs = 2;
    gate_init(&c->gate);
    thread_start(&thread, "alter-offsets", check_main, c);
    thread_abandon(&thread); /* it may never come back, and holds nothing of the worker's */
    return c;
}

/* What the class says: its own words, with which the answer is a 500 as with the peer. */
static int check_await(struct herder *h, struct check *c, int64_t deadline_ms, bool *ret_handled,
                       struct tern_error *err)
{
    bool is_done;
    int rc;

    gate_lock(&c->gate);
    while (!c->is_done) {
        if (!gate_wait(&c->gate, deadline_ms))
            break;
    }
    is_done = c->is_done;
    rc = c->rc;
    *ret_handled = c->is_handled;
    if (is_done && rc < 0) {
        *err = c->err;
        err->code = TERN_EINTERNAL;
    }
    gate_unlock(&c->gate);
    check_unref(c);
    return is_done ? rc : call_timed_out(h, err);
}

static int ask_class(struct herder *h, const struct stopped *s,
                     const struct tern_offset_change *changes, size_t count, bool *ret_handled,
                     struct tern_error *err)
{
    const struct tern_config view = config_ref_config(s->config);
    CLEANUP(strmap_fini) struct strmap config = STRMAP_INIT;
    const struct connector_plugin *plugin;
    const char *class_name;

    if (provider_set_resolve(h->providers, &view, &config, err) < 0)
        return -1;
    class_name = strmap_get(&config, "connector.class");
    if (plugin_registry_connector(h->plugins, class_name ? class_name : "", &plugin, err) < 0)
        return -1;
    *ret_handled = false;
    if (!plugin->connector.alter_offsets)
        return 0;
    return check_await(
        h, check_start(plugin->connector.alter_offsets, s->name, &config, changes, count),
        s->deadline_ms, ret_handled, err);
}

/* ---- changing ---- */

/*
 * With exactly-once delivery: one transaction of the id of task 0, which ends whatever that one
 * has left open. Spec: connect-distributed.md 6.5.
 */
static int write_in_transaction(struct herder *h, const struct stopped *s,
                                const struct offset_edits *edits, struct tern_error *err)
{
    CLEANUP(freep) struct topic_log_entry *entries = xcalloc(edits->count + 1, sizeof(*entries));
    const struct tern_config worker = config_ref_config(h->worker);
    const struct tern_config raw = config_ref_config(s->config);
    CLEANUP(strmap_fini) struct strmap config = STRMAP_INIT;
    CLEANUP(strmap_fini) struct strmap java = STRMAP_INIT;
    struct tern_config view;
    struct txn_writer *writer;
    int rc;

    if (provider_set_resolve(h->providers, &raw, &config, err) < 0)
        return -1;
    view = strmap_config(&config);
    task_txn_producer_conf(s->name, 0, h->settings.group_id, &worker, &view, &java);
    strmap_set_fmt(&java, "client.id", "connector-offset-producer-%s", s->name);
    view = strmap_config(&java);
    for (size_t i = 0; i < edits->count; i++)
        entries[i] = (struct topic_log_entry){edits->at[i].key, slice_str(edits->at[i].value)};
    if (txn_writer_open(&view, h->settings.offset_topic, &h->cancel, s->deadline_ms, &writer, err) <
        0)
        return -1;
    rc = txn_writer_write(writer, entries, edits->count, s->deadline_ms, err);
    txn_writer_free(writer);
    return rc;
}

static int write_plainly(struct herder *h, const struct stopped *s,
                         const struct offset_edits *edits, struct tern_error *err)
{
    CLEANUP(freep) struct offset_entry *entries = xcalloc(edits->count + 1, sizeof(*entries));
    int rc;

    for (size_t i = 0; i < edits->count; i++)
        entries[i] = (struct offset_entry){edits->at[i].key, edits->at[i].value};
    if (!herder_enter(h)) {
        no_stores(h, err);
        return -1;
    }
    rc = offset_store_write_now(h->offsets, entries, edits->count, s->deadline_ms, err);
    herder_leave(h);
    return rc;
}

static int write_edits(struct herder *h, const struct stopped *s, const struct offset_edits *edits,
                       struct tern_error *err)
{
    int rc = h->exactly_once == EXACTLY_ONCE_ENABLED ? write_in_transaction(h, s, edits, err)
                                                     : write_plainly(h, s, edits, err);

    return rc < 0 ? failed("Failed to modify offsets for source connector", s->name, err) : 0;
}

static void stopped_fini(struct stopped *s)
{
    config_ref_unref(s->config);
    pairs_fini(&s->known);
}

/* Tasks that were cut off may still write; after this they cannot. */
static int fence_tasks(struct herder *h, const char *name, struct herder_ask *ask,
                       struct tern_error *err)
{
    if (herder_fence(h, name, ask, err) == 0)
        return 0;
    log_error("Fencing the tasks of connector %s: %s", name, err->msg);
    if (ask->is_elsewhere)
        return -1;
    return tern_fail(err, TERN_EINTERNAL, /* peer text */
                     "Failed to perform zombie fencing for source connector prior to modifying "
                     "offsets");
}

static int stopped_init(struct herder *h, const char *name, struct herder_ask *ask,
                        struct stopped *s, struct tern_error *err)
{
    s->name = name;
    s->deadline_ms = ask->deadline_ms;
    if (check_role(h, ask, err) < 0 || find_stopped(h, name, &s->config, err) < 0)
        return -1;
    if (h->exactly_once == EXACTLY_ONCE_ENABLED) {
        config_ref_unref(TAKE(s->config));
        if (fence_tasks(h, name, ask, err) < 0 || find_stopped(h, name, &s->config, err) < 0)
            return -1;
    }
    if (read_pairs(h, name, s->deadline_ms, &s->known, err) < 0)
        return failed("Failed to modify offsets for source connector", name, err);
    return 0;
}

/* changes are those of the user, or removals of all that is stored. */
static int change(struct herder *h, const struct stopped *s,
                  const struct tern_offset_change *changes, size_t count, bool *ret_handled,
                  struct tern_error *err)
{
    CLEANUP(offset_edits_fini) struct offset_edits edits = {0};

    if (ask_class(h, s, changes, count, ret_handled, err) < 0 ||
        offset_edits_build(s->name, s->known.at, s->known.count, changes, count, &edits, err) < 0)
        return -1;
    if (edits.count == 0)
        return 0;
    log_info("Changing %zu source offsets of connector %s", edits.count, s->name);
    return write_edits(h, s, &edits, err);
}

/* peer texts */
static const char *message(bool is_reset, bool is_handled)
{
    static const char *const texts[2][2] = {
        {"The Connect framework-managed offsets for this connector have been altered successfully. "
         "However, if this connector manages offsets externally, they will need to be manually "
         "altered in the system that the connector uses.",
         "The offsets for this connector have been altered successfully"},
        {"The Connect framework-managed offsets for this connector have been reset successfully. "
         "However, if this connector manages offsets externally, they will need to be manually "
         "reset in the system that the connector uses.",
         "The offsets for this connector have been reset successfully"},
    };

    return texts[is_reset][is_handled];
}

int herder_alter_offsets(struct herder *h, const char *name,
                         const struct tern_offset_change *changes, size_t count,
                         struct herder_ask *ask, const char **ret_message, struct tern_error *err)
{
    CLEANUP(stopped_fini) struct stopped s = {0};
    bool is_handled;

    if (stopped_init(h, name, ask, &s, err) < 0 ||
        change(h, &s, changes, count, &is_handled, err) < 0)
        return -1;
    *ret_message = message(false, is_handled);
    return 0;
}

int herder_reset_offsets(struct herder *h, const char *name, struct herder_ask *ask,
                         const char **ret_message, struct tern_error *err)
{
    CLEANUP(stopped_fini) struct stopped s = {0};
    struct tern_offset_change *all;
    bool is_handled;
    int rc;

    if (stopped_init(h, name, ask, &s, err) < 0)
        return -1;
    all = xcalloc(s.known.count + 1, sizeof(*all));
    for (size_t i = 0; i < s.known.count; i++)
        all[i].partition = offset_key_partition(s.known.at[i].key);
    rc = change(h, &s, all, s.known.count, &is_handled, err);
    for (size_t i = 0; i < s.known.count; i++)
        free((char *)all[i].partition);
    free(all);
    if (rc == 0)
        *ret_message = message(true, is_handled);
    return rc;
}
