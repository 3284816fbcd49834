/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/worker_file.h"

#include <string.h>

#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "lib/conf/properties.h"
#include "lib/conf/provider.h"
#include "lib/kafka/client_names.h"
#include "lib/wire/bootstrap.h"
#include "rest/listener.h"
#include "worker/convert/converter.h"
#include "worker/herder/connector_remarks.h"
#include "worker/herder/worker_config.h"

LOG_DOMAIN("org.apache.kafka.connect.cli.ConnectDistributed");

struct file {
    const char *path;
    struct strmap raw;
    struct strmap lines; /* see properties_line_of() */
    size_t faults;
};

static void file_fini(struct file *f)
{
    strmap_fini(&f->raw);
    strmap_fini(&f->lines);
}

static void on_fault(void *arg, const char *key, const char *message)
{
    struct file *f = arg;
    long line = properties_line_of(&f->lines, key);

    f->faults++;
    if (line > 0)
        log_error("%s:%ld: %s", f->path, line, message);
    else
        log_error("%s: %s", f->path, message);
}

/* plugin.path is needed before there are providers, and taken as it stands. */
static int resolve(const struct file *f, struct strmap *out, struct tern_error *err)
{
    const struct tern_config raw = strmap_config(&f->raw);
    struct provider_set *providers = NULL;
    int rc;

    if (provider_set_open(&raw, &providers, err) < 0)
        return -1;
    rc = provider_set_resolve(providers, &raw, out, err);
    provider_set_free(providers);
    if (rc == 0 && strmap_has(&f->raw, "plugin.path"))
        strmap_set(out, "plugin.path", strmap_get(&f->raw, "plugin.path"));
    return rc;
}

/* As Java, for which they are classes that it has to find. */
static void check_converters(struct file *f, const struct strmap *worker)
{
    for (int role = CONVERT_KEY; role <= CONVERT_HEADER; role++) {
        const char *key = converter_key((enum converter_role)role);
        const char *name = strmap_get(worker, key);
        CLEANUP(freep) char *message = NULL;

        if (!name || converter_find((enum converter_role)role, name))
            continue;
        message = xasprintf("Invalid value %s for configuration %s: Class %s could not be found.",
                            name, key, name); /* peer text */
        on_fault(f, key, message);
    }
}

static void check_listeners(struct file *f, const struct strmap *worker)
{
    static const char *const keys[] = {"listeners", "admin.listeners"};

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct rest_listeners parsed = {0};
        struct tern_error err;

        if (rest_listeners_parse(keys[i], strmap_get(worker, keys[i]), i > 0, &parsed, &err) < 0)
            on_fault(f, keys[i], err.msg);
        rest_listeners_fini(&parsed);
    }
}

static void check_servers(struct file *f, const struct strmap *worker)
{
    const char *servers = strmap_get(worker, "bootstrap.servers");
    struct bootstrap parsed = {0};
    struct tern_error err;

    if (servers && *servers && bootstrap_parse(servers, &parsed, &err) < 0)
        on_fault(f, "bootstrap.servers", err.msg);
    bootstrap_fini(&parsed);
}

static int check(struct file *f, const struct strmap *worker, struct tern_error *err)
{
    const struct tern_config config = strmap_config(worker);
    struct worker_settings settings;
    struct config_memory *memory = NULL;

    check_converters(f, worker);
    check_listeners(f, worker);
    check_servers(f, worker);
    if (worker_config_bind(&config, &settings, on_fault, f, &memory, err) < 0)
        return -1;
    config_memory_free(memory);
    return f->faults ? -1 : 0;
}

/* ---- keys that nobody reads ---- */

/* Of parts that are configured with the worker, and settings of internal topics. */
static bool is_of_a_part(const char *key)
{
    static const char *const prefixes[] = {
        "key.converter.",    "value.converter.",        "header.converter.", "config.providers",
        "listeners.https.",  "admin.listeners.https.",  "rest.extension.",   "offset.storage.",
        "config.storage.",   "status.storage.",         "metrics.context.",  "topic.creation.",
        "connector.client.", "tern.offset.flush.early", CONNECTOR_REMARKS,   NULL};

    return str_starts_with_any(key, prefixes);
}

/* producer.x, consumer.x, admin.x: x is for the clients of connectors. */
static bool is_clients(const char *key, const char **ret_prefix, enum kafka_role *ret_role)
{
    static const struct {
        const char *prefix;
        enum kafka_role role;
    } roles[] = {
        {"producer.", KAFKA_PRODUCER}, {"consumer.", KAFKA_CONSUMER}, {"admin.", KAFKA_ADMIN}};

    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        if (!str_starts_with(key, roles[i].prefix))
            continue;
        *ret_prefix = roles[i].prefix;
        *ret_role = roles[i].role;
        return true;
    }
    return false;
}

/* A key that is not known, and what it was probably meant to be; NULL: it is known, or none is
 * near. */
static char *meant_by(const char *key)
{
    const struct config_def def = CONFIG_DEF(worker_tables);
    struct tern_config_key row;
    const char *prefix = "", *nearest;
    enum kafka_role role;

    if (config_def_find(&def, key, &row) || is_of_a_part(key))
        return NULL;
    if (is_clients(key, &prefix, &role)) {
        const char *name = key + strlen(prefix);

        nearest = client_name_is_known(name) ? NULL : client_name_nearest(role, name);
    } else {
        nearest = client_name_is_known(key) ? NULL : config_nearest_key(&def, key);
    }
    return nearest ? xasprintf("%s%s", prefix, nearest) : NULL;
}

static void warn_unknown(const struct file *f)
{
    const struct tern_config raw = strmap_config(&f->raw);

    if (!connector_remarks_wanted(&raw))
        return;
    STRMAP_FOREACH (&f->raw, e) {
        CLEANUP(freep) char *meant = meant_by(e->key);

        if (meant)
            log_warn("%s:%ld: %s: unknown setting, did you mean '%s'?", f->path,
                     properties_line_of(&f->lines, e->key), e->key, meant);
    }
}

struct config_ref *worker_file_load(const char *path)
{
    CLEANUP(file_fini) struct file f = {.path = path};
    CLEANUP(strmap_fini) struct strmap worker = STRMAP_INIT;
    struct tern_error err;

    if (properties_load_as(PROPERTIES_LATIN1, path, &f.raw, &f.lines, &err) < 0) {
        log_error("%s", err.msg);
        return NULL;
    }
    if (resolve(&f, &worker, &err) < 0 || check(&f, &worker, &err) < 0) {
        if (f.faults == 0)
            log_error("%s: %s", path, err.msg);
        return NULL;
    }
    warn_unknown(&f);
    return config_ref_new(&worker);
}
