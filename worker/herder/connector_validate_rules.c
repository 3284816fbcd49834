/* SPDX-License-Identifier: Apache-2.0 */
/* connector_validate_rules - checks of more than one key. Spec: connect-rest.md 6.3.4, 6.5, 6.6. */
#include <string.h>
#include <strings.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"
#include "lib/conf/java_order.h"
#include "lib/conf/regex.h"
#include "worker/herder/connector_validate_priv.h"

/* All texts of this file are the peer's, but for one. */

static void add_error_to(struct validation *v, const char *key, char *message)
{
    config_report_add_error(config_report_want(v->framework, key), message);
    free(message);
}

static const char *given(const struct validation *v, const char *key)
{
    const char *text = config_get(v->config, key);

    return text ? text : "";
}

static bool is_blank(const char *text)
{
    while (*text && (unsigned char)*text <= ' ')
        text++;
    return !*text;
}

/* ---- sinks ---- */

static void check_dlq(struct validation *v, const char *dlq, const struct config_value *topics)
{
    const char *pattern = given(v, "topics.regex");
    struct regex *re = NULL;
    struct tern_error err;

    for (size_t i = 0; i < topics->count; i++) {
        CLEANUP(freep) char *list = NULL;

        if (strcmp(topics->items[i], dlq) != 0)
            continue;
        list = config_value_message_text(topics);
        add_error_to(v, "topics",
                     xasprintf("The DLQ topic '%s' may not be included in the list of topics "
                               "('topics=%s') consumed by the connector",
                               dlq, list));
        return;
    }
    if (is_blank(pattern) || regex_compile(pattern, &re, &err) < 0)
        return;
    if (regex_matches(re, dlq)) {
        add_error_to(v, "topics.regex",
                     xasprintf("The DLQ topic '%s' may not be matched by the regex for the topics "
                               "('topics.regex=%s') consumed by the connector",
                               dlq, pattern));
    }
    regex_free(re);
}

static void check_topics(struct validation *v)
{
    CLEANUP(config_value_fini) struct config_value topics = CONFIG_VALUE_INIT;
    CLEANUP(freep) char *dlq = config_trim(given(v, "errors.deadletterqueue.topic.name"));
    bool has_topics = !is_blank(given(v, "topics"));
    bool has_regex = !is_blank(given(v, "topics.regex"));
    const char *why = NULL;
    struct tern_error err;

    if (has_topics && has_regex)
        why = "topics and topics.regex are mutually exclusive options, but both are set.";
    else if (!has_topics && !has_regex)
        why = "Must configure one of topics or topics.regex";
    if (why) {
        add_error_to(v, "topics", xstrdup(why));
        add_error_to(v, "topics.regex", xstrdup(why));
    }
    if (*dlq && config_value_parse("topics", TERN_LIST, given(v, "topics"), &topics, &err) == 0)
        check_dlq(v, dlq, &topics);
}

static void check_sink_group(struct validation *v)
{
    const char *group = v->worker->group_id;
    const char *own = config_get(v->config, "consumer.override.group.id");
    const char *name = config_get(v->config, "name");
    CLEANUP(freep) char *implied = xasprintf("connect-%s", name ? name : "");

    if (own && strcmp(own, group) == 0) {
        add_error_to(
            v, "consumer.override.group.id",
            xasprintf("Consumer group %s conflicts with Connect worker group %s", own, group));
    } else if (!own && strcmp(implied, group) == 0) {
        add_error_to(v, "name",
                     xasprintf("Consumer group for sink connector named %s conflicts with Connect "
                               "worker group %s",
                               name, group));
    }
}

/* ---- sources ---- */

/* Whether a key of the worker's has a value that is valid, and is this one in any case. */
static bool is_word(struct validation *v, const char *key, const char *word)
{
    const struct config_key_report *row = config_report_find(v->framework, key);

    return row && row->errors.count == 0 && row->value && strcasecmp(row->value, word) == 0;
}

static const char *exactly_once_fault(struct validation *v)
{
    const struct tern_connector_class *c = v->subject.connector;

    switch (c->exactly_once ? c->exactly_once(v->config) : TERN_EXACTLY_ONCE_UNDECLARED) {
    case TERN_EXACTLY_ONCE_SUPPORTED:
        return NULL;
    case TERN_EXACTLY_ONCE_UNSUPPORTED:
        return "The connector does not support exactly-once semantics with the provided "
               "configuration.";
    case TERN_EXACTLY_ONCE_UNDECLARED:
        break;
    }
    return "The connector does not implement the API required for preflight validation of "
           "exactly-once source support. Please consult the documentation for the connector to "
           "determine whether it supports exactly-once semantics, and then consider reconfiguring "
           "the connector to use the value \"requested\" for this property (which will disable "
           "this preflight check and allow the connector to be created).";
}

static void check_exactly_once(struct validation *v)
{
    static const char key[] = "exactly.once.support";
    const char *why;

    if (!is_word(v, key, "required"))
        return;
    why = exactly_once_fault(v);
    if (!v->worker->exactly_once) {
        add_error_to(v, key,
                     xstrdup("This worker does not have exactly-once source support "
                             "enabled."));
    }
    if (why)
        add_error_to(v, key, xstrdup(why));
}

/* No connector that can be written for this worker defines boundaries yet. */
static void check_boundary(struct validation *v)
{
    static const char key[] = "transaction.boundary";

    if (is_word(v, key, "connector")) {
        add_error_to(v, key,
                     xstrdup("The connector does not support connector-defined transaction "
                             "boundaries with the given configuration. Please reconfigure it to "
                             "use a different transaction boundary definition."));
    }
}

/* What is not built: ignoring it would change where offsets are. Not the peer's text. */
static void check_ability(struct validation *v)
{
    if (!is_blank(given(v, "offsets.storage.topic"))) {
        add_error_to(v, "offsets.storage.topic",
                     xstrdup("This worker keeps offsets in the worker's own topic only."));
    }
}

void validate_rules(struct validation *v)
{
    bool is_distributed = v->worker->group_id != NULL;

    if (v->subject.kind == PLUGIN_SINK) {
        check_topics(v);
        if (is_distributed)
            check_sink_group(v);
    } else if (is_distributed) {
        check_exactly_once(v);
        check_boundary(v);
    }
    check_ability(v);
}

/* ---- null ---- */

/* known: so many rows are looked through. */
static void refuse_null(struct validation *v, const char *key, size_t known)
{
    struct config_key_report *row = NULL;

    for (size_t i = 0; i < known && !row; i++) {
        if (strcmp(v->framework->keys[i].name, key) == 0)
            row = &v->framework->keys[i];
    }
    if (!row)
        row = config_report_append(v->framework, key);
    config_report_add_error(row, "Null value can not be supplied as the configuration value.");
}

void validate_nulls(struct validation *v)
{
    const char **keys = xcalloc(v->config->count + 1, sizeof(*keys));
    size_t known = v->framework->count; /* what is appended here is not looked at: keys differ */

    for (size_t i = 0; i < v->config->count; i++)
        keys[i] = v->config->entries[i].key;
    /* the peer has them in a map with the keys that the worker defines */
    java_order_sort(keys, v->config->count, v->framework->count);
    for (size_t i = 0; i < v->config->count; i++) {
        if (!config_get(v->config, keys[i]))
            refuse_null(v, keys[i], known);
    }
    free(keys);
}
