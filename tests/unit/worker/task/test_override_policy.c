/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/override_policy.h"

#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

#define PACKAGE "org.apache.kafka.connect.connector.policy."
#define SUFFIX  "ConnectorClientConfigOverridePolicy"

static const struct {
    const char *policy; /* NULL: not set */
    const char *name;   /* NULL: refused */
} names[] = {
    {NULL, "All"},
    {"All", "All"},
    {" None ", "None"},
    {PACKAGE "None" SUFFIX, "None"},
    {"Principal" SUFFIX, "Principal"},
    {PACKAGE "Allowlist" SUFFIX, "Allowlist"},
    {"all", NULL},
    {PACKAGE "All", NULL},
    {"com.example.Mine", NULL},
    {"", NULL},
};

static void init(struct override_policy *policy, const char *name, const char *allowed)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config worker;
    struct tern_error err;

    strmap_set(&map, "connector.client.config.override.policy", name);
    if (allowed)
        strmap_set(&map, "connector.client.config.override.allowlist", allowed);
    worker = strmap_config(&map);
    ck_assert_ok(override_policy_init(policy, &worker, &err), err);
}

START_TEST(named)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct override_policy policy = {0};
    struct tern_config worker;
    struct tern_error err;

    if (names[_i].policy)
        strmap_set(&map, "connector.client.config.override.policy", names[_i].policy);
    worker = strmap_config(&map);
    if (!names[_i].name) {
        ck_assert_int_lt(override_policy_init(&policy, &worker, &err), 0);
        ck_assert_int_eq(err.code, TERN_EINVALID);
        ck_assert_ptr_nonnull(strstr(err.msg, "All, None, Principal, Allowlist"));
        return;
    }
    ck_assert_ok(override_policy_init(&policy, &worker, &err), err);
    ck_assert_str_eq(override_policy_name(&policy), names[_i].name);
    override_policy_fini(&policy);
}
END_TEST

static const struct {
    const char *policy, *allowed, *key;
    bool allows;
} keys[] = {
    {"All", NULL, "acks", true},
    {"None", NULL, "acks", false},
    {"Principal", NULL, "sasl.jaas.config", true},
    {"Principal", NULL, "security.protocol", true},
    {"Principal", NULL, "sasl.mechanism", true},
    {"Principal", NULL, "sasl.login.class", false},
    {"Allowlist", " acks , linger.ms", "acks", true},
    {"Allowlist", " acks , linger.ms", "linger.ms", true},
    {"Allowlist", " acks , linger.ms", "batch.size", false},
    {"Allowlist", NULL, "acks", false},
};

START_TEST(allowed)
{
    struct override_policy policy;

    init(&policy, keys[_i].policy, keys[_i].allowed);
    ck_assert_int_eq(override_policy_allows(&policy, keys[_i].key), keys[_i].allows);
    override_policy_fini(&policy);
}
END_TEST

START_TEST(a_client_is_refused)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct override_policy policy;
    struct tern_config overrides;
    struct tern_error err;

    init(&policy, "Principal", NULL);
    strmap_set(&map, "sasl.mechanism", "PLAIN");
    overrides = strmap_config(&map);
    ck_assert_ok(override_policy_check(&policy, &overrides, &err), err);
    strmap_set(&map, "acks", "1");
    overrides = strmap_config(&map);
    ck_assert_int_lt(override_policy_check(&policy, &overrides, &err), 0);
    ck_assert_str_eq(err.msg,
                     "Client Config Overrides not allowed: The 'Principal' policy does not "
                     "allow 'acks' to be overridden in the connector configuration.");
    override_policy_fini(&policy);
}
END_TEST

static void override_policy_suite(Suite *s)
{
    test_add_rows(s, named, sizeof(names) / sizeof(names[0]));
    test_add_rows(s, allowed, sizeof(keys) / sizeof(keys[0]));
    test_add(s, a_client_is_refused);
}

TEST_MAIN("override_policy", override_policy_suite)
