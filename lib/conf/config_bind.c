/* SPDX-License-Identifier: Apache-2.0 */
/* config_bind - the binding half of config_def.h: the peer's parse(). */
#include <assert.h>
#include <string.h>

#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "lib/conf/config_validator.h"
#include "lib/conf/config_value.h"

#include "lib/base/strmap.h"

/* The values themselves: what is bound points into them. */
struct config_memory {
    VEC(struct config_value) values; /* in order of definition */
};

void config_memory_free(struct config_memory *memory)
{
    if (!memory)
        return;
    for (size_t i = 0; i < memory->values.count; i++)
        config_value_fini(&memory->values.at[i]);
    vec_fini(&memory->values);
    free(memory);
}

/* Reads one key; the message why it cannot be, to be freed, or NULL. */
static char *read_key(const struct tern_config_key *key, const struct tern_config *config,
                      struct config_value *ret_value)
{
    const struct tern_config_entry *given = config_find(config, key->name);
    const char *text = given ? given->value : key->fallback;
    char *fault;

    if (!given && config_key_required(key))
        return xasprintf("Missing required configuration \"%s\" which has no default value.",
                         key->name); /* peer text */
    fault = config_value_fault(key->name, key->type, text, ret_value);
    if (fault)
        return fault;
    if (key->validator && key->validator->kind == TERN_VALID_LIST)
        config_value_remove_duplicates(ret_value);
    return config_validator_fault(key, ret_value, text);
}

static void bind_scalar(const struct config_value *value, char *at)
{
    int32_t int_value = (int32_t)value->integer;
    int16_t short_value = (int16_t)value->integer;

    switch (value->type) {
    case TERN_BOOL:
        memcpy(at, &value->boolean, sizeof(value->boolean));
        break;
    case TERN_INT:
        memcpy(at, &int_value, sizeof(int_value));
        break;
    case TERN_SHORT:
        memcpy(at, &short_value, sizeof(short_value));
        break;
    case TERN_LONG:
        memcpy(at, &value->integer, sizeof(value->integer));
        break;
    case TERN_DOUBLE:
        memcpy(at, &value->real, sizeof(value->real));
        break;
    default:
        assert(!"not a scalar");
    }
}

static void bind_value(const struct config_value *value, char *at)
{
    const char *text = value->text;
    struct tern_list list = {(const char *const *)value->items, value->count};

    switch (value->type) {
    case TERN_STRING:
    case TERN_CLASS:
    case TERN_PASSWORD:
        memcpy(at, &text, sizeof(text)); /* NULL for null */
        break;
    case TERN_LIST:
        if (!value->is_null)
            memcpy(at, &list, sizeof(list));
        break;
    default:
        if (!value->is_null)
            bind_scalar(value, at);
    }
}

/* Notes a fault: the first in *err, each to the callback. False: go no further. */
static bool note(char *fault, const char *key, size_t *faults, tern_config_fault *report, void *arg,
                 struct tern_error *err)
{
    if (++*faults == 1)
        tern_fail_at(err, __FILE__ ":" TERN_STR(__LINE__), TERN_EINVALID, "%s", fault);
    if (report)
        report(arg, key, fault);
    free(fault);
    return report != NULL;
}

static int bind_tables(const struct config_def *def, const struct tern_config *config,
                       void *settings, tern_config_fault *report, void *arg,
                       struct config_memory **ret_memory, struct tern_error *err)
{
    CLEANUP(config_memory_freep) struct config_memory *memory = xcalloc(1, sizeof(*memory));
    struct config_walk walk = {0};
    size_t faults = 0, i = 0;

    while (config_walk_next(def, &walk)) {
        struct config_value value = CONFIG_VALUE_INIT;
        char *fault = read_key(&walk.key, config, &value);

        vec_push(&memory->values, value);
        if (fault && !note(fault, walk.key.name, &faults, report, arg, err))
            return -1;
    }
    if (faults)
        return -1;

    for (walk = (struct config_walk){0}; config_walk_next(def, &walk); i++) {
        if (walk.key.at != TERN_UNBOUND)
            bind_value(&memory->values.at[i], (char *)settings + walk.key.at);
    }
    *ret_memory = TAKE(memory);
    return 0;
}

int config_bind(const struct tern_config_key *const *tables, const struct tern_config *config,
                void *settings, struct config_memory **ret_memory, struct tern_error *err)
{
    struct config_def def = CONFIG_DEF(tables);

    return bind_tables(&def, config, settings, NULL, NULL, ret_memory, err);
}

int config_bind_all(const struct tern_config_key *const *tables, const struct tern_config *config,
                    void *settings, tern_config_fault *fault, void *arg,
                    struct config_memory **ret_memory, struct tern_error *err)
{
    struct config_def def = CONFIG_DEF(tables);

    return bind_tables(&def, config, settings, fault, arg, ret_memory, err);
}
