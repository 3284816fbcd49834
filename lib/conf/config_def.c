/* SPDX-License-Identifier: Apache-2.0 */
/* config_def - walking and describing tables; config_bind.c and config_validate.c use them. */
#include "lib/conf/config_def.h"

#include <string.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_validator.h"
#include "lib/conf/config_value.h"

bool config_walk_next(const struct config_def *def, struct config_walk *walk)
{
    size_t size = def->key_size < sizeof(walk->key) ? def->key_size : sizeof(walk->key);

    for (; def->tables[walk->table]; walk->table++, walk->row = 0) {
        const char *rows = (const char *)def->tables[walk->table];

        walk->key = (struct tern_config_key){0};
        memcpy(&walk->key, rows + walk->row * def->key_size, size);
        if (walk->key.name) {
            walk->row++;
            return true;
        }
    }
    return false;
}

bool config_def_find(const struct config_def *def, const char *name,
                     struct tern_config_key *ret_key)
{
    struct config_walk walk = {0};

    while (config_walk_next(def, &walk)) {
        if (strcmp(walk.key.name, name) == 0) {
            *ret_key = walk.key;
            return true;
        }
    }
    return false;
}

/* ---- describing ---- */

const char *config_type_name(enum tern_config_type type)
{
    static const char *const names[] = {
        [TERN_BOOL] = "BOOLEAN", [TERN_STRING] = "STRING", [TERN_INT] = "INT",
        [TERN_SHORT] = "SHORT",  [TERN_LONG] = "LONG",     [TERN_DOUBLE] = "DOUBLE",
        [TERN_LIST] = "LIST",    [TERN_CLASS] = "CLASS",   [TERN_PASSWORD] = "PASSWORD",
    };

    return names[type];
}

const char *config_importance_name(enum tern_importance importance)
{
    static const char *const names[] = {
        [TERN_HIGH] = "HIGH", [TERN_MEDIUM] = "MEDIUM", [TERN_LOW] = "LOW"};

    return names[importance];
}

const char *config_width_name(enum tern_width width)
{
    static const char *const names[] = {[TERN_WIDTH_NONE] = "NONE",
                                        [TERN_WIDTH_SHORT] = "SHORT",
                                        [TERN_WIDTH_MEDIUM] = "MEDIUM",
                                        [TERN_WIDTH_LONG] = "LONG"};

    return names[width];
}

bool config_key_required(const struct tern_config_key *key)
{
    return key->flags & TERN_REQUIRED;
}

int config_key_order(const struct tern_config_key *key)
{
    return key->order > 0 || key->group ? key->order : -1;
}

const char *config_key_display_name(const struct tern_config_key *key)
{
    return key->display_name ? key->display_name : key->name;
}

char *config_key_default_text(const struct tern_config_key *key)
{
    CLEANUP(config_value_fini) struct config_value value = CONFIG_VALUE_INIT;
    CLEANUP(freep) char *fault = NULL;

    if (config_key_required(key))
        return NULL;
    fault = config_value_fault(key->name, key->type, key->fallback, &value);
    return fault ? xstrdup(key->fallback) : config_value_text(&value);
}

char *config_key_valid_values(const struct tern_config_key *key)
{
    return key->validator ? config_validator_description(key->validator) : NULL;
}

/* ---- unknown keys ---- */

enum {
    MAX_NAME = 255
};

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Characters to insert, drop, replace, or swap with their neighbour to get from a to b. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows[3][MAX_NAME + 1], len = strlen(b);
    size_t *above2 = rows[0], *above = rows[1], *row = rows[2];

    for (size_t j = 0; j <= len; j++)
        above[j] = above2[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t *spare = above2;

        row[0] = i;
        for (size_t j = 1; j <= len; j++) {
            row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], above2[j - 2] + 1, SIZE_MAX);
        }
        above2 = above;
        above = row;
        row = spare;
    }
    return above[len];
}

void config_remark(tern_config_fault *remark, void *arg, const char *key, const char *what,
                   const char *nearest)
{
    CLEANUP(freep)
    char *text = nearest ? xasprintf("%s, did you mean '%s'?", what, nearest) : xstrdup(what);

    remark(arg, key, text);
}

const char *config_nearest_key(const struct config_def *def, const char *name)
{
    size_t len = strlen(name), best = len < 5 ? 2 : len < 12 ? 3 : 4;
    struct config_walk walk = {0};
    const char *nearest = NULL;

    if (len > MAX_NAME)
        return NULL;
    while (config_walk_next(def, &walk)) {
        size_t other = strlen(walk.key.name), distance;

        if (other > MAX_NAME || walk.key.flags & TERN_INTERNAL)
            continue;
        distance = edit_distance(name, walk.key.name);
        if (distance < best) {
            best = distance;
            nearest = walk.key.name;
        }
    }
    return nearest;
}

/* ---- checking the tables ---- */

static int check_fallback(const struct tern_config_key *key, struct tern_error *err)
{
    CLEANUP(config_value_fini) struct config_value value = CONFIG_VALUE_INIT;
    CLEANUP(freep) char *fault = NULL;

    if (config_key_required(key) && key->fallback)
        return tern_fail(err, TERN_EINTERNAL, "key '%s' is required and has a default", key->name);
    if (config_key_required(key))
        return 0;
    fault = config_value_fault(key->name, key->type, key->fallback, &value);
    if (!fault)
        fault = config_validator_fault(key, &value, key->fallback);
    if (fault)
        return tern_fail(err, TERN_EINTERNAL, "the default of key '%s': %s", key->name, fault);
    return 0;
}

/* Whether values of the key's type have what its validator looks at. */
static bool validator_fits(const struct tern_config_key *key)
{
    switch (key->validator->kind) {
    case TERN_VALID_RANGE:
        return key->type == TERN_INT || key->type == TERN_SHORT || key->type == TERN_LONG ||
               key->type == TERN_DOUBLE;
    case TERN_VALID_ONE_OF:
    case TERN_VALID_ONE_OF_ANY_CASE:
    case TERN_VALID_NON_EMPTY:
    case TERN_VALID_NON_EMPTY_NO_CONTROL:
        return key->type == TERN_STRING || key->type == TERN_CLASS || key->type == TERN_PASSWORD;
    case TERN_VALID_LIST:
        return key->type == TERN_LIST;
    case TERN_VALID_CUSTOM:
        return key->validator->check != NULL;
    case TERN_VALID_NON_NULL:
        return true;
    }
    return false;
}

static int check_key(const struct config_def *def, const struct tern_config_key *key,
                     struct tern_error *err)
{
    struct tern_config_key other;

    if (key->type < TERN_BOOL || key->type > TERN_PASSWORD)
        return tern_fail(err, TERN_EINTERNAL, "key '%s' has no type", key->name);
    if (key->importance < TERN_HIGH || key->importance > TERN_LOW)
        return tern_fail(err, TERN_EINTERNAL, "key '%s' has no importance", key->name);
    if (key->width < TERN_WIDTH_NONE || key->width > TERN_WIDTH_LONG)
        return tern_fail(err, TERN_EINTERNAL, "key '%s' has no width", key->name);
    if (key->validator && !validator_fits(key))
        return tern_fail(err, TERN_EINTERNAL, "key '%s' has a validator that does not fit its type",
                         key->name);
    for (size_t i = 0; key->dependents && key->dependents[i]; i++) {
        if (!config_def_find(def, key->dependents[i], &other))
            return tern_fail(err, TERN_EINTERNAL, "key '%s' has the dependent '%s', not defined",
                             key->name, key->dependents[i]);
    }
    return check_fallback(key, err);
}

int config_def_check(const struct config_def *def, struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap seen = STRMAP_INIT;
    struct config_walk walk = {0};

    while (config_walk_next(def, &walk)) {
        if (!strmap_set_if_absent(&seen, walk.key.name, NULL))
            return tern_fail(err, TERN_EINTERNAL, "key '%s' is defined twice", walk.key.name);
        if (check_key(def, &walk.key, err) < 0)
            return -1;
    }
    return 0;
}
