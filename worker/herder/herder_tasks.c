/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New task configurations: a connector that runs here is asked for them, and what it answers is
 * stored when it is anything new. That they are not too many is checked by connector_run.
 * Spec: connect-distributed.md 10.7, connect-runtime.md 1.4.
 */
#include "worker/herder/herder_priv.h"

#include <string.h>

#include "lib/base/jsonx.h"
#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "worker/herder/connector_keys.h"
#include "worker/herder/task_configs.h"
#include "worker/store/config_record.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.DistributedHerder");

/* ---- the configuration that stored tasks were made from ---- */

void herder_drop_applied(void *applied)
{
    struct applied_config *a = applied;

    config_ref_unref(a->raw);
    config_ref_unref(a->resolved);
    free(a);
}

static void remember_applied(struct herder *h, const char *connector, struct config_ref *raw,
                             struct config_ref *resolved)
{
    struct applied_config *a = xcalloc(1, sizeof(*a));

    a->raw = config_ref_ref(raw);
    a->resolved = config_ref_ref(resolved);
    ptrmap_set(&h->applied, connector, a);
}

static bool same_config(struct config_ref *a, struct config_ref *b)
{
    const struct tern_config x = config_ref_config(a), y = config_ref_config(b);

    return a == b || config_equal(&x, &y);
}

/* Resolved once, so that a value that changes outside is noticed. NULL: not known. Borrowed. */
static struct config_ref *applied_of(struct herder *h, const struct connector_state *s)
{
    struct applied_config *a = ptrmap_get(&h->applied, s->name);
    struct strmap resolved = STRMAP_INIT;
    struct config_ref *fresh;
    struct tern_config view;
    struct tern_error err;

    if (!s->applied)
        return NULL;
    if (a && same_config(a->raw, s->applied))
        return a->resolved;
    view = config_ref_config(s->applied);
    if (provider_set_resolve(h->providers, &view, &resolved, &err) < 0)
        return NULL;
    fresh = config_ref_new(&resolved);
    remember_applied(h, s->name, s->applied, fresh);
    config_ref_unref(fresh);
    a = ptrmap_get(&h->applied, s->name);
    return a->resolved;
}

/* ---- asking ---- */

/* A question, and later its answer: from the connector's thread back to the herder's. */
struct task_answer {
    struct inbox_msg msg;
    struct herder *herder;
    char *connector;
    uint64_t incarnation;
    struct strmap *tasks; /* [count] */
    size_t count;
    bool failed;
    struct tern_error err; /* if failed */
};

static void answer_drop(struct inbox_msg *msg)
{
    struct task_answer *a = CONTAINER_OF(msg, struct task_answer, msg);

    for (size_t i = 0; i < a->count; i++)
        strmap_fini(&a->tasks[i]);
    free(a->tasks);
    free(a->connector);
    free(a);
}

static void answer_run(void *receiver, struct inbox_msg *msg);

static struct task_answer *answer_new(struct herder *h, const struct running_connector *c)
{
    struct task_answer *a = xcalloc(1, sizeof(*a));

    a->msg.run = answer_run;
    a->msg.drop = answer_drop;
    a->herder = h;
    a->connector = xstrdup(c->name);
    a->incarnation = c->incarnation;
    return a;
}

/* Thread: the connector's. */
static void on_answer(void *arg, const struct tern_config *tasks, size_t count,
                      const struct tern_error *err)
{
    struct task_answer *a = arg;

    if (err) {
        a->failed = true;
        a->err = *err;
    } else {
        a->tasks = xcalloc(count + 1, sizeof(*a->tasks));
        for (size_t i = 0; i < count; i++)
            strmap_add_all(&a->tasks[i], &tasks[i]);
        a->count = count;
    }
    herder_post(a->herder, &a->msg);
}

static int tasks_max_of(struct config_ref *resolved, int32_t *ret_max, struct tern_error *err)
{
    const struct tern_config view = config_ref_config(resolved);
    CLEANUP(config_memory_freep) struct config_memory *memory = NULL;
    struct connector_settings settings;

    if (connector_settings_bind(&view, &settings, &memory, err) < 0)
        return -1;
    *ret_max = settings.tasks_max;
    return 0;
}

void herder_reconfigure(struct herder *h, const char *connector)
{
    struct running_connector *c = herder_connector(h, connector);
    const struct connector_state *s = cluster_state_connector(h->config, connector);
    struct tern_error err;
    int32_t tasks_max;

    if (!c || !s || s->target != TARGET_STARTED || !connector_run_is_started(c->run)) {
        log_info("Skipping reconfiguration of connector %s since it is not running", connector);
        return;
    }
    if (c->is_asked) {
        c->ask_again = true;
        return;
    }
    if (tasks_max_of(c->resolved, &tasks_max, &err) < 0) {
        herder_put_failure(h, connector, STATUS_CONNECTOR, NULL, &err);
        return;
    }
    c->is_asked = true;
    connector_run_task_configs(c->run, tasks_max, on_answer, answer_new(h, c));
}

/* ---- asking later ---- */

struct reconfiguration {
    struct inbox_msg msg;
    char *connector;
    uint64_t incarnation; /* 0: any */
};

static void reconfiguration_drop(struct inbox_msg *msg)
{
    struct reconfiguration *r = CONTAINER_OF(msg, struct reconfiguration, msg);

    free(r->connector);
    free(r);
}

static void reconfiguration_run(void *receiver, struct inbox_msg *msg)
{
    struct herder *h = receiver;
    struct reconfiguration *r = CONTAINER_OF(msg, struct reconfiguration, msg);
    struct running_connector *c = herder_connector(h, r->connector);

    if (c && (!r->incarnation || c->incarnation == r->incarnation))
        herder_reconfigure(h, r->connector);
    reconfiguration_drop(msg);
}

static struct inbox_msg *reconfiguration_new(const char *connector, uint64_t incarnation)
{
    struct reconfiguration *r = xcalloc(1, sizeof(*r));

    r->msg.run = reconfiguration_run;
    r->msg.drop = reconfiguration_drop;
    r->connector = xstrdup(connector);
    r->incarnation = incarnation;
    return &r->msg;
}

void herder_on_reconfigure(void *arg, const char *connector)
{
    herder_post(arg, reconfiguration_new(connector, 0));
}

/* Another worker may have a new key before this one has: a refusal within a minute is expected. */
enum {
    KEY_SPREADS_MS = 60000,
    HTTP_FORBIDDEN = 403
};

/* Said when it begins, and every minute while it lasts. */
static void ask_later(struct herder *h, struct running_connector *c, int status,
                      const struct tern_error *err)
{
    int64_t delay_ms = backoff_next_ms(&c->retry), now_ms = clock_mono_ms();

    if (!c->failing_from_ms)
        c->failing_from_ms = now_ms;
    if (status == HTTP_FORBIDDEN && now_ms - c->failing_from_ms < KEY_SPREADS_MS) {
        log_debug("The leader refused the tasks of connector %s, whose signature may be of an "
                  "older key: %s",
                  c->name, err->msg);
    } else if (now_ms >= c->say_at_ms) {
        log_error("Failed to reconfigure connector %s's tasks%s, retrying with back-off: %s",
                  c->name, c->say_at_ms ? " still" : "", err->msg);
        c->say_at_ms = clock_deadline_ms(SAY_AGAIN_MS);
    }
    herder_post_at(h, clock_deadline_ms(delay_ms), reconfiguration_new(c->name, c->incarnation));
}

static void asked_well(struct running_connector *c)
{
    if (c->say_at_ms)
        log_info("The tasks of connector %s are configured after all", c->name);
    c->say_at_ms = c->failing_from_ms = 0;
    backoff_reset(&c->retry);
}

/* The answer is in use, or has come to nothing: what was asked for meanwhile follows. */
static void asked(struct herder *h, struct running_connector *c)
{
    c->is_asked = false;
    if (!c->ask_again)
        return;
    c->ask_again = false;
    herder_reconfigure(h, c->name);
}

/* ---- what is stored, and what should be ---- */

static struct task_configs copy_configs(const struct task_configs *configs)
{
    struct task_configs copy = {.count = configs->count};

    copy.at = xcalloc((size_t)configs->count + 1, sizeof(struct config_ref *));
    for (int32_t i = 0; i < configs->count; i++)
        copy.at[i] = config_ref_ref(configs->at[i]);
    return copy;
}

/* Takes what is in configs. */
static void set_published(struct running_connector *c, struct task_configs *configs)
{
    task_configs_fini(&c->published);
    c->published = *configs;
    c->has_published = true;
    *configs = (struct task_configs){0};
}

static bool is_stored(const struct connector_state *s, const struct task_configs *configs)
{
    if (connector_state_tasks(s) != configs->count)
        return false;
    for (int32_t i = 0; i < configs->count; i++) {
        if (!same_config(connector_state_task(s, i), configs->at[i]))
            return false;
    }
    return true;
}

/* Whether it runs as configured, and other tasks are stored than those it has had stored last. */
static bool is_contested(struct herder *h, const struct running_connector *c)
{
    const struct cluster_state *newest = config_store_snapshot(h->configs);
    const struct connector_state *s = cluster_state_connector(newest, c->name);
    bool differs = s && s->target == TARGET_STARTED && c->has_published &&
                   same_config(s->config, c->raw) && !is_stored(s, &c->published);

    cluster_state_unref(newest);
    return differs;
}

/* Who stops a connector takes its tasks away first: that is over by now. */
static void contest_run(void *receiver, struct inbox_msg *msg)
{
    struct herder *h = receiver;
    struct reconfiguration *r = CONTAINER_OF(msg, struct reconfiguration, msg);
    struct running_connector *c = herder_connector(h, r->connector);

    if (c && c->incarnation == r->incarnation) {
        if (is_contested(h, c)) {
            log_info("The tasks of connector %s are not those that it was configured with last: it "
                     "is asked again",
                     c->name);
            herder_reconfigure(h, c->name);
        } else {
            backoff_reset(&c->contest);
        }
    }
    reconfiguration_drop(msg);
}

static void check_now(struct herder *h, struct running_connector *c)
{
    struct inbox_msg *msg;

    c->is_doubted = false;
    if (!is_contested(h, c))
        return;
    msg = reconfiguration_new(c->name, c->incarnation);
    msg->run = contest_run;
    herder_post_at(h, clock_deadline_ms(backoff_next_ms(&c->contest)), msg);
}

void herder_check_published(struct herder *h, const char *connector)
{
    struct running_connector *c = herder_connector(h, connector);

    if (c && c->is_asked)
        c->is_doubted = true;
    else if (c)
        check_now(h, c);
}

/* ---- storing: by the leader, which this worker may be ---- */

/* Task configurations on their way to the config topic, and what became of them. */
struct publication {
    struct inbox_msg msg;
    struct herder *herder;
    char *connector;
    uint64_t incarnation;
    struct task_configs configs; /* the same, for the connector */
    bool failed;
    int status; /* of the leader's answer; 0: none */
    struct tern_error err;
};

static void publication_drop(struct inbox_msg *msg)
{
    struct publication *p = CONTAINER_OF(msg, struct publication, msg);

    task_configs_fini(&p->configs);
    free(p->connector);
    free(p);
}

static void publication_run(void *receiver, struct inbox_msg *msg)
{
    struct herder *h = receiver;
    struct publication *p = CONTAINER_OF(msg, struct publication, msg);
    struct running_connector *c = herder_connector(h, p->connector);

    if (c && c->incarnation == p->incarnation) {
        if (p->failed) {
            ask_later(h, c, p->status, &p->err);
        } else {
            remember_applied(h, c->name, c->raw, c->resolved);
            asked_well(c);
            set_published(c, &p->configs);
            if (c->is_doubted)
                check_now(h, c);
        }
        asked(h, c);
    }
    publication_drop(msg);
}

static struct publication *publication_new(struct herder *h, const struct running_connector *c,
                                           const struct task_configs *configs)
{
    struct publication *p = xcalloc(1, sizeof(*p));

    p->msg.run = publication_run;
    p->msg.drop = publication_drop;
    p->herder = h;
    p->connector = xstrdup(c->name);
    p->incarnation = c->incarnation;
    p->configs = copy_configs(configs);
    return p;
}

/* Thread: the peers', or this one. */
static void on_published(void *arg, int status, const struct tern_error *err)
{
    struct publication *p = arg;

    p->failed = err != NULL;
    p->status = status;
    if (err)
        p->err = *err;
    herder_post(p->herder, &p->msg);
}

/* Thread: writer. */
static void on_written(void *arg, const struct tern_error *err)
{
    on_published(arg, 0, err);
}

/* The caller frees; NULL: larger than any topic takes, or not UTF-8. */
static char *tasks_json(const struct task_configs *configs)
{
    struct buf out = BUF_INIT(CONFIG_VALUE_MAX_BYTES);

    buf_add_char(&out, '[');
    for (int32_t i = 0; i < configs->count; i++) {
        const struct strmap *map = config_ref_map(configs->at[i]);
        CLEANUP(jsonx_decrefp) json_t *object = json_object();

        STRMAP_FOREACH (map, e)
            json_object_set_new(object, e->key, e->value ? json_string(e->value) : json_null());
        if (i)
            buf_add_char(&out, ',');
        jsonx_write(&out, object);
    }
    buf_add_char(&out, ']');
    if (out.failed) {
        buf_fini(&out);
        return NULL;
    }
    return buf_take_str(&out);
}

static int post_to_leader(struct herder *h, struct running_connector *c,
                          const struct task_configs *configs, struct tern_error *err)
{
    const char *url = h->assignment->leader_url;
    CLEANUP(herder_role_fini) struct herder_role role = {0};
    CLEANUP(freep) char *body = NULL;

    if (!h->peers) { /* peer text */
        return tern_fail(err, TERN_ERETRIABLE,
                         "This worker is not able to communicate with the leader of the cluster, "
                         "which is required for dynamically-reconfiguring connectors. If running "
                         "MirrorMaker 2 in dedicated mode, consider enabling inter-worker "
                         "communication via the 'dedicated.mode.enable.internal.rest' property.");
    }
    if (!url)
        return tern_fail(err, TERN_ERETRIABLE, "the leader's URL is not known at the moment");
    body = tasks_json(configs);
    if (!body)
        return tern_fail(err, TERN_EINVALID, "the task configurations cannot be sent as JSON");
    herder_role(h, &role);
    h->peers->post_tasks(
        h->peers_arg, url, c->name, body, strlen(body),
        role.key ? &(struct herder_signature){role.key, h->settings.signature_algorithm} : NULL,
        on_published, publication_new(h, c, configs));
    return 0;
}

/* Takes what is in configs when it does not fail; the outcome comes as a message. */
static int publish(struct herder *h, struct running_connector *c, struct task_configs *configs,
                   struct tern_error *err)
{
    if (!herder_is_leader(h))
        return post_to_leader(h, c, configs, err);
    herder_submit_tasks(h, c->name, configs, on_written, publication_new(h, c, configs));
    return 0;
}

/* ---- the answer ---- */

/* 1: it is being stored; 0: there was no need. */
static int store_answer(struct herder *h, struct running_connector *c,
                        const struct connector_state *s, const struct task_answer *a,
                        struct tern_error *err)
{
    const struct tern_config raw = config_ref_config(c->raw);
    const struct tern_config present = config_ref_config(c->resolved);
    struct config_ref *applied_ref = applied_of(h, s);
    struct tern_config applied = {0};
    struct tern_config *views = xcalloc(a->count + 1, sizeof(*views));
    CLEANUP(task_configs_fini) struct task_configs configs = {0};

    for (size_t i = 0; i < a->count; i++)
        views[i] = strmap_config(&a->tasks[i]);
    task_configs_build(views, a->count, c->plugin->source_task.name, &raw, &configs);
    free(views);
    if (applied_ref)
        applied = config_ref_config(applied_ref);
    if (!task_configs_changed(s, &configs, applied_ref ? &applied : NULL, &present)) {
        log_debug("Tasks of connector %s are up to date", c->name);
        set_published(c, &configs);
        return 0;
    }
    return publish(h, c, &configs, err) < 0 ? -1 : 1;
}

/* True: what the connector answered is on its way, and its outcome will come. */
static bool use_answer(struct herder *h, struct running_connector *c, const struct task_answer *a)
{
    const struct cluster_state *newest = config_store_snapshot(h->configs);
    const struct connector_state *s = cluster_state_connector(newest, c->name);
    struct tern_error err;
    int rc = 0;

    if (!s || !same_config(s->config, c->raw) || s->target != TARGET_STARTED) {
        /* what has changed is on its way, and asks again */
        log_debug("The tasks of connector %s were made from what is not configured any more",
                  c->name);
    } else {
        rc = store_answer(h, c, s, a, &err);
        if (rc < 0)
            ask_later(h, c, 0, &err);
        else if (rc == 0)
            asked_well(c);
    }
    cluster_state_unref(newest);
    return rc > 0;
}

static void answer_run(void *receiver, struct inbox_msg *msg)
{
    struct herder *h = receiver;
    struct task_answer *a = CONTAINER_OF(msg, struct task_answer, msg);
    struct running_connector *c = herder_connector(h, a->connector);
    bool is_stored_later = false;

    if (c && c->incarnation == a->incarnation) {
        if (!a->failed)
            is_stored_later = use_answer(h, c, a);
        else if (connector_run_is_started(c->run))
            ask_later(h, c, 0, &a->err);
        if (!is_stored_later)
            asked(h, c);
    }
    answer_drop(msg);
}
