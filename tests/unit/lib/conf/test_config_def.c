/* SPDX-License-Identifier: Apache-2.0 */
/* Tables at work: structs bound, faults collected, keys described, strangers named. */
#include "lib/conf/config_def.h"

#include <string.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

struct settings {
    bool enabled;
    const char *name;
    int32_t tasks;
    int16_t factor;
    int64_t interval_ms;
    double ratio;
    struct tern_list topics;
    const char *class_name;
    const char *password;
    int64_t optional;
};

static int check_even(const char *key, const char *value, struct tern_error *err)
{
    if (value && strlen(value) % 2)
        return tern_fail(err, TERN_EINVALID, "%s has an odd length", key);
    return 0;
}

static const struct tern_validator even = {
    .kind = TERN_VALID_CUSTOM, .check = check_even, .description = "even text"};
static const struct tern_validator at_least_1 = {
    .kind = TERN_VALID_RANGE, .min = 1, .max = INT64_MAX};
static const struct tern_validator none_or_at_least_1 = {
    .kind = TERN_VALID_RANGE, .min = 1, .max = INT64_MAX, .flags = TERN_ALLOW_NULL};
static const struct tern_validator any_list = {.kind = TERN_VALID_LIST};
static const char *const name_dependents[] = {"tasks", NULL};

#define AT(field) offsetof(struct settings, field)
static const struct tern_config_key first_keys[] = {
    {"name", TERN_STRING, NULL, TERN_HIGH, AT(name), "The name.", TERN_REQUIRED, .group = "Common",
     .order = 1, .width = TERN_WIDTH_MEDIUM, .display_name = "Name", .dependents = name_dependents},
    {"enabled", TERN_BOOL, "true", TERN_LOW, AT(enabled), "", .flags = 0},
    {"tasks", TERN_INT, "1", TERN_HIGH, AT(tasks), "", .validator = &at_least_1},
    TERN_END,
};
static const struct tern_config_key second_keys[] = {
    {"factor", TERN_SHORT, "3", TERN_LOW, AT(factor), "", .flags = 0},
    {"interval.ms", TERN_LONG, "60000", TERN_MEDIUM, AT(interval_ms), "", .flags = 0},
    {"ratio", TERN_DOUBLE, "0.50", TERN_LOW, AT(ratio), "", .flags = 0},
    {"topics", TERN_LIST, "a, b", TERN_LOW, AT(topics), "", .validator = &any_list},
    {"class", TERN_CLASS, NULL, TERN_LOW, AT(class_name), "", .flags = 0},
    {"password", TERN_PASSWORD, "", TERN_LOW, AT(password), "", .flags = 0},
    {"optional", TERN_LONG, NULL, TERN_LOW, AT(optional), "", .validator = &none_or_at_least_1},
    {"checked", TERN_STRING, "even", TERN_LOW, TERN_UNBOUND, "", .validator = &even},
    {"internal.thing", TERN_STRING, "", TERN_LOW, TERN_UNBOUND, "", .flags = TERN_INTERNAL},
    TERN_END,
};
#undef AT

static const struct tern_config_key *const tables[] = {first_keys, second_keys, NULL};

static struct tern_config config_of(struct strmap *map, const char *const pairs[][2])
{
    for (; (*pairs)[0]; pairs++)
        strmap_set(map, (*pairs)[0], (*pairs)[1]);
    return strmap_config(map);
}

START_TEST(tables_are_sound)
{
    struct config_def def = CONFIG_DEF(tables);
    struct tern_error err;

    ck_assert_ok(config_def_check(&def, &err), err);
}
END_TEST

START_TEST(defaults)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(config_memory_freep) struct config_memory *memory = NULL;
    struct tern_config config = config_of(&map, (const char *const[][2]){{"name", "n"}, {NULL}});
    struct settings s = {.optional = -7};
    struct tern_error err;

    ck_assert_ok(config_bind(tables, &config, &s, &memory, &err), err);
    ck_assert_str_eq(s.name, "n");
    ck_assert(s.enabled);
    ck_assert_int_eq(s.tasks, 1);
    ck_assert_int_eq(s.factor, 3);
    ck_assert_int_eq(s.interval_ms, 60000);
    ck_assert(s.ratio > 0.49 && s.ratio < 0.51);
    ck_assert_uint_eq(s.topics.count, 2);
    ck_assert_str_eq(s.topics.items[1], "b");
    ck_assert_ptr_null(s.class_name);
    ck_assert_str_eq(s.password, "");
    ck_assert_int_eq(s.optional, -7);
}
END_TEST

START_TEST(given_values)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(config_memory_freep) struct config_memory *memory = NULL;
    struct tern_config config =
        config_of(&map, (const char *const[][2]){{"name", " n "},
                                                 {"enabled", "FALSE"},
                                                 {"tasks", "2147483647"},
                                                 {"factor", "-1"},
                                                 {"interval.ms", "-9223372036854775808"},
                                                 {"ratio", "1e-3"},
                                                 {"topics", "x,y,x"},
                                                 {"class", "a.B"},
                                                 {"password", "p=w"},
                                                 {"optional", "5"},
                                                 {"stranger", "is ignored"},
                                                 {NULL}});
    struct settings s = {0};
    struct tern_error err;

    ck_assert_ok(config_bind(tables, &config, &s, &memory, &err), err);
    strmap_clear(&map); /* nothing may point into the configuration */
    ck_assert_str_eq(s.name, "n");
    ck_assert(!s.enabled);
    ck_assert_int_eq(s.tasks, INT32_MAX);
    ck_assert_int_eq(s.factor, -1);
    ck_assert_int_eq(s.interval_ms, INT64_MIN);
    ck_assert(s.ratio > 0.0009 && s.ratio < 0.0011);
    ck_assert_uint_eq(s.topics.count, 2);
    ck_assert_str_eq(s.topics.items[0], "x");
    ck_assert_str_eq(s.class_name, "a.B");
    ck_assert_str_eq(s.password, "p=w");
    ck_assert_int_eq(s.optional, 5);
}
END_TEST

START_TEST(nulls)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(config_memory_freep) struct config_memory *memory = NULL;
    struct tern_config config = config_of(
        &map, (const char *const[][2]){
                  {"name", NULL}, {"enabled", NULL}, {"factor", NULL}, {"password", NULL}, {NULL}});
    struct settings s = {.enabled = true, .factor = 9, .name = "x", .password = "x"};
    struct tern_error err;

    ck_assert_ok(config_bind(tables, &config, &s, &memory, &err), err);
    ck_assert_ptr_null(s.name);
    ck_assert_ptr_null(s.password);
    ck_assert(s.enabled);
    ck_assert_int_eq(s.factor, 9);
}
END_TEST

START_TEST(first_fault_and_nothing_written)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config = config_of(
        &map, (const char *const[][2]){
                  {"name", "n"}, {"factor", "x"}, {"tasks", "0"}, {"optional", "0"}, {NULL}});
    struct config_memory *memory = NULL;
    struct settings s = {.tasks = 42};
    struct tern_error err = {0};

    ck_assert_int_eq(config_bind(tables, &config, &s, &memory, &err), -1);
    ck_assert_str_eq(err.msg, "Invalid value 0 for configuration tasks: Value must be at least 1");
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_ptr_null(memory);
    ck_assert_int_eq(s.tasks, 42);
    ck_assert_ptr_null(s.name);
}
END_TEST

struct faults {
    size_t count;
    char text[2048];
};

static void note_fault(void *arg, const char *key, const char *message)
{
    struct faults *f = arg;
    size_t used = strlen(f->text);

    f->count++;
    snprintf(f->text + used, sizeof(f->text) - used, "%s|%s\n", key, message);
}

START_TEST(all_faults_at_once)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct tern_config config = config_of(&map, (const char *const[][2]){{"tasks", "x"},
                                                                         {"factor", "70000"},
                                                                         {"optional", "0"},
                                                                         {"checked", "odd"},
                                                                         {"password", "secret"},
                                                                         {NULL}});
    struct config_memory *memory = NULL;
    struct faults faults = {0};
    struct settings s = {0};
    struct tern_error err = {0};

    ck_assert_int_eq(config_bind_all(tables, &config, &s, note_fault, &faults, &memory, &err), -1);
    ck_assert_uint_eq(faults.count, 5);
    ck_assert_str_eq(
        faults.text,
        "name|Missing required configuration \"name\" which has no default value.\n"
        "tasks|Invalid value x for configuration tasks: Not a number of type INT\n"
        "factor|Invalid value 70000 for configuration factor: Not a number of type SHORT\n"
        "optional|Invalid value 0 for configuration optional: Value must be at least 1\n"
        "checked|Invalid value odd for configuration checked: checked has an odd length\n");
    ck_assert_str_eq(err.msg,
                     "Missing required configuration \"name\" which has no default value.");
    ck_assert_ptr_null(memory);
}
END_TEST

START_TEST(all_faults_when_there_are_none)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(config_memory_freep) struct config_memory *memory = NULL;
    struct tern_config config = config_of(&map, (const char *const[][2]){{"name", "n"}, {NULL}});
    struct faults faults = {0};
    struct settings s = {0};
    struct tern_error err;

    ck_assert_ok(config_bind_all(tables, &config, &s, note_fault, &faults, &memory, &err), err);
    ck_assert_uint_eq(faults.count, 0);
    ck_assert_int_eq(s.tasks, 1);
}
END_TEST

START_TEST(report)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct config_def def = CONFIG_DEF(tables);
    struct tern_config config = config_of(
        &map,
        (const char *const[][2]){{"tasks", "x"}, {"topics", "a,a"}, {"password", "pw"}, {NULL}});
    CLEANUP(config_report_freep) struct config_report *r = config_validate(&def, &config);
    const struct config_key_report *key;

    ck_assert_uint_eq(r->count, 12);
    ck_assert_str_eq(r->keys[0].name, "name");
    ck_assert_str_eq(r->keys[11].name, "internal.thing");
    key = config_report_find(r, "tasks");
    ck_assert_ptr_null(key->value);
    ck_assert_uint_eq(key->errors.count, 2);
    ck_assert_str_eq(key->errors.at[1],
                     "Invalid value null for configuration tasks: Value must be non-null");
    key = config_report_find(r, "topics");
    ck_assert_str_eq(key->value, "a,a");
    ck_assert_str_eq(key->errors.at[0], "Configuration 'topics' values must not be duplicated.");
    ck_assert_str_eq(config_report_find(r, "password")->value, "[hidden]");
    ck_assert_str_eq(config_report_find(r, "ratio")->value, "0.5");
    ck_assert_uint_eq(config_report_error_count(r), 4);
    ck_assert_ptr_null(config_report_find(r, "stranger"));
}
END_TEST

START_TEST(report_can_be_added_to)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct config_def def = CONFIG_DEF(tables);
    struct tern_config config = config_of(&map, (const char *const[][2]){{"name", "n"}, {NULL}});
    CLEANUP(config_report_freep) struct config_report *r = config_validate(&def, &config);
    struct config_key_report *key = config_report_want(r, "class");

    ck_assert_ptr_eq(key, config_report_find(r, "class"));
    config_report_add_error(key, "no such class");
    config_report_set_value(key, "x.Y");
    config_report_set_value(key, key->value);
    ck_assert_str_eq(key->value, "x.Y");
    key = config_report_want(r, "converter.thing");
    ck_assert(!key->defined && key->visible);
    config_report_add_error(key, "a");
    config_report_add_error(key, "b");
    config_report_add_recommended(key, "r");
    ck_assert_uint_eq(config_report_error_count(r), 3);
    ck_assert_uint_eq(r->count, 13);
    config_report_set_value(key, NULL);
    ck_assert_ptr_null(key->value);
}
END_TEST

static void recommend(const char *key, const struct tern_config *config,
                      void (*emit)(void *arg, const char *value), void *arg)
{
    emit(arg, key);
    emit(arg, config_get(config, "other"));
}

static bool seen(const char *key, const struct tern_config *config)
{
    return strcmp(key, config_get(config, "other")) == 0;
}

START_TEST(recommendations_and_dependents)
{
    static const struct tern_recommender both = {recommend, seen}, neither = {NULL, NULL};
    static const char *const dependents[] = {"b", "lost", NULL}, *const again[] = {"lost", NULL};
    static const struct tern_config_key keys[] = {
        {"a", TERN_STRING, "", TERN_LOW, TERN_UNBOUND, "", .recommender = &both,
         .dependents = dependents},
        {"b", TERN_STRING, "", TERN_LOW, TERN_UNBOUND, "", .recommender = &neither,
         .dependents = again},
        {"other", TERN_STRING, "", TERN_LOW, TERN_UNBOUND, "", .recommender = &both},
        TERN_END,
    };
    static const struct tern_config_key *const own[] = {keys, NULL};
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct config_def def = CONFIG_DEF(own);
    struct tern_config config = config_of(&map, (const char *const[][2]){{"other", "a"}, {NULL}});
    CLEANUP(config_report_freep) struct config_report *r = config_validate(&def, &config);
    struct tern_error err = {0};

    ck_assert_uint_eq(r->count, 4);
    ck_assert_uint_eq(r->keys[0].recommended.count, 2);
    ck_assert_str_eq(r->keys[0].recommended.at[0], "a");
    ck_assert(r->keys[0].visible);
    ck_assert_uint_eq(r->keys[1].recommended.count, 0);
    ck_assert(r->keys[1].visible);
    ck_assert(!r->keys[2].visible);
    ck_assert_str_eq(r->keys[3].name, "lost");
    ck_assert(!r->keys[3].defined && !r->keys[3].visible);
    ck_assert_uint_eq(r->keys[3].errors.count, 1);
    ck_assert_str_eq(r->keys[3].errors.at[0],
                     "lost is referred in the dependents, but not defined.");
    ck_assert_int_eq(config_def_check(&def, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, "'lost'"));
}
END_TEST

/* A key as a plugin of an older ABI has it: with fewer members, or of a newer: with more. */
START_TEST(rows_of_another_size)
{
    struct {
        struct tern_config_key key;
        long more;
    } wide[2] = {{.key = {"w", TERN_INT, "5", TERN_LOW, TERN_UNBOUND, "", .order = 3}, .more = 9}};
    const size_t narrow_size = offsetof(struct tern_config_key, flags);
    char narrow[3 * offsetof(struct tern_config_key, flags)] = {0};
    const struct tern_config_key *wide_tables[] = {&wide[0].key, NULL};
    const struct tern_config_key *narrow_tables[] = {(void *)narrow, NULL};
    struct config_def wide_def = {wide_tables, sizeof(wide[0])};
    struct config_def narrow_def = {narrow_tables, narrow_size};
    struct tern_config_key key;
    struct config_walk walk = {0};

    ck_assert(config_def_find(&wide_def, "w", &key));
    ck_assert_int_eq(key.order, 3);
    ck_assert(!config_def_find(&wide_def, "x", &key));
    memcpy(narrow, &first_keys[1], narrow_size);
    memcpy(narrow + narrow_size, &first_keys[0], narrow_size);
    ck_assert(config_walk_next(&narrow_def, &walk));
    ck_assert_str_eq(walk.key.name, "enabled");
    ck_assert(config_walk_next(&narrow_def, &walk));
    ck_assert_str_eq(walk.key.name, "name");
    ck_assert_ptr_null(walk.key.group);
    ck_assert(!config_walk_next(&narrow_def, &walk));
}
END_TEST

START_TEST(descriptions)
{
    CLEANUP(freep) char *ratio = NULL, *topics = NULL, *valid = NULL, *custom = NULL, *pw = NULL;
    struct config_def def = CONFIG_DEF(tables);
    struct tern_config_key key;

    ck_assert(config_def_find(&def, "name", &key));
    ck_assert(config_key_required(&key));
    ck_assert_int_eq(config_key_order(&key), 1);
    ck_assert_str_eq(config_key_display_name(&key), "Name");
    ck_assert_str_eq(config_importance_name(key.importance), "HIGH");
    ck_assert_str_eq(config_width_name(key.width), "MEDIUM");
    ck_assert_str_eq(config_type_name(key.type), "STRING");
    ck_assert_ptr_null(config_key_default_text(&key));
    ck_assert(config_def_find(&def, "ratio", &key));
    ck_assert(!config_key_required(&key));
    ck_assert_int_eq(config_key_order(&key), -1);
    ck_assert_str_eq(config_key_display_name(&key), "ratio");
    ck_assert_str_eq(config_width_name(key.width), "NONE");
    ratio = config_key_default_text(&key);
    ck_assert_str_eq(ratio, "0.5");
    ck_assert_ptr_null(config_key_valid_values(&key));
    config_def_find(&def, "topics", &key);
    topics = config_key_default_text(&key);
    ck_assert_str_eq(topics, "a,b");
    config_def_find(&def, "tasks", &key);
    valid = config_key_valid_values(&key);
    ck_assert_str_eq(valid, "[1,...]");
    config_def_find(&def, "checked", &key);
    custom = config_key_valid_values(&key);
    ck_assert_str_eq(custom, "even text");
    config_def_find(&def, "password", &key);
    pw = config_key_default_text(&key);
    ck_assert_str_eq(pw, "[hidden]");
    config_def_find(&def, "class", &key);
    ck_assert_ptr_null(config_key_default_text(&key));
}
END_TEST

START_TEST(unknown_keys)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    struct config_def def = CONFIG_DEF(tables);
    struct tern_config config = config_of(&map, (const char *const[][2]){{"name", "n"},
                                                                         {"nmae", "x"},
                                                                         {"taks", "x"},
                                                                         {"interval", "x"},
                                                                         {"intervall.ms", "x"},
                                                                         {"internal.thin", "x"},
                                                                         {"far.away", "x"},
                                                                         {"", "x"},
                                                                         {NULL}});
    struct faults faults = {0};

    for (size_t i = 0; i < config.count; i++) {
        const char *key = config.entries[i].key, *nearest = config_nearest_key(&def, key);
        struct tern_config_key row;

        if (!config_def_find(&def, key, &row))
            note_fault(&faults, key, nearest ? nearest : "-");
    }
    ck_assert_str_eq(faults.text, "|-\n"
                                  "far.away|-\n"
                                  "internal.thin|-\n"
                                  "interval|-\n"
                                  "intervall.ms|interval.ms\n"
                                  "nmae|name\n"
                                  "taks|tasks\n");
}
END_TEST

START_TEST(nearest_key)
{
    struct config_def def = CONFIG_DEF(tables);
    char longest[400];

    ck_assert_str_eq(config_nearest_key(&def, "passwrod"), "password");
    ck_assert_str_eq(config_nearest_key(&def, "Topics"), "topics");
    ck_assert_str_eq(config_nearest_key(&def, "optinoal"), "optional");
    ck_assert_ptr_null(config_nearest_key(&def, "xyz"));
    memset(longest, 'n', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    ck_assert_ptr_null(config_nearest_key(&def, longest));
    ck_assert_ptr_null(config_nearest_key(&def, longest + 145)); /* 254 bytes */
}
END_TEST

struct unsound {
    struct tern_config_key key;
    const char *why;
};

static const struct tern_validator of_text = {.kind = TERN_VALID_NON_EMPTY};
static const struct tern_validator no_check = {.kind = TERN_VALID_CUSTOM};
static const struct tern_validator no_kind = {.kind = (enum tern_validator_kind)99};

static const struct unsound unsound[] = {
    {{"k", TERN_INT, "x", TERN_LOW, TERN_UNBOUND, "", .flags = 0}, "Not a number of type INT"},
    {{"k", TERN_INT, "0", TERN_LOW, TERN_UNBOUND, "", .validator = &at_least_1}, "at least 1"},
    {{"k", TERN_INT, NULL, TERN_LOW, TERN_UNBOUND, "", .validator = &at_least_1}, "non-null"},
    {{"k", TERN_INT, "1", TERN_LOW, TERN_UNBOUND, "", .flags = TERN_REQUIRED}, "has a default"},
    {{"k", TERN_INT, "1", TERN_LOW, TERN_UNBOUND, "", .validator = &of_text}, "does not fit"},
    {{"k", TERN_INT, "1", TERN_LOW, TERN_UNBOUND, "", .validator = &any_list}, "does not fit"},
    {{"k", TERN_BOOL, "true", TERN_LOW, TERN_UNBOUND, "", .validator = &at_least_1},
     "does not fit"},
    {{"k", TERN_BOOL, "true", TERN_LOW, TERN_UNBOUND, "", .validator = &no_check}, "does not fit"},
    {{"k", TERN_BOOL, "true", TERN_LOW, TERN_UNBOUND, "", .validator = &no_kind}, "does not fit"},
    {{"k", (enum tern_config_type)0, "1", TERN_LOW, TERN_UNBOUND, "", .flags = 0}, "no type"},
    {{"k", (enum tern_config_type)77, "1", TERN_LOW, TERN_UNBOUND, "", .flags = 0}, "no type"},
    {{"k", TERN_INT, "1", (enum tern_importance)0, TERN_UNBOUND, "", .flags = 0}, "no importance"},
    {{"k", TERN_INT, "1", TERN_LOW, TERN_UNBOUND, "", .width = (enum tern_width)9}, "no width"},
    {{"k", TERN_INT, "1", TERN_LOW, TERN_UNBOUND, "", .dependents = name_dependents}, "'tasks'"},
};

START_TEST(unsound_tables)
{
    struct tern_config_key keys[2] = {unsound[_i].key};
    const struct tern_config_key *own[] = {keys, NULL};
    struct config_def def = CONFIG_DEF(own);
    struct tern_error err = {0};

    ck_assert_int_eq(config_def_check(&def, &err), -1);
    ck_assert_msg(strstr(err.msg, unsound[_i].why) != NULL, "%s", err.msg);
    ck_assert_ptr_nonnull(strstr(err.msg, "'k'"));
}
END_TEST

START_TEST(keys_defined_twice)
{
    const struct tern_config_key *own[] = {first_keys, first_keys, NULL};
    struct config_def def = CONFIG_DEF(own);
    struct tern_error err = {0};

    ck_assert_int_eq(config_def_check(&def, &err), -1);
    ck_assert_str_eq(err.msg, "key 'name' is defined twice");
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, tables_are_sound);
    test_add(suite, defaults);
    test_add(suite, given_values);
    test_add(suite, nulls);
    test_add(suite, first_fault_and_nothing_written);
    test_add(suite, all_faults_at_once);
    test_add(suite, all_faults_when_there_are_none);
    test_add(suite, report);
    test_add(suite, report_can_be_added_to);
    test_add(suite, recommendations_and_dependents);
    test_add(suite, rows_of_another_size);
    test_add(suite, descriptions);
    test_add(suite, unknown_keys);
    test_add(suite, nearest_key);
    test_add_rows(suite, unsound_tables, COUNT_OF(unsound));
    test_add(suite, keys_defined_twice);
}

TEST_MAIN("config_def", fill)
