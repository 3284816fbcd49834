/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/worker_config.h"

#include <string.h>
#include <strings.h>

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "lib/conf/security_keys.h"
#include "worker/task/override_policy.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.distributed.DistributedConfig");

const struct tern_config_key *const worker_tables[] = {
    worker_connect_keys,    worker_rest_keys, worker_client_keys,
    security_protocol_keys, security_keys,    NULL,
};

enum {
    KEY_BITS_MIN = 40, /* of Java's key generators */
};

/* A fault of two settings together. */
static void tell(tern_config_fault *fault, void *arg, const char *key, const struct tern_error *err)
{
    if (fault)
        fault(arg, key, err->msg);
}

static int check_policy(const struct tern_config *config, tern_config_fault *fault, void *arg,
                        struct tern_error *err)
{
    struct override_policy policy;

    if (override_policy_init(&policy, config, err) < 0) {
        tell(fault, arg, "connector.client.config.override.policy", err);
        return -1;
    }
    override_policy_fini(&policy);
    return 0;
}

static int check_heartbeat(const struct worker_settings *s, struct tern_error *err)
{
    if (s->heartbeat_interval_ms < s->session_timeout_ms)
        return 0;
    return tern_fail(err, TERN_EINVALID,
                     "Heartbeat must be set lower than the session timeout"); /* peer text */
}

/* What no worker accepts is not signed with. */
static int check_signature(const struct worker_settings *s, struct tern_error *err)
{
    for (size_t i = 0; i < s->verification_algorithms.count; i++) {
        if (strcmp(s->verification_algorithms.items[i], s->signature_algorithm) == 0)
            return 0;
    }
    return tern_fail(err, TERN_EINVALID, /* peer text */
                     "Invalid value %s for configuration inter.worker.signature.algorithm: "
                     "Signature algorithm must be present in inter.worker.verification.algorithms "
                     "list",
                     s->signature_algorithm);
}

static int check_key_size(const struct worker_settings *s, struct tern_error *err)
{
    if (!s->key_size_bits || s->key_size_bits >= KEY_BITS_MIN)
        return 0;
    return tern_fail(err, TERN_EINVALID, /* peer text */
                     "Unable to create key generator with algorithm %s and key size %d: Key length "
                     "must be at least %d bits",
                     s->key_algorithm, (int)s->key_size_bits, KEY_BITS_MIN);
}

/* What several settings say together. */
static int check_whole(const struct worker_settings *s, tern_config_fault *fault, void *arg,
                       struct tern_error *err)
{
    static const struct {
        const char *key;
        int (*check)(const struct worker_settings *s, struct tern_error *err);
    } checks[] = {
        {"heartbeat.interval.ms", check_heartbeat},
        {"inter.worker.signature.algorithm", check_signature},
        {"inter.worker.key.size", check_key_size},
    };
    int rc = 0;

    for (size_t i = 0; i < COUNT_OF(checks); i++) {
        if (checks[i].check(s, err) == 0)
            continue;
        tell(fault, arg, checks[i].key, err);
        rc = -1;
    }
    return rc;
}

int worker_config_bind(const struct tern_config *config, struct worker_settings *ret_settings,
                       tern_config_fault *fault, void *arg, struct config_memory **ret_memory,
                       struct tern_error *err)
{
    struct worker_settings s = {0};
    struct config_memory *memory = NULL;
    int rc = fault ? config_bind_all(worker_tables, config, &s, fault, arg, &memory, err)
                   : config_bind(worker_tables, config, &s, &memory, err);

    if (rc < 0)
        return -1;
    if (check_policy(config, fault, arg, err) < 0 || check_whole(&s, fault, arg, err) < 0) {
        config_memory_free(memory);
        return -1;
    }
    *ret_settings = s;
    *ret_memory = memory;
    return 0;
}

enum exactly_once worker_exactly_once(const struct worker_settings *settings)
{
    if (strcasecmp(settings->exactly_once, "enabled") == 0)
        return EXACTLY_ONCE_ENABLED;
    return strcasecmp(settings->exactly_once, "preparing") == 0 ? EXACTLY_ONCE_PREPARING
                                                                : EXACTLY_ONCE_DISABLED;
}

/* What the names start with that are about the JVM, or about what the plugins here do not need. */
static const char *const meaningless[] = {
    "connector.client.config.override.policy.",
    "metric.reporters",
    "metrics.recording.level",
    "plugin.discovery",
    "sasl.client.callback.handler.class",
    "sasl.login.callback.handler.class",
    "sasl.login.class",
    "sasl.oauthbearer.jwt.retriever.class",
    "sasl.oauthbearer.jwt.validator.class",
    "ssl.engine.factory.class",
    "ssl.keymanager.algorithm",
    "ssl.provider",
    "ssl.secure.random.implementation",
    "ssl.trustmanager.algorithm",
};

void worker_config_note(const struct tern_config *config)
{
    for (size_t i = 0; i < config->count; i++) {
        for (size_t k = 0; k < COUNT_OF(meaningless); k++) {
            if (str_starts_with(config->entries[i].key, meaningless[k]))
                log_info("The setting '%s' has no meaning outside a JVM and is not used",
                         config->entries[i].key);
        }
    }
}

char *worker_client_id_base(const struct worker_settings *settings)
{
    if (settings->client_id && settings->client_id[0])
        return xasprintf("%s-%s-", settings->group_id, settings->client_id);
    return xasprintf("%s-", settings->group_id);
}

/* What Connect reads itself: no client knows it. */
static bool is_connects_own(const char *key)
{
    static const char *const prefixes[] = {
        "producer.",
        "consumer.",
        "admin.",
        "config.storage.",
        "offset.storage.",
        "status.storage.",
        "key.converter",
        "value.converter",
        "header.converter",
        "config.providers",
        "listeners.https.",
        "replication.policy.",
        "task.",
        "tasks.",
        "worker.",
        NULL,
    };
    static const struct tern_config_key *const own[] = {worker_connect_keys, worker_rest_keys,
                                                        NULL};
    const struct config_def def = CONFIG_DEF(own);
    struct tern_config_key row;

    if (str_starts_with_any(key, prefixes))
        return true;
    if (strcmp(key, "bootstrap.servers") == 0 || strcmp(key, "group.id") == 0)
        return false;
    return config_def_find(&def, key, &row);
}

void worker_client_config(const struct tern_config *worker, const char *client_id,
                          struct strmap *out)
{
    for (size_t i = 0; i < worker->count; i++) {
        if (!is_connects_own(worker->entries[i].key))
            strmap_set(out, worker->entries[i].key, worker->entries[i].value);
    }
    strmap_set(out, "client.id", client_id);
}
