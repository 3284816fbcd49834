/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/worker/herder/fake_parts.h"

#include "lib/base/clock.h"
#include "tests/lib/testing.h"
#include "worker/group/sole.h"

struct fakes fakes;

/* ---- counting and waiting ---- */

void fakes_count(int *member)
{
    gate_lock(&fakes.gate);
    ++*member;
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
}

bool fakes_take(int *member)
{
    bool had;

    gate_lock(&fakes.gate);
    had = *member != 0;
    if (*member > 0)
        --*member;
    gate_unlock(&fakes.gate);
    return had;
}

void fakes_wait_more(int64_t deadline_ms, const char *what)
{
    if (!gate_wait(&fakes.gate, deadline_ms))
        ck_abort_msg("waited in vain for %s", what);
}

void fakes_wait(const int *member, int least)
{
    int64_t deadline_ms = clock_deadline_ms(FAKES_PATIENCE_MS);

    gate_lock(&fakes.gate);
    while (*member < least)
        fakes_wait_more(deadline_ms, "a count");
    gate_unlock(&fakes.gate);
}

void fakes_wait_flag(const bool *flag)
{
    int64_t deadline_ms = clock_deadline_ms(FAKES_PATIENCE_MS);

    gate_lock(&fakes.gate);
    while (!*flag)
        fakes_wait_more(deadline_ms, "a flag");
    gate_unlock(&fakes.gate);
}

/* ---- the herder ---- */

static struct plugin_registry *plugins;

static void on_rebalanced(void *arg, struct herder *h, bool is_leader)
{
    (void)arg;
    (void)h;
    gate_lock(&fakes.gate);
    fakes.rebalances++;
    fakes.was_leader = is_leader;
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
}

static void on_ended(void *arg, const struct tern_error *err)
{
    (void)arg;
    gate_lock(&fakes.gate);
    fakes.ended = true;
    fakes.ended_badly = err != NULL;
    if (err)
        snprintf(fakes.end_error, sizeof(fakes.end_error), "%s", err->msg);
    gate_wake(&fakes.gate);
    gate_unlock(&fakes.gate);
}

static const struct herder_hooks hooks = {on_rebalanced, on_ended};

void fakes_init(void)
{
    static const struct tern_connector_class *const classes[] = {&fake_connector_class, NULL};

    gate_init(&fakes.gate);
    fake_stores_init();
    plugins = plugin_registry_of(classes);
}

void fake_config(struct strmap *out, const char *name, const char *value)
{
    strmap_set(out, "connector.class", "Script");
    strmap_set(out, "name", name);
    strmap_set(out, "tasks.max", "8");
    strmap_set(out, "v", value);
}

struct herder *fake_herder_with(const char *name, membership_open *membership, void *arg,
                                const struct herder_peers *peers, void *peers_arg)
{
    static const char *const pairs[] = {"bootstrap.servers",
                                        "h:1",
                                        "group.id",
                                        "g",
                                        "config.storage.topic",
                                        "c",
                                        "offset.storage.topic",
                                        "o",
                                        "status.storage.topic",
                                        "s",
                                        "key.converter",
                                        "K",
                                        "value.converter",
                                        "V",
                                        "scheduled.rebalance.max.delay.ms",
                                        "100",
                                        "worker.unsync.backoff.ms",
                                        "100"};
    CLEANUP(freep) char *url = xasprintf("http://%s/", name);
    struct strmap map = STRMAP_INIT;
    struct herder_conf conf = {
        .label = name,
        .worker_id = name,
        .url = membership ? url : "NOTUSED",
        .plugins = plugins,
        .open_membership = membership ? membership : sole_open,
        .membership_arg = arg,
        .peers = peers,
        .peers_arg = peers_arg,
        .hooks = &hooks,
    };
    struct herder *h = NULL;
    struct tern_error err;

    for (size_t i = 0; i < COUNT_OF(pairs); i += 2)
        strmap_set(&map, pairs[i], pairs[i + 1]);
    if (fakes.exactly_once)
        strmap_set(&map, "exactly.once.source.support", fakes.exactly_once);
    conf.worker = config_ref_new(&map);
    ck_assert_ok(herder_new(&conf, &h, &err), err);
    config_ref_unref(conf.worker);
    herder_start(h);
    return h;
}

struct herder *fake_herder(membership_open *membership, void *arg)
{
    return fake_herder_with("me", membership, arg, NULL, NULL);
}

void fakes_settle(struct herder *h)
{
    struct tern_error err;

    fakes_wait_read();
    for (int times = 0; times < 2;) { /* answered by the herder's thread; what is staged follows */
        struct herder_ask ask = {.deadline_ms = clock_deadline_ms(FAKES_PATIENCE_MS)};

        ck_assert_int_lt(herder_restart_connector(h, "none", &ask, &err), 0);
        ck_assert(err.code == TERN_ENOTFOUND || err.code == TERN_ECONFLICT);
        times += err.code == TERN_ENOTFOUND;
    }
}

void fakes_fini(void)
{
    ck_assert_int_eq(fakes.tasks_running, 0);
    fake_config_store_fini();
    plugin_registry_free(plugins);
    fake_stores_fini();
}

void fake_herder_end(struct herder *h)
{
    herder_stop(h);
    ck_assert(herder_join(h, clock_deadline_ms(FAKES_PATIENCE_MS)));
    ck_assert(fakes.ended);
    herder_free(h);
    fakes_fini();
}
