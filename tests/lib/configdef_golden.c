/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/configdef_golden.h"

#include <string.h>

#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "tests/lib/testing.h"

static const char *text_or_null(const json_t *row, const char *name)
{
    return json_string_value(json_object_get(row, name));
}

static void same(const char *what, const char *key, const char *got, const char *expected)
{
    ck_assert_msg(got == expected || (got && expected && strcmp(got, expected) == 0),
                  "%s of %s: '%s' instead of '%s'", what, key, got ? got : "null",
                  expected ? expected : "null");
}

static void check_key(const struct tern_config_key *key, const json_t *row)
{
    const char *name = test_text(row, "name");
    CLEANUP(freep) char *fallback = config_key_default_text(key);
    CLEANUP(freep) char *valid_values = config_key_valid_values(key);

    same("name", name, key->name, name);
    same("type", name, config_type_name(key->type), test_text(row, "type"));
    ck_assert_msg(config_key_required(key) == json_is_true(json_object_get(row, "required")), "%s",
                  name);
    same("default", name, fallback, text_or_null(row, "default"));
    same("importance", name, config_importance_name(key->importance), test_text(row, "importance"));
    same("group", name, key->group, text_or_null(row, "group"));
    ck_assert_int_eq(config_key_order(key),
                     json_integer_value(json_object_get(row, "order_in_group")));
    same("width", name, config_width_name(key->width), test_text(row, "width"));
    same("display name", name, config_key_display_name(key), test_text(row, "display_name"));
    same("valid values", name, valid_values, text_or_null(row, "valid_values"));
    ck_assert_msg(key->doc && *key->doc, "%s", name);
}

void configdef_check(const json_t *rows, const struct tern_config_key *const *tables)
{
    const struct config_def def = CONFIG_DEF(tables);
    struct config_walk walk = {0};
    struct tern_error err;
    const json_t *row;
    size_t i;

    ck_assert_ok(config_def_check(&def, &err), err);
    json_array_foreach(rows, i, row)
    {
        ck_assert(config_walk_next(&def, &walk));
        check_key(&walk.key, row);
    }
    ck_assert(!config_walk_next(&def, &walk));
}
