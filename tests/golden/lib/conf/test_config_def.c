/* SPDX-License-Identifier: Apache-2.0 */
/* Every type and validator of ConfigDef, against what Kafka's own class said. */
#include "lib/conf/config_def.h"

#include <string.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"
#include "tests/lib/testing.h"

/* Room for a value of any type. */
union setting {
    bool boolean;
    const char *text;
    int32_t int32;
    int16_t int16;
    int64_t int64;
    double real;
    struct tern_list list;
};

/* One row's key, and what it points to. */
struct made {
    struct tern_config_key rows[2];
    const struct tern_config_key *tables[2];
    struct tern_validator validator;
    const char *strings[20];
    char *fallback;
};

static enum tern_config_type type_of(const char *name)
{
    for (int t = TERN_BOOL; t <= TERN_PASSWORD; t++) {
        if (strcmp(config_type_name((enum tern_config_type)t), name) == 0)
            return (enum tern_config_type)t;
    }
    ck_abort_msg("no type '%s'", name);
    return TERN_STRING;
}

static enum tern_validator_kind kind_of(const char *name)
{
    static const char *const names[] = {
        [TERN_VALID_RANGE] = "range",
        [TERN_VALID_ONE_OF] = "one_of",
        [TERN_VALID_ONE_OF_ANY_CASE] = "one_of_any_case",
        [TERN_VALID_NON_EMPTY] = "non_empty",
        [TERN_VALID_NON_EMPTY_NO_CONTROL] = "non_empty_no_control",
        [TERN_VALID_NON_NULL] = "non_null",
        [TERN_VALID_LIST] = "list",
    };

    for (size_t i = 1; i < COUNT_OF(names); i++) {
        if (strcmp(names[i], name) == 0)
            return (enum tern_validator_kind)i;
    }
    ck_abort_msg("no validator '%s'", name);
    return TERN_VALID_CUSTOM;
}

static int64_t bound_of(const json_t *validator, const char *name, int64_t none)
{
    const json_t *bound = json_object_get(validator, name);

    return json_is_integer(bound) ? json_integer_value(bound) : none;
}

static void make_validator(struct made *made, const json_t *v)
{
    const json_t *strings = json_object_get(v, "strings");

    made->validator.kind = kind_of(test_text(v, "kind"));
    made->validator.min = bound_of(v, "min", INT64_MIN);
    made->validator.max = bound_of(v, "max", INT64_MAX);
    for (size_t i = 0; i < json_array_size(strings); i++)
        made->strings[i] = json_string_value(json_array_get(strings, i));
    if (json_is_array(strings))
        made->validator.strings = made->strings;
    made->validator.flags =
        (json_is_true(json_object_get(v, "not_empty")) ? TERN_LIST_NOT_EMPTY : 0) |
        (json_is_true(json_object_get(v, "allow_null")) ? TERN_ALLOW_NULL : 0);
    made->rows[0].validator = &made->validator;
}

/* The default is written as JSON: a number, a text, a list of at most one item, null. */
static char *text_of_default(const json_t *fallback)
{
    if (json_is_array(fallback))
        return xstrdup(json_array_size(fallback) ? json_string_value(json_array_get(fallback, 0))
                                                 : "");
    if (json_is_string(fallback))
        return xstrdup(json_string_value(fallback));
    return json_is_null(fallback) ? NULL : json_dumps(fallback, JSON_ENCODE_ANY);
}

static void make(struct made *made, const json_t *row)
{
    *made = (struct made){.tables = {made->rows}};
    made->fallback = text_of_default(json_object_get(row, "default"));
    made->rows[0] = (struct tern_config_key){
        .name = "k",
        .type = type_of(test_text(row, "type")),
        .fallback = made->fallback,
        .importance = TERN_LOW,
        .at = 0,
        .doc = "",
        .flags = json_is_true(json_object_get(row, "required")) ? TERN_REQUIRED : 0,
    };
    if (json_is_object(json_object_get(row, "validator")))
        make_validator(made, json_object_get(row, "validator"));
}

static void check_text(size_t row, const char *what, const char *got, const json_t *want)
{
    const char *wanted = json_string_value(want);

    if (!wanted || !got)
        ck_assert_msg(!got && json_is_null(want), "row %zu: %s is '%s'", row, what,
                      got ? got : "(null)");
    else
        ck_assert_msg(strcmp(got, wanted) == 0, "row %zu: %s is '%s', not '%s'", row, what, got,
                      wanted);
}

/* What was bound, as text again. */
static char *bound_text(enum tern_config_type type, const union setting *s, bool is_null)
{
    struct config_value v = {.type = type, .is_null = is_null};

    switch (type) {
    case TERN_BOOL:
        v.boolean = !is_null && s->boolean; /* a null leaves it as it was: no bool */
        break;
    case TERN_INT:
        v.integer = s->int32;
        break;
    case TERN_SHORT:
        v.integer = s->int16;
        break;
    case TERN_LONG:
        v.integer = s->int64;
        break;
    case TERN_DOUBLE:
        v.real = s->real;
        break;
    case TERN_LIST:
        v.items = (char **)s->list.items;
        v.count = s->list.count;
        break;
    default:
        v.text = (char *)s->text;
        v.is_null = !s->text;
    }
    return config_value_text(&v);
}

static void check_binding(size_t i, const struct made *made, const struct tern_config *config,
                          const json_t *row)
{
    const json_t *error = json_object_get(row, "error");
    CLEANUP(config_memory_freep) struct config_memory *memory = NULL;
    CLEANUP(freep) char *text = NULL;
    union setting setting;
    struct tern_error err = {0};
    int rc;

    memset(&setting, 0xa5, sizeof(setting));
    rc = config_bind(made->tables, config, &setting, &memory, &err);
    if (error) {
        ck_assert_msg(rc == -1, "row %zu was accepted", i);
        check_text(i, "the error", err.msg, error);
        return;
    }
    ck_assert_msg(rc == 0, "row %zu: %s", i, err.msg);
    text = bound_text(made->rows[0].type, &setting, json_is_null(json_object_get(row, "parsed")));
    check_text(i, "the value", text, json_object_get(row, "parsed"));
}

static void check_validating(size_t i, const struct made *made, const struct tern_config *config,
                             const json_t *row)
{
    struct config_def def = CONFIG_DEF(made->tables);
    CLEANUP(config_report_freep) struct config_report *report = config_validate(&def, config);
    const json_t *errors = test_array(row, "errors");
    const struct config_key_report *key = &report->keys[0];

    ck_assert_uint_eq(report->count, 1);
    ck_assert(key->defined && key->visible);
    check_text(i, "the validated value", key->value, json_object_get(row, "validated"));
    ck_assert_msg(key->errors.count == json_array_size(errors), "row %zu: %zu errors", i,
                  key->errors.count);
    for (size_t e = 0; e < key->errors.count; e++)
        check_text(i, "an error", key->errors.at[e], json_array_get(errors, e));
}

static void check_row(size_t i, const json_t *row)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(freep) char *valid = NULL;
    struct made made;
    struct tern_config config;
    struct tern_error err = {0};
    struct config_def def = CONFIG_DEF(made.tables);
    int rc;

    make(&made, row);
    rc = config_def_check(&def, &err);
    ck_assert_msg((rc == 0) == !json_object_get(row, "define_error"), "row %zu: %s", i, err.msg);
    if (rc == 0) {
        if (json_object_get(row, "value"))
            strmap_set(&map, "k", json_string_value(json_object_get(row, "value")));
        config = strmap_config(&map);
        check_binding(i, &made, &config, row);
        check_validating(i, &made, &config, row);
        valid = config_key_valid_values(&made.rows[0]);
        check_text(i, "the valid values", valid,
                   json_object_get(row, "valid_values") ? json_object_get(row, "valid_values")
                                                        : json_null());
    }
    free(made.fallback);
}

START_TEST(values)
{
    json_t *golden = test_json("tests/golden/lib/conf/configdef-values.json");
    const json_t *rows = test_array(golden, "rows");

    ck_assert_uint_gt(json_array_size(rows), 700);
    for (size_t i = 0; i < json_array_size(rows); i++)
        check_row(i, json_array_get(rows, i));
    json_decref(golden);
}
END_TEST

/* ---- config.json: parseType ---- */

static char *list_text(const json_t *list)
{
    struct config_value v = {.type = TERN_LIST};
    char *items[20];

    for (; v.count < json_array_size(list); v.count++)
        items[v.count] = (char *)json_string_value(json_array_get(list, v.count));
    v.items = items;
    return config_value_text(&v);
}

static void check_parse_type(size_t i, const json_t *c)
{
    const json_t *error = json_object_get(c, "error"), *out = json_object_get(c, "to_string");
    CLEANUP(config_value_fini) struct config_value value = CONFIG_VALUE_INIT;
    CLEANUP(freep) char *text = NULL, *wanted = NULL;
    struct tern_error err = {0};
    int rc =
        config_value_parse("cfg", type_of(test_text(c, "type")), test_text(c, "in"), &value, &err);

    if (error) {
        ck_assert_msg(rc == -1, "case %zu was accepted", i);
        ck_assert_str_eq(err.msg, test_text(error, "message"));
        return;
    }
    ck_assert_msg(rc == 0, "case %zu: %s", i, err.msg);
    text = config_value_text(&value);
    wanted = out ? xstrdup(json_string_value(out)) : list_text(test_array(c, "out"));
    ck_assert_str_eq(text, wanted);
}

START_TEST(parse_type)
{
    json_t *golden = test_json("tests/golden/lib/conf/config.json");
    const json_t *cases = test_array(golden, "cases");
    size_t ran = 0;

    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);

        /* that a class exists is for the plugin registry to say */
        if (strcmp(test_text(c, "op"), "parseType") != 0 ||
            (strcmp(test_text(c, "type"), "CLASS") == 0 && json_object_get(c, "error")))
            continue;
        check_parse_type(i, c);
        ran++;
    }
    ck_assert_uint_gt(ran, 20);
    json_decref(golden);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, values);
    test_add(suite, parse_type);
}

TEST_MAIN("ConfigDef", fill)
