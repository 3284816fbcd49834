/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/task_check.h"

#include <string.h>

#include "lib/base/strmap.h"
#include "tests/lib/testing.h"

enum {
    PAIRS = 4
};

static const struct check_case {
    bool exactly_once;
    const char *worker[PAIRS][2], *connector[PAIRS][2];
    const char *error; /* part of it; NULL: such a task can be made */
} check_cases[] = {
    {false, {{0}}, {{0}}, NULL},
    {true, {{0}}, {{0}}, NULL},
    {false,
     {{0}},
     {{"value.converter", "org.example.None"}},
     "Class org.example.None could not be found"},
    {false, {{"producer.compression.type", "tar"}}, {{0}}, "compression.type"},
    {false, {{0}}, {{"producer.override.acks", "some"}}, "acks"},
    {false, {{0}}, {{"errors.tolerance", "few"}}, "errors.tolerance"},
    {false,
     {{"connector.client.config.override.policy", "None"}},
     {{"producer.override.linger.ms", "7"}},
     "linger.ms"},
    /* What exactly-once delivery overrules is no fault of it. */
    {false,
     {{"producer.transactional.id", "mine"}, {"producer.enable.idempotence", "false"}},
     {{0}},
     "Cannot set a transactional.id without also enabling idempotence."},
    {true,
     {{"producer.transactional.id", "mine"}, {"producer.enable.idempotence", "false"}},
     {{"producer.override.enable.idempotence", "false"}},
     NULL},
};

static struct config_ref *ref_of(const char *const (*pairs)[2])
{
    struct strmap map = STRMAP_INIT;

    strmap_set(&map, "bootstrap.servers", "127.0.0.1:1");
    strmap_set(&map, "name", "c");
    strmap_set(&map, "key.converter", "org.apache.kafka.connect.converters.ByteArrayConverter");
    strmap_set(&map, "value.converter", "org.apache.kafka.connect.converters.ByteArrayConverter");
    for (size_t i = 0; i < PAIRS && pairs[i][0]; i++)
        strmap_set(&map, pairs[i][0], pairs[i][1]);
    return config_ref_new(&map);
}

START_TEST(what_can_be_made)
{
    static const struct exactly_once_hooks hooks;
    const struct check_case *c = &check_cases[_i];
    struct source_task_conf conf = {
        .connector = "c",
        .connector_config = ref_of(c->connector),
        .worker_config = ref_of(c->worker),
        .exactly_once = c->exactly_once ? &hooks : NULL,
    };
    struct tern_error err = {0};
    int rc = task_check(&conf, &err);

    ck_assert_msg((rc == 0) == !c->error, "%d: %s", rc, err.msg);
    if (c->error)
        ck_assert_msg(strstr(err.msg, c->error) != NULL, "%s", err.msg);
    config_ref_unref(conf.connector_config);
    config_ref_unref(conf.worker_config);
}
END_TEST

static void add_cases(Suite *suite)
{
    test_add_rows(suite, what_can_be_made, COUNT_OF(check_cases));
}

TEST_MAIN("task_check", add_cases)
