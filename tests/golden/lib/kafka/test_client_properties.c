/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every property that Kafka's own clients have, with the default that it has there, is one
 * that our table knows. client-properties.json was printed from ProducerConfig, ConsumerConfig
 * and AdminClientConfig.configDef() of the versions named in it.
 */
#include "lib/kafka/client_conf.h"

#include <string.h>

#include "lib/base/strmap.h"
#include "tests/lib/testing.h"

static void refuse_unknown(void *arg, const char *key, const char *why)
{
    (void)arg;
    ck_assert_msg(strcmp(why, "unknown") != 0, "property '%s' is unknown", key);
}

/* Java's default has to be acceptable: many write it down. */
static void check_property(enum kafka_role role, const char *name, const char *value)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config view;
    struct tern_error err;
    rd_kafka_conf_t *conf;

    strmap_set(&settings, name, value);
    strmap_set_if_absent(&settings, "bootstrap.servers", "localhost:9092");
    if (!strmap_get(&settings, "bootstrap.servers") || !*strmap_get(&settings, "bootstrap.servers"))
        strmap_set(&settings, "bootstrap.servers", "localhost:9092");
    view = strmap_config(&settings);
    ck_assert_ok(client_conf_build(role, &view, refuse_unknown, NULL, &conf, &err), err);
    rd_kafka_conf_destroy(conf);
}

static const struct {
    const char *version, *client;
    enum kafka_role role;
    size_t count;
} clients[] = {
    {"4.3.1", "producer", KAFKA_PRODUCER, 113}, {"4.3.1", "consumer", KAFKA_CONSUMER, 116},
    {"4.3.1", "admin", KAFKA_ADMIN, 91},        {"3.9.1", "producer", KAFKA_PRODUCER, 95},
    {"3.9.1", "consumer", KAFKA_CONSUMER, 98},  {"3.9.1", "admin", KAFKA_ADMIN, 74},
};

START_TEST(knows_every_property)
{
    json_t *golden = test_json("tests/golden/lib/kafka/client-properties.json");
    const json_t *version =
        json_object_get(json_object_get(golden, "versions"), clients[_i].version);
    const json_t *properties = test_array(version, clients[_i].client);
    json_t *property;
    size_t i;

    ck_assert_uint_eq(json_array_size(properties), clients[_i].count);
    json_array_foreach(properties, i, property)
    {
        check_property(clients[_i].role, test_text(property, "name"),
                       json_string_value(json_object_get(property, "default")));
    }
    json_decref(golden);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, knows_every_property, COUNT_OF(clients));
}

TEST_MAIN("client_properties", fill)
