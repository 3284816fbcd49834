/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/topic_groups.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/buf.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"
#include "lib/conf/regex.h"

#define PREFIX "topic.creation."

enum {
    TEXT_MAX_BYTES = 64 * 1024,
};

static const char default_group[] = "default";

static void group_fini(struct topic_group *g)
{
    free(g->name);
    regex_free(g->include);
    regex_free(g->exclude);
    free(g->included);
    free(g->excluded);
    strmap_fini(&g->config);
}

void topic_groups_fini(struct topic_groups *groups)
{
    for (size_t i = 0; i < groups->count; i++)
        group_fini(&groups->at[i]);
    free(groups->at);
    *groups = (struct topic_groups){0};
}

/* ---- one value ---- */

static int read_value(const char *key, enum tern_config_type type, const char *text,
                      struct config_value *ret_value, struct tern_error *err)
{
    CLEANUP(freep) char *fault = config_value_fault(key, type, text, ret_value);

    return fault ? tern_fail(err, TERN_EINVALID, "%s", fault) : 0;
}

/* -1 or at least 1. wanted is what the peer says of another one. */
static int read_number(const struct tern_config *connector, const char *group, const char *what,
                       enum tern_config_type type, const char *wanted, int64_t fallback,
                       int64_t *ret_number, struct tern_error *err)
{
    CLEANUP(freep) char *key = xasprintf(PREFIX "%s.%s", group, what);
    const char *text = config_get(connector, key);
    struct config_value value = CONFIG_VALUE_INIT;
    int rc;

    if (!text && fallback == 0) { /* peer text */
        return tern_fail(err, TERN_EINVALID,
                         "Missing required configuration \"%s\" which has no default value.", key);
    }
    if (!text) {
        *ret_number = fallback;
        return 0;
    }
    rc = read_value(key, type, text, &value, err);
    *ret_number = value.integer;
    config_value_fini(&value);
    if (rc == 0 && *ret_number != -1 && *ret_number < 1) { /* peer text */
        return tern_fail(err, TERN_EINVALID, "Invalid value %lld for configuration %s: %s",
                         (long long)*ret_number, what, wanted);
    }
    return rc;
}

static int read_numbers(const struct tern_config *connector, const struct topic_group *fallback,
                        struct topic_group *g, struct tern_error *err)
{
    int64_t factor, partitions;

    if (read_number(connector, g->name, "replication.factor", TERN_SHORT,
                    "Replication factor must be positive and not larger than the number of "
                    "brokers in the Kafka cluster, or -1 to use the broker's default",
                    fallback ? fallback->replication_factor : 0, &factor, err) < 0 ||
        read_number(connector, g->name, "partitions", TERN_INT,
                    "Number of partitions must be positive, or -1 to use the broker's default",
                    fallback ? fallback->partitions : 0, &partitions, err) < 0)
        return -1;
    g->replication_factor = (int16_t)factor;
    g->partitions = (int32_t)partitions;
    return 0;
}

static char *joined(const struct config_value *list, const char *between)
{
    struct buf out = BUF_INIT(TEXT_MAX_BYTES);

    for (size_t i = 0; i < list->count; i++)
        buf_add_fmt(&out, "%s%s", i ? between : "", list->items[i]);
    return buf_take_str(&out);
}

static int refuse_patterns(const struct config_value *list, const char *what,
                           struct tern_error *err)
{
    const struct tern_error why = *err;
    CLEANUP(freep) char *text = joined(list, ", ");

    return tern_fail(err, why.code, /* peer text, up to the cause */
                     "Invalid value [%.200s] for configuration %s: Syntax error in regular "
                     "expression: %.200s",
                     text, what, why.msg);
}

/* No item at all matches the empty name only, which is no topic's. */
static int read_patterns(const struct tern_config *connector, const char *group, const char *what,
                         struct regex **ret_regex, char **ret_text, struct tern_error *err)
{
    CLEANUP(freep) char *key = xasprintf(PREFIX "%s.%s", group, what);
    CLEANUP(config_value_fini) struct config_value value = CONFIG_VALUE_INIT;
    const char *text = config_get(connector, key);

    if (read_value(key, TERN_LIST, text ? text : "", &value, err) < 0)
        return -1;
    if (regex_compile_list((const char *const *)value.items, value.count, ret_regex, err) < 0)
        return refuse_patterns(&value, what, err);
    *ret_text = joined(&value, "|");
    return 0;
}

static bool is_own(const char *rest)
{
    return strcmp(rest, "partitions") == 0 || strcmp(rest, "replication.factor") == 0 ||
           strcmp(rest, "include") == 0 || strcmp(rest, "exclude") == 0;
}

static void read_topic_config(const struct tern_config *connector, struct topic_group *g)
{
    CLEANUP(freep) char *prefix = xasprintf(PREFIX "%s.", g->name);
    size_t len = strlen(prefix);

    for (size_t i = 0; i < connector->count; i++) {
        const struct tern_config_entry *e = &connector->entries[i];

        if (str_starts_with(e->key, prefix) && e->value && !is_own(e->key + len))
            strmap_set(&g->config, e->key + len, e->value);
    }
}

/* ---- all of them ---- */

static int read_group(const struct tern_config *connector, const char *name,
                      const struct topic_group *fallback, struct topic_group *ret_group,
                      struct tern_error *err)
{
    struct topic_group g = {.name = xstrdup(name)};

    if (read_numbers(connector, fallback, &g, err) < 0 ||
        (fallback &&
         (read_patterns(connector, name, "include", &g.include, &g.included, err) < 0 ||
          read_patterns(connector, name, "exclude", &g.exclude, &g.excluded, err) < 0))) {
        group_fini(&g);
        return -1;
    }
    if (!fallback) { /* as the peer shows it */
        g.included = xstrdup(".*");
        g.excluded = xstrdup("");
    }
    read_topic_config(connector, &g);
    *ret_group = g;
    return 0;
}

static int read_named(const struct tern_config *connector, const struct config_value *names,
                      const struct topic_group *fallback, struct topic_groups *groups,
                      struct tern_error *err)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i], default_group) == 0)
            continue; /* it is the last anyway */
        if (read_group(connector, names->items[i], fallback, &groups->at[groups->count], err) < 0)
            return -1;
        groups->count++;
    }
    return 0;
}

int topic_groups_read(const struct tern_config *connector, struct topic_groups *ret_groups,
                      struct tern_error *err)
{
    const char *text = config_get(connector, PREFIX "groups");
    struct config_value names = CONFIG_VALUE_INIT;
    struct topic_groups groups = {0};
    struct topic_group last;
    int rc;

    if (read_value(PREFIX "groups", TERN_LIST, text ? text : "", &names, err) < 0)
        return -1;
    if (read_group(connector, default_group, NULL, &last, err) < 0) {
        config_value_fini(&names);
        return -1;
    }
    groups.at = xcalloc(names.count + 1, sizeof(*groups.at));
    rc = read_named(connector, &names, &last, &groups, err);
    config_value_fini(&names);
    groups.at[groups.count++] = last;
    if (rc < 0)
        topic_groups_fini(&groups);
    else
        *ret_groups = groups;
    return rc;
}

bool topic_groups_asked_for(const struct tern_config *worker, const struct tern_config *connector)
{
    const char *enabled = config_get(worker, "topic.creation.enable");

    if (enabled && strcasecmp(enabled, "false") == 0)
        return false;
    for (size_t i = 0; i < connector->count; i++) {
        if (str_starts_with(connector->entries[i].key, PREFIX))
            return true;
    }
    return false;
}

int topic_groups_check(const struct tern_config *worker, const struct tern_config *connector,
                       struct tern_error *err)
{
    struct topic_groups groups;

    if (!topic_groups_asked_for(worker, connector))
        return 0;
    if (topic_groups_read(connector, &groups, err) < 0)
        return -1;
    topic_groups_fini(&groups);
    return 0;
}

const struct topic_group *topic_groups_find(const struct topic_groups *groups, const char *topic)
{
    for (size_t i = 0; i + 1 < groups->count; i++) {
        const struct topic_group *g = &groups->at[i];

        if (regex_matches(g->include, topic) && !regex_matches(g->exclude, topic))
            return g;
    }
    return &groups->at[groups->count - 1];
}
