/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_conf - walks the table, sets what it says, and tells about the rest.
 */
#include "lib/kafka/client_conf_priv.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"

static void conf_freep(rd_kafka_conf_t **conf)
{
    if (*conf)
        rd_kafka_conf_destroy(*conf);
}

void client_tell(const struct conf_build *b, const char *key, const char *why)
{
    if (b->note)
        b->note(b->note_arg, key, why);
}

char *client_java(const struct conf_build *b, const char *key)
{
    char *value = config_trim(config_get(b->java, key)); /* as Java does with all that it parses */

    if (value && !*value) {
        free(value);
        value = NULL;
    }
    return value;
}

int client_put(struct conf_build *b, const char *rdkafka, const char *value, const char *key,
               struct tern_error *err)
{
    char why[512]; /* may hold the value, which may be a secret: only shown when it is none */
    bool secret = strstr(key, "password") || strstr(key, "jaas") || strstr(key, "secret") ||
                  strcmp(key, "ssl.keystore.key") == 0;

    if (rd_kafka_conf_set(b->conf, rdkafka, value, why, sizeof(why)) == RD_KAFKA_CONF_OK)
        return 0;
    if (secret)
        return tern_fail(err, TERN_EINVALID, "Invalid value [hidden] for configuration %s", key);
    return tern_fail(err, TERN_EINVALID, "Invalid value %s for configuration %s: %s", value, key,
                     why);
}

int client_put_int(struct conf_build *b, const char *rdkafka, int64_t value, const char *key,
                   struct tern_error *err)
{
    char text[24];

    snprintf(text, sizeof(text), "%lld", (long long)value);
    return client_put(b, rdkafka, text, key, err);
}

bool client_put_maybe(struct conf_build *b, const char *rdkafka, const char *value)
{
    return rd_kafka_conf_set(b->conf, rdkafka, value, NULL, 0) == RD_KAFKA_CONF_OK;
}

int client_number(const char *key, const char *value, enum tern_config_type type, int64_t min,
                  int64_t max, int64_t *ret_number, struct tern_error *err)
{
    struct config_value parsed = CONFIG_VALUE_INIT;

    if (config_value_parse(key, type, value, &parsed, err) < 0)
        return -1;
    if (parsed.integer < min) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Invalid value %s for configuration %s: Value must be at least %lld",
                         value, key, (long long)min);
    }
    if (parsed.integer > max) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Invalid value %s for configuration %s: Value must be no more than %lld",
                         value, key, (long long)max);
    }
    *ret_number = parsed.integer;
    return 0;
}

int client_number_of(const struct conf_build *b, const char *key, int64_t fallback,
                     int64_t *ret_number, struct tern_error *err)
{
    CLEANUP(freep) char *value = client_java(b, key);

    if (!value) {
        *ret_number = fallback;
        return 0;
    }
    return client_number(key, value, TERN_LONG, INT64_MIN, INT64_MAX, ret_number, err);
}

int client_bool(const char *key, const char *value, bool *ret_value, struct tern_error *err)
{
    struct config_value parsed = CONFIG_VALUE_INIT;

    if (config_value_parse(key, TERN_BOOL, value, &parsed, err) < 0)
        return -1;
    *ret_value = parsed.boolean;
    return 0;
}

static int put_number(struct conf_build *b, const struct client_prop *prop, const char *value,
                      struct tern_error *err)
{
    int64_t n;

    if (client_number(prop->java, value, prop->how == PROP_INT ? TERN_INT : TERN_LONG, prop->min,
                      prop->max, &n, err) < 0)
        return -1;
    if (n < prop->rd_min)
        n = prop->rd_min;
    if (n > prop->rd_max)
        n = prop->rd_max;
    return client_put_int(b, prop->rdkafka, n, prop->java, err);
}

static int put_word(struct conf_build *b, const struct client_prop *prop, const char *value,
                    struct tern_error *err)
{
    char all[128] = "";

    for (const char *const *w = prop->words; *w; w++) {
        size_t used = strlen(all);

        if (strcasecmp(*w, value) == 0)
            return client_put(b, prop->rdkafka, *w, prop->java, err);
        snprintf(all + used, sizeof(all) - used, "%s%s", used ? ", " : "", *w);
    }
    return tern_fail(err, TERN_EINVALID, /* peer text */
                     "Invalid value %s for configuration %s: String must be one of: %s", value,
                     prop->java, all);
}

static int put_bool(struct conf_build *b, const struct client_prop *prop, const char *value,
                    struct tern_error *err)
{
    bool on;

    if (client_bool(prop->java, value, &on, err) < 0)
        return -1;
    return client_put(b, prop->rdkafka, on ? "true" : "false", prop->java, err);
}

static int apply_value(struct conf_build *b, const struct client_prop *prop, const char *value,
                       struct tern_error *err)
{
    switch (prop->how) {
    case PROP_TEXT:
        return client_put(b, prop->rdkafka, value, prop->java, err);
    case PROP_WORD:
        return put_word(b, prop, value, err);
    case PROP_BOOL:
        return put_bool(b, prop, value, err);
    case PROP_INT:
    case PROP_LONG:
        return put_number(b, prop, value, err);
    case PROP_FN:
        return prop->translate(b, prop->java, value, err);
    case PROP_REFUSED:
        return tern_fail(err, TERN_EINVALID, "configuration '%s' is not supported: %s", prop->java,
                         prop->reason);
    case PROP_NONE:
        client_tell(b, prop->java, prop->reason ? prop->reason : "no meaning here");
        return 0;
    case PROP_SECURITY:
    case PROP_SILENT:
        break;
    }
    return 0;
}

static int apply_prop(struct conf_build *b, const struct client_prop *prop, struct tern_error *err)
{
    CLEANUP(freep) char *given = client_java(b, prop->java);
    const char *value = given ? given : prop->fallback;

    if (!value)
        return 0;
    if (prop->maybe) {
        if (!client_put_maybe(b, prop->rdkafka, value) && given)
            client_tell(b, prop->java, "no meaning here");
        return 0;
    }
    return apply_value(b, prop, value, err);
}

static int apply_table(struct conf_build *b, struct tern_error *err)
{
    unsigned role = 1u << b->role;

    for (const struct client_fixed *f = client_fixed; f->name; f++) {
        if (!(f->roles & role))
            continue;
        if (f->maybe)
            client_put_maybe(b, f->name, f->value);
        else if (client_put(b, f->name, f->value, f->name, err) < 0)
            return -1;
    }
    for (const struct client_prop *prop = client_props; prop->java; prop++) {
        if ((prop->roles & role) && apply_prop(b, prop, err) < 0)
            return -1;
    }
    return 0;
}

/* Speaks of the keys that no row of this role took. */
static void tell_others(const struct conf_build *b)
{
    for (size_t i = 0; i < b->java->count; i++) {
        const char *key = b->java->entries[i].key;
        const char *why = CLIENT_UNKNOWN;

        if (str_starts_with(key, "metrics.context."))
            continue;
        for (const struct client_prop *prop = client_props; why && prop->java; prop++) {
            if (strcmp(prop->java, key) != 0)
                continue;
            why = "no meaning here";
            if ((prop->roles & (1u << b->role)) || prop->how == PROP_SILENT)
                why = NULL;
        }
        if (why)
            client_tell(b, key, why);
    }
}

int client_conf_build(enum kafka_role role, const struct tern_config *java, client_conf_note *note,
                      void *arg, rd_kafka_conf_t **ret_conf, struct tern_error *err)
{
    CLEANUP(conf_freep) rd_kafka_conf_t *conf = rd_kafka_conf_new();
    struct conf_build b = {role, java, note, arg, conf};

    if (apply_table(&b, err) < 0 || client_security_apply(&b, err) < 0)
        return -1;
    if (role == KAFKA_PRODUCER && client_check_producer(&b, err) < 0)
        return -1;
    /* Java: without a group there is nothing to commit to. */
    if (role == KAFKA_CONSUMER) {
        CLEANUP(freep) char *group = client_java(&b, "group.id");

        if (!group && client_put(&b, "enable.auto.commit", "false", "enable.auto.commit", err) < 0)
            return -1;
    }
    tell_others(&b);
    *ret_conf = TAKE(conf);
    return 0;
}
