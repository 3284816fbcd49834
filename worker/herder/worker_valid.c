/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/worker_valid.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "lib/base/macros.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"

#define RANGE(low, high)                                      \
    {                                                         \
        .kind = TERN_VALID_RANGE, .min = (low), .max = (high) \
    }
#define WORDS(kind_, ...)                                 \
    {                                                     \
        .kind = (kind_), .strings = (const char *const[]) \
        {                                                 \
            __VA_ARGS__, NULL                             \
        }                                                 \
    }
#define CUSTOM(fn, text)                                                \
    {                                                                   \
        .kind = TERN_VALID_CUSTOM, .check = (fn), .description = (text) \
    }
#define LIST(flags_)                               \
    {                                              \
        .kind = TERN_VALID_LIST, .flags = (flags_) \
    }

const struct tern_validator worker_valid_at_least_0 = RANGE(0, INT64_MAX);
const struct tern_validator worker_valid_at_least_1 = RANGE(1, INT64_MAX);
const struct tern_validator worker_valid_at_least_minus_1 = RANGE(-1, INT64_MAX);
const struct tern_validator worker_valid_int_at_least_0 = RANGE(0, INT32_MAX);

const struct tern_validator worker_valid_list = LIST(TERN_LIST_NOT_EMPTY);
const struct tern_validator worker_valid_list_or_empty = LIST(0);
const struct tern_validator worker_valid_list_or_null = LIST(TERN_ALLOW_NULL);

const struct tern_validator worker_valid_client_auth =
    WORDS(TERN_VALID_ONE_OF, "required", "requested", "none");
const struct tern_validator worker_valid_discovery =
    WORDS(TERN_VALID_ONE_OF_ANY_CASE, "ONLY_SCAN", "SERVICE_LOAD", "HYBRID_WARN", "HYBRID_FAIL");
const struct tern_validator worker_valid_dns_lookup =
    WORDS(TERN_VALID_ONE_OF, "use_all_dns_ips", "resolve_canonical_bootstrap_servers_only");
const struct tern_validator worker_valid_exactly_once =
    WORDS(TERN_VALID_ONE_OF_ANY_CASE, "DISABLED", "ENABLED", "PREPARING");
const struct tern_validator worker_valid_metrics_level = WORDS(TERN_VALID_ONE_OF, "INFO", "DEBUG");
const struct tern_validator worker_valid_recovery =
    WORDS(TERN_VALID_ONE_OF_ANY_CASE, "REBOOTSTRAP", "NONE");

/* Any case is accepted though the description does not say so, as in the peer. */
static int check_protocol(const char *key, const char *value, struct tern_error *err)
{
    (void)key;
    if (value && (strcasecmp(value, "eager") == 0 || strcasecmp(value, "compatible") == 0 ||
                  strcasecmp(value, "sessioned") == 0))
        return 0;
    return tern_fail(err, TERN_EINVALID, "String must be one of: eager, compatible, sessioned");
}

const struct tern_validator worker_valid_protocol =
    CUSTOM(check_protocol, "[eager, compatible, sessioned]");

/* Reads the value again, which the definition has read as a number already. */
static bool number_of(const char *key, enum tern_config_type type, const char *value,
                      struct config_value *ret_number)
{
    struct tern_error ignored;

    *ret_number = (struct config_value)CONFIG_VALUE_INIT;
    return value && config_value_parse(key, type, value, ret_number, &ignored) == 0 &&
           !ret_number->is_null;
}

static int check_positive(const char *key, const char *value, const char *what,
                          struct tern_error *err)
{
    CLEANUP(config_value_fini) struct config_value n;

    if (number_of(key, TERN_LONG, value, &n) && (n.integer > 0 || n.integer == -1))
        return 0;
    return tern_fail(err, TERN_EINVALID, "%s", what);
}

static int check_partitions(const char *key, const char *value, struct tern_error *err)
{
    return check_positive(
        key, value, "Number of partitions must be positive, or -1 to use the broker's default",
        err);
}

static int check_replication(const char *key, const char *value, struct tern_error *err)
{
    return check_positive(key, value,
                          "Replication factor must be positive and not larger than the number of "
                          "brokers in the Kafka cluster, or -1 to use the broker's default",
                          err);
}

const struct tern_validator worker_valid_partitions =
    CUSTOM(check_partitions, "Positive number, or -1 to use the broker's default");
const struct tern_validator worker_valid_replication =
    CUSTOM(check_replication, "Positive number not larger than the number of brokers in the Kafka "
                              "cluster, or -1 to use the broker's default");

/* The algorithms of HMAC that OpenSSL and every Java have; names in any case, as in Java. */
static const char *const macs[] = {"HmacSHA256",     "HmacSHA1",     "HmacSHA224",
                                   "HmacSHA384",     "HmacSHA512",   "HmacSHA512/224",
                                   "HmacSHA512/256", "HmacSHA3-224", "HmacSHA3-256",
                                   "HmacSHA3-384",   "HmacSHA3-512", "HmacMD5"};

static int check_mac(const char *key, const char *value, struct tern_error *err)
{
    (void)key;
    for (size_t i = 0; value && i < COUNT_OF(macs); i++) {
        if (strcasecmp(value, macs[i]) == 0)
            return 0;
    }
    return tern_fail(err, TERN_EINVALID, "the algorithm '%s' is not supported by this worker",
                     value ? value : "null");
}

static int check_macs(const char *key, const char *value, struct tern_error *err)
{
    CLEANUP(config_value_fini) struct config_value list = CONFIG_VALUE_INIT;

    if (config_value_parse(key, TERN_LIST, value, &list, err) < 0)
        return -1;
    if (list.is_null || list.count == 0)
        return tern_fail(err, TERN_EINVALID,
                         "At least one signature verification algorithm must be provided");
    for (size_t i = 0; i < list.count; i++) {
        if (check_mac(key, list.items[i], err) < 0)
            return -1;
    }
    return 0;
}

const struct tern_validator worker_valid_key_algorithm =
    CUSTOM(check_mac, "Any KeyGenerator algorithm supported by the worker JVM");
const struct tern_validator worker_valid_mac =
    CUSTOM(check_mac, "Any MAC algorithm supported by the worker JVM");
const struct tern_validator worker_valid_macs =
    CUSTOM(check_macs, "A list of one or more MAC algorithms, each supported by the worker JVM");

static int check_listeners(const char *key, const char *value, struct tern_error *err)
{
    CLEANUP(config_value_fini) struct config_value list = CONFIG_VALUE_INIT;

    if (config_value_parse(key, TERN_LIST, value, &list, err) < 0)
        return -1;
    if (list.is_null || list.count == 0) { /* peer text */
        return tern_fail(err, TERN_EINVALID,
                         "Invalid value for listeners, at least one URL is expected, ex: "
                         "http://localhost:8080,https://localhost:8443.");
    }
    for (size_t i = 0; i < list.count; i++) {
        if (!list.items[i][0])
            return tern_fail(err, TERN_EINVALID, "Empty URL found when parsing listeners list.");
    }
    return 0;
}

const struct tern_validator worker_valid_listeners =
    CUSTOM(check_listeners,
           "List of comma-separated URLs, ex: http://localhost:8080,https://localhost:8443.");

/* One rule: "[action] [name]:[value]". */
static int check_header_rule(const char *rule, size_t len, struct tern_error *err)
{
    static const char *const actions[] = {"set ", "add ", "setDate ", "addDate "};

    while (len && (*rule == ' ' || *rule == '"'))
        rule++, len--;
    for (size_t i = 0; i < COUNT_OF(actions); i++) {
        size_t n = strlen(actions[i]);
        const char *colon = len > n ? memchr(rule + n, ':', len - n) : NULL;

        if (len > n && strncmp(rule, actions[i], n) == 0 && colon && colon != rule + n)
            return 0;
    }
    return tern_fail(
        err, TERN_EINVALID,
        "Invalid header config '%.*s'. Expected format: '[action] [header name]:[header "
        "value]'; the actions are set, add, setDate, addDate",
        (int)len, rule);
}

/* Rules are separated by commas, but not by those between double quotes. */
static int check_header_rules(const char *key, const char *value, struct tern_error *err)
{
    const char *start = value;
    bool quoted = false;

    (void)key;
    if (!value || !*value)
        return 0;
    for (const char *p = value;; p++) {
        if (*p == '"')
            quoted = !quoted;
        if (*p && (*p != ',' || quoted))
            continue;
        if (check_header_rule(start, (size_t)(p - start), err) < 0)
            return -1;
        if (!*p)
            return 0;
        start = p + 1;
    }
}

const struct tern_validator worker_valid_header_rules =
    CUSTOM(check_header_rules,
           "Comma-separated header rules, where each header rule is of the form '[action] [header "
           "name]:[header value]' and optionally surrounded by double quotes if any part of a "
           "header rule contains a comma");
