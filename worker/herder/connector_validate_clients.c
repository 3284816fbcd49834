/* SPDX-License-Identifier: Apache-2.0 */
/* connector_validate_clients - producer.override.* and the like. Spec: connect-rest.md 6.3.6. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"
#include "lib/conf/java_order.h"
#include "worker/herder/client_keys.h"
#include "worker/herder/connector_validate_priv.h"

/* Appends one setting. Fails when it has the wrong type. */
static int add_override(struct validation *v, const char *prefix, const struct config_def *def,
                        const char *name, const char *text, struct tern_error *err)
{
    CLEANUP(config_value_fini) struct config_value value = CONFIG_VALUE_INIT;
    struct config_key_report row = {.name = (char *)name, .visible = true};
    CLEANUP(freep) char *shown = NULL;
    CLEANUP(freep) char *why = NULL;
    char *errors[1];

    row.defined = config_def_find(def, name, &row.key);
    if (row.defined && config_value_parse(name, row.key.type, text, &value, err) < 0) {
        err->code = TERN_EINTERNAL; /* the peer's validation ends here with an exception */
        return -1;
    }
    shown = row.defined ? config_value_text(&value) : text ? xstrdup(text) : NULL;
    row.value = shown;
    if (!override_policy_allows(v->worker->policy, name)) {
        why = override_policy_message(v->worker->policy, name);
        errors[0] = why;
        row.errors = (struct config_texts){errors, 1, 1};
    }
    config_infos_add(v->infos, prefix, &row);
    return 0;
}

/* The peer takes the keys from a map of all settings into one of these. */
static int add_client(struct validation *v, const char *prefix,
                      const struct tern_config_key *const *tables, struct tern_error *err)
{
    const struct config_def def = CONFIG_DEF(tables);
    const char **names = xcalloc(v->config->count + 1, sizeof(*names));
    size_t len = strlen(prefix), count = 0;
    int rc = 0;

    for (size_t i = 0; i < v->config->count; i++)
        names[i] = v->config->entries[i].key;
    java_order_sort(names, v->config->count, v->config->count);
    for (size_t i = 0; i < v->config->count; i++) {
        if (str_starts_with(names[i], prefix) && names[i][len])
            names[count++] = names[i] + len;
    }
    java_order_sort(names, count, count);
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = add_override(v, prefix, &def, names[i], config_get(v->config, names[i] - len), err);
    free(names);
    return rc;
}

static bool has_prefix(const struct tern_config *config, const char *prefix)
{
    for (size_t i = 0; i < config->count; i++) {
        if (str_starts_with(config->entries[i].key, prefix))
            return true;
    }
    return false;
}

static bool has_text(const struct tern_config *config, const char *key)
{
    const char *text = config_get(config, key);

    return text && *text;
}

/* Which clients a connector of this kind has. */
struct clients {
    bool producer, consumer, admin;
};

static struct clients clients_of(const struct validation *v)
{
    bool is_distributed = v->worker->group_id != NULL;
    bool has_dlq = has_text(v->config, "errors.deadletterqueue.topic.name");
    bool has_own_offsets = is_distributed && (v->worker->exactly_once ||
                                              config_get(v->config, "offsets.storage.topic"));

    if (v->subject.kind == PLUGIN_SINK)
        return (struct clients){has_dlq, true, has_dlq};
    return (struct clients){true, has_own_offsets,
                            has_own_offsets || has_prefix(v->config, "topic.creation.")};
}

int validate_overrides(struct validation *v, struct tern_error *err)
{
    struct clients has = clients_of(v);

    if (has.producer && add_client(v, "producer.override.", client_producer_tables, err) < 0)
        return -1;
    if (has.consumer && add_client(v, "consumer.override.", client_consumer_tables, err) < 0)
        return -1;
    if (has.admin && add_client(v, "admin.override.", client_admin_tables, err) < 0)
        return -1;
    return 0;
}
