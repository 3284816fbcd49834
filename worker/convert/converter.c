/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/convert/converter.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"

static const struct tern_validator valid_type = {
    .kind = TERN_VALID_ONE_OF, .strings = (const char *const[]){"key", "value", "header", NULL}};
const struct tern_config_key converter_type_keys[] = {
    {"converter.type", TERN_STRING, NULL, TERN_LOW, TERN_UNBOUND,
     "What the converter is for: key, value or header. Set by the worker.", .flags = TERN_REQUIRED,
     .validator = &valid_type},
    TERN_END,
};
const struct tern_config_key *const converter_type_only[] = {converter_type_keys, NULL};

static const char *const role_names[] = {"key", "value", "header"};
static const char *const role_keys[] = {"key.converter", "value.converter", "header.converter"};
static const char default_header_class[] = "org.apache.kafka.connect.storage.SimpleHeaderConverter";

const char *converter_key(enum converter_role role)
{
    return role_keys[role];
}

static bool answers_to(const struct converter_class *cls, const char *name)
{
    return strcmp(name, cls->name) == 0 || strcmp(name, strrchr(cls->name, '.') + 1) == 0 ||
           strcmp(name, cls->alias) == 0;
}

const struct converter_class *converter_find(enum converter_role role, const char *name)
{
    for (size_t i = 0; converter_classes[i]; i++) {
        const struct converter_class *cls = converter_classes[i];

        if ((cls->roles & 1u << role) && answers_to(cls, name))
            return cls;
    }
    return NULL;
}

char *converter_names(enum converter_role role)
{
    CLEANUP(buf_fini) struct buf known = BUF_INIT(4096);

    for (size_t i = 0; converter_classes[i]; i++) {
        if (!(converter_classes[i]->roles & 1u << role))
            continue;
        buf_add_str(&known, known.len ? ", " : "");
        buf_add_str(&known, converter_classes[i]->name);
    }
    return buf_take_str(&known);
}

static int fail_unknown(enum converter_role role, const char *name, struct tern_error *err)
{
    CLEANUP(freep) char *known = converter_names(role);

    return tern_fail(err, TERN_EINVALID, /* peer text, up to the full stop */
                     "Invalid value %s for configuration %s: Class %s could not be found. "
                     "The %s converters of this worker are: %s",
                     name, role_keys[role], name, role_names[role], known);
}

/* Where the class comes from; NULL: nowhere, the default of headers counts. */
static const struct tern_config *config_that_names(const char *key,
                                                   const struct tern_config *connector,
                                                   const struct tern_config *worker)
{
    if (config_get(connector, key))
        return connector;
    return config_get(worker, key) ? worker : NULL;
}

static int open_named(enum converter_role role, const char *name,
                      const struct tern_config *properties, struct converter **ret_converter,
                      struct tern_error *err)
{
    const struct converter_class *cls = converter_find(role, name);
    CLEANUP(strmap_fini) struct strmap own = STRMAP_INIT;
    struct tern_config config;
    char prefix[32];

    if (!cls)
        return fail_unknown(role, name, err);
    snprintf(prefix, sizeof(prefix), "%s.", role_keys[role]);
    strmap_add_prefixed(&own, properties, prefix);
    strmap_set(&own, "converter.type", role_names[role]);
    config = strmap_config(&own);
    return cls->open(cls, role, &config, ret_converter, err);
}

int converter_open(enum converter_role role, const struct tern_config *connector,
                   const struct tern_config *worker, struct converter **ret_converter,
                   struct tern_error *err)
{
    const char *key = role_keys[role];
    const struct tern_config *from = config_that_names(key, connector, worker);
    const char *name = from ? config_get(from, key) : default_header_class;
    struct converter *c = NULL;

    if (!from && role != CONVERT_HEADER) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Missing required configuration \"%s\" which has no default value.", key);
    }
    if (open_named(role, name, from ? from : worker, &c, err) < 0)
        return -1;
    assert(c);
    c->from_connector = from == connector;
    *ret_converter = c;
    return 0;
}

void converter_close(struct converter *c)
{
    if (c)
        c->cls->close(c);
}

int converter_open_plain(const struct converter_class *cls, enum converter_role role,
                         const struct tern_config *config, struct converter **ret_converter,
                         struct tern_error *err)
{
    struct converter *c = xcalloc(1, sizeof(*c));

    (void)config;
    (void)err;
    c->cls = cls;
    c->role = role;
    *ret_converter = c;
    return 0;
}

void converter_close_plain(struct converter *c)
{
    free(c);
}
