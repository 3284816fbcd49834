/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/worker/herder/solo.h"

#include "lib/base/clock.h"
#include "tests/lib/testing.h"

struct herder *solo_started(int32_t tasks)
{
    return solo_started_with(NULL, tasks);
}

struct herder *solo_started_with(const char *exactly_once, int32_t tasks)
{
    fakes_init();
    fakes.script.tasks = tasks;
    fakes.exactly_once = exactly_once;
    return fake_herder(NULL, NULL);
}

struct herder_ask *solo_soon(void)
{
    static struct herder_ask ask;

    free(ask.url);
    ask = (struct herder_ask){.deadline_ms = clock_deadline_ms(60000)};
    return &ask;
}

int solo_put_it(struct herder *h, const struct tern_config *config, bool may_replace,
                bool *ret_created, struct tern_error *err)
{
    const struct herder_put p = {
        .name = config_get(config, "name"), .config = config, .may_replace = may_replace};

    return herder_put_connector(h, &p, solo_soon(), NULL, ret_created, err);
}

void solo_put(struct herder *h, const char *name, const char *value)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config;
    struct tern_error err;
    bool created;

    fake_config(&map, name, value);
    config = strmap_config(&map);
    ck_assert_ok(solo_put_it(h, &config, true, &created, &err), err);
}
