/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/task_producer_conf.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/testing.h"

#define IN_FLIGHT "max.in.flight.requests.per.connection"

enum {
    PAIRS = 4
};

struct pair {
    const char *key, *value;
};

static const struct conf_case {
    struct pair worker[PAIRS], connector[PAIRS];
    struct pair expected[PAIRS];
} conf_cases[] = {
    /* The base. */
    {{{0}},
     {{0}},
     {{"acks", "all"},
      {"enable.idempotence", "true"},
      {IN_FLIGHT, "5"},
      {"client.id", "connector-producer-my-conn-3"}}},
    {{{"bootstrap.servers", "a:1"}},
     {{0}},
     {{"bootstrap.servers", "a:1"},
      {"delivery.timeout.ms", "2147483647"},
      {"max.block.ms", "9223372036854775807"}}},
    /* Precedence. */
    {{{"bootstrap.servers", "a:1"}, {"producer.bootstrap.servers", "b:1"}},
     {{0}},
     {{"bootstrap.servers", "b:1"}}},
    {{{"producer.linger.ms", "1"}, {"producer.batch.size", "2"}},
     {{"producer.override.linger.ms", "9"}},
     {{"linger.ms", "9"}, {"batch.size", "2"}}},
    {{{"producer.client.id", "x"}}, {{"producer.override.client.id", "y"}}, {{"client.id", "y"}}},
    /* What has no such prefix does not count: a worker's own security least of all. */
    {{{"security.protocol", "SSL"}, {"consumer.linger.ms", "7"}, {"linger.ms", "8"}},
     {{"producer.linger.ms", "6"}},
     {{"security.protocol", NULL}, {"linger.ms", NULL}}},
    /* The user's own choice of guarantees. */
    {{{"producer.acks", "1"}},
     {{0}},
     {{"acks", "1"}, {"enable.idempotence", "false"}, {IN_FLIGHT, "1"}}},
    {{{0}},
     {{"producer.override.acks", "-1"}},
     {{"acks", "-1"}, {"enable.idempotence", "true"}, {IN_FLIGHT, "5"}}},
    {{{"producer.enable.idempotence", "false"}},
     {{0}},
     {{"enable.idempotence", "false"}, {IN_FLIGHT, "1"}, {"acks", "all"}}},
    {{{"producer." IN_FLIGHT, "3"}}, {{0}}, {{"enable.idempotence", "true"}, {IN_FLIGHT, "3"}}},
    {{{"producer." IN_FLIGHT, "20"}}, {{0}}, {{"enable.idempotence", "false"}, {IN_FLIGHT, "20"}}},
    {{{"producer.retries", "0"}},
     {{0}},
     {{"retries", "0"}, {"enable.idempotence", "false"}, {IN_FLIGHT, "1"}}},
    {{{"producer.retries", "5"}}, {{0}}, {{"retries", "5"}, {"enable.idempotence", "true"}}},
    /* A contradiction is the user's, and refused by the client, as in Java. */
    {{{"producer.enable.idempotence", "true"}},
     {{"producer.override.acks", "0"}},
     {{"enable.idempotence", "true"}, {"acks", "0"}, {IN_FLIGHT, "5"}}},
};

static void fill_map(struct strmap *map, const struct pair *pairs)
{
    for (int i = 0; i < PAIRS && pairs[i].key; i++)
        strmap_set(map, pairs[i].key, pairs[i].value);
}

START_TEST(rows)
{
    const struct conf_case *row = &conf_cases[_i];
    CLEANUP(strmap_fini) struct strmap worker = STRMAP_INIT;
    CLEANUP(strmap_fini) struct strmap connector = STRMAP_INIT;
    CLEANUP(strmap_fini) struct strmap out = STRMAP_INIT;
    struct tern_config worker_config, connector_config;

    fill_map(&worker, row->worker);
    fill_map(&connector, row->connector);
    worker_config = strmap_config(&worker);
    connector_config = strmap_config(&connector);
    task_producer_conf("my-conn", 3, &worker_config, &connector_config, &out);
    for (int i = 0; i < PAIRS && row->expected[i].key; i++) {
        const char *value = strmap_get(&out, row->expected[i].key);

        ck_assert_pstr_eq(value, row->expected[i].value);
    }
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, rows, COUNT_OF(conf_cases));
}

TEST_MAIN("task_producer_conf", fill)
