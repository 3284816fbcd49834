/* SPDX-License-Identifier: Apache-2.0 */
/* config_validate - the validating half of config_def.h: the peer's validate(), for REST. */
#include <string.h>

#include "lib/base/strmap.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "lib/conf/config_validator.h"
#include "lib/conf/config_value.h"

static void texts_fini(struct config_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->at[i]);
    vec_fini(texts);
}

void config_report_free(struct config_report *report)
{
    if (!report)
        return;
    for (size_t i = 0; i < report->count; i++) {
        struct config_key_report *key = &report->keys[i];

        free(key->name);
        free(key->value);
        texts_fini(&key->errors);
        texts_fini(&key->recommended);
    }
    free(report->keys);
    free(report);
}

struct config_key_report *config_report_append(struct config_report *report, const char *name)
{
    if (report->count == report->cap) {
        report->cap = report->cap ? 2 * report->cap : 32;
        report->keys = xreallocarray(report->keys, report->cap, sizeof(*report->keys));
    }
    report->keys[report->count] =
        (struct config_key_report){.name = xstrdup(name), .visible = true};
    return &report->keys[report->count++];
}

struct config_key_report *config_report_find(const struct config_report *report, const char *name)
{
    for (size_t i = 0; i < report->count; i++) {
        if (strcmp(report->keys[i].name, name) == 0)
            return &report->keys[i];
    }
    return NULL;
}

struct config_key_report *config_report_want(struct config_report *report, const char *name)
{
    struct config_key_report *key = config_report_find(report, name);

    return key ? key : config_report_append(report, name);
}

void config_report_set_value(struct config_key_report *key, const char *value)
{
    char *copy = value ? xstrdup(value) : NULL; /* value may be the old one */

    free(key->value);
    key->value = copy;
}

void config_report_add_error(struct config_key_report *key, const char *message)
{
    vec_push(&key->errors, xstrdup(message));
}

void config_report_clear_errors(struct config_key_report *key)
{
    texts_fini(&key->errors);
}

void config_report_add_recommended(struct config_key_report *key, const char *value)
{
    vec_push(&key->recommended, xstrdup(value));
}

size_t config_report_error_count(const struct config_report *report)
{
    size_t n = 0;

    for (size_t i = 0; i < report->count; i++)
        n += report->keys[i].errors.count;
    return n;
}

/* Takes message, which may be NULL. */
static void add_owned_error(struct config_key_report *key, char *message)
{
    if (message)
        vec_push(&key->errors, message);
}

static void report_value(const struct tern_config *config, struct config_key_report *report)
{
    const struct tern_config_key *key = &report->key;
    const struct tern_config_entry *given = config_find(config, key->name);
    const char *text = given ? given->value : key->fallback;
    CLEANUP(config_value_fini) struct config_value value = CONFIG_VALUE_INIT;

    value.type = key->type;
    if (!given && config_key_required(key)) { /* peer text */
        add_owned_error(
            report, xasprintf("Missing required configuration \"%s\" which has no default value.",
                              key->name));
    } else {
        add_owned_error(report, config_value_fault(key->name, key->type, text, &value));
    }
    add_owned_error(report, config_validator_fault(key, &value, text));
    report->value = config_value_text(&value);
}

static void emit_recommended(void *arg, const char *value)
{
    config_report_add_recommended(arg, value);
}

static void report_recommendations(const struct tern_config *config,
                                   struct config_key_report *report)
{
    const struct tern_recommender *r = report->key.recommender;

    if (!r)
        return;
    if (r->values)
        r->values(report->name, config, emit_recommended, report);
    if (r->visible)
        report->visible = r->visible(report->name, config);
}

static void report_undefined_dependents(struct config_report *report, size_t defined)
{
    for (size_t i = 0; i < defined; i++) {
        const char *const *names = report->keys[i].key.dependents;

        for (; names && *names; names++) {
            CLEANUP(freep) char *message = NULL;
            struct config_key_report *key;

            if (config_report_find(report, *names))
                continue;
            message = xasprintf("%s is referred in the dependents, but not defined.", *names);
            key = config_report_append(report, *names); /* moves report->keys */
            config_report_add_error(key, message);
            key->visible = false;
        }
    }
}

struct config_report *config_validate(const struct config_def *def,
                                      const struct tern_config *config)
{
    struct config_report *report = xcalloc(1, sizeof(*report));
    struct config_walk walk = {0};

    while (config_walk_next(def, &walk)) {
        struct config_key_report *key = config_report_append(report, walk.key.name);

        key->defined = true;
        key->key = walk.key;
        report_value(config, key);
        report_recommendations(config, key);
    }
    report_undefined_dependents(report, report->count);
    return report;
}
