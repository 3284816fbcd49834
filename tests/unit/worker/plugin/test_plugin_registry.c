/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins of tests/plugins, good and bad, opened as the worker opens them. */
#include "worker/plugin/plugin_registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "worker/plugin/plugin_open.h"

enum {
    LIMIT = 1 << 20
};

static struct buf lines = BUF_INIT(LIMIT);

static void keep_line(enum tern_log_level level, const char *logger, const char *message)
{
    (void)logger;
    buf_add_fmt(&lines, "%s %s\n", log_level_name(level), message);
}

static bool all_levels(enum tern_log_level level, const char *logger)
{
    (void)logger;
    return level >= TERN_LOG_INFO;
}

static char *plugin_file(const char *name)
{
    return xasprintf("%s/tests/plugins/%s.so", TERN_BUILD_DIR, name);
}

/* Opens plugins by name, separated by blanks; what was logged is in lines. */
static struct plugin_registry *open_plugins(const char *names)
{
    CLEANUP(buf_fini) struct buf path = BUF_INIT(LIMIT);
    CLEANUP(freep) char *copy = xstrdup(names);
    char *rest = copy, *name;

    while ((name = strsep(&rest, " "))) {
        CLEANUP(freep) char *file = plugin_file(name);

        buf_add_fmt(&path, "%s%s", path.len ? "," : "", file);
    }
    buf_clear(&lines);
    log_set_sink(keep_line, all_levels);
    return plugin_registry_open_with(buf_str(&path), NULL);
}

/* The class that a name stands for, or the error's message. */
static const char *lookup(const struct plugin_registry *r, const char *name)
{
    static struct tern_error err;
    const struct connector_plugin *plugin;

    if (plugin_registry_connector(r, name, &plugin, &err) < 0) {
        ck_assert_int_eq(err.code, TERN_EINVALID);
        return err.msg;
    }
    return plugin->connector.name;
}

START_TEST(good_plugin_is_found)
{
    struct plugin_registry *r = open_plugins("good");
    const struct connector_plugin *p;
    struct tern_error err;
    CLEANUP(freep) char *file = plugin_file("good");

    ck_assert_uint_eq(plugin_registry_count(r), 1);
    p = plugin_registry_at(r, 0);
    ck_assert_str_eq(p->connector.name, "org.tern.test.GoodSourceConnector");
    ck_assert_str_eq(p->connector.version, "1.9");
    ck_assert_str_eq(p->location, file);
    ck_assert(!p->built_in);
    ck_assert_ptr_eq(p->connector.source_task, &p->source_task);
    ck_assert_ptr_null(p->connector.validate);
    ck_assert_ptr_null(p->source_task.commit);
    ck_assert_str_eq(p->connector.config[0][0].name, "test.tasks");
    ck_assert_ok(plugin_registry_task(r, "org.tern.test.GoodSourceTask", &p, &err), err);
    ck_assert_ptr_eq(p, plugin_registry_at(r, 0));
    ck_assert_ptr_nonnull(strstr(buf_str(&lines), "INFO Loading plugin from: "));
    ck_assert_ptr_nonnull(
        strstr(buf_str(&lines), "INFO Added plugin 'org.tern.test.GoodSourceConnector'\n"));
    ck_assert_ptr_nonnull(
        strstr(buf_str(&lines),
               "INFO Added alias 'GoodSource' to plugin 'org.tern.test.GoodSourceConnector'\n"));
    plugin_registry_free(r);
}
END_TEST

static const struct name_case {
    const char *name;
    const char *answer; /* the class, or how the message starts */
} name_cases[] = {
    {"org.tern.test.GoodSourceConnector", "org.tern.test.GoodSourceConnector"},
    {"GoodSourceConnector", "org.tern.test.GoodSourceConnector"},
    {"GoodSource", "org.tern.test.GoodSourceConnector"},
    {"goodsource", "Failed to find any class that implements Connector and which name matches "
                   "goodsource, available connectors are: PluginDesc{klass=class "
                   "org.tern.one.SameConnector, name='org.tern.one.SameConnector', "
                   "version='undefined', encodedVersion=undefined, type=source, "
                   "typeName='source', location='file:"},
    {"GoodSourceConnector ", "Failed to find any class"},
    {"", "Failed to find any class"},
    {"org.tern.one.SameConnector", "org.tern.one.SameConnector"},
    {"org.tern.two.SameConnector", "org.tern.two.SameConnector"},
    {"SameConnector",
     "More than one connector matches alias SameConnector. Please use full package and class name "
     "instead. Classes found: org.tern.one.SameConnector, org.tern.two.SameConnector"},
    {"Same", "More than one connector matches alias Same."},
    {"Pair", "More than one connector matches alias Pair. Please use full package and class name "
             "instead. Classes found: org.tern.test.Pair, org.tern.test.PairConnector"},
    {"PairConnector", "org.tern.test.PairConnector"},
    {"Inner", "org.tern.test.Outer$InnerConnector"},
    {"InnerConnector", "org.tern.test.Outer$InnerConnector"},
    {"Outer$InnerConnector", "Failed to find any class"},
};

START_TEST(names_and_aliases)
{
    struct plugin_registry *r = open_plugins("good twins");
    const struct name_case *row = &name_cases[_i];
    const char *answer = lookup(r, row->name);

    if (!str_starts_with(answer, row->answer))
        ck_abort_msg("'%s' gives '%s', not '%s'", row->name, answer, row->answer);
    plugin_registry_free(r);
}
END_TEST

START_TEST(unknown_task_class)
{
    struct plugin_registry *r = open_plugins("good");
    const struct connector_plugin *p;
    struct tern_error err;

    ck_assert_int_lt(plugin_registry_task(r, "GoodSourceTask", &p, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_str_eq(err.msg, "Invalid value GoodSourceTask for configuration task.class: Class "
                              "GoodSourceTask could not be found.");
    plugin_registry_free(r);
}
END_TEST

static const struct bad_case {
    const char *plugin;
    const char *why;
} bad_cases[] = {
    {"wrong_major", "needs plugin ABI 2.0; this worker has 1.1"},
    {"newer_minor", "needs plugin ABI 1.2; this worker has 1.1"},
    {"no_symbol", "is not a plugin: no symbol tern_plugin"},
    {"function_symbol", "is not a plugin: no symbol tern_plugin"},
    {"short_descriptor", "has a descriptor without connectors"},
    {"not_there_at_all", "Could not get listing for plugin path: "},
};

START_TEST(bad_plugins_are_skipped)
{
    const struct bad_case *row = &bad_cases[_i];
    CLEANUP(freep) char *names = xasprintf("%s good", row->plugin);
    struct plugin_registry *r = open_plugins(names);
    CLEANUP(freep) char *file = plugin_file(row->plugin);

    ck_assert_uint_eq(plugin_registry_count(r), 1);
    ck_assert_str_eq(lookup(r, "GoodSource"), "org.tern.test.GoodSourceConnector");
    ck_assert_ptr_nonnull(strstr(buf_str(&lines), row->why));
    ck_assert_ptr_nonnull(strstr(buf_str(&lines), file));
    plugin_registry_free(r);
}
END_TEST

START_TEST(files_that_are_no_shared_objects)
{
    char *folder = test_folder();
    CLEANUP(freep) char *link_path = xasprintf("%s/good.so", folder);
    CLEANUP(freep) char *file = plugin_file("good");
    struct plugin_registry *r;

    test_write_file(folder, "text.so", "not an ELF file", 15);
    test_write_file(folder, "empty.so", "", 0);
    test_write_file(folder, "readme.txt", "read me", 7);
    ck_assert_int_eq(symlink(file, link_path), 0);
    buf_clear(&lines);
    log_set_sink(keep_line, all_levels);
    r = plugin_registry_open_with(folder, NULL);
    ck_assert_uint_eq(plugin_registry_count(r), 1);
    ck_assert_ptr_nonnull(strstr(buf_str(&lines), "text.so"));
    ck_assert_ptr_nonnull(strstr(buf_str(&lines), "WARN skipping '"));
    ck_assert_ptr_nonnull(strstr(buf_str(&lines), "empty.so"));
    ck_assert_ptr_null(strstr(buf_str(&lines), "readme"));
    plugin_registry_free(r);
    test_folder_remove(folder);
}
END_TEST

START_TEST(bad_classes_are_left_out)
{
    static const char *const reasons[] = {
        "'org.tern.test.NoTaskConnector': it has no class of source tasks",
        "'org.tern.test.ShortTaskConnector': its class of source tasks says it has 16 bytes",
        "'org.tern.test.NoPollConnector': 'org.tern.test.NoPoll' lacks start(), poll() or stop()",
        "a connector class has no name",
        "a connector class says it has 8 bytes",
        "'org.tern.test.NoStartConnector' lacks start(), task_configs() or stop()",
        "'org.tern.test.NoTablesConnector': it has no config tables",
        "'org.tern.test.SmallKeysConnector': its config keys have 8 bytes",
    };
    struct plugin_registry *r = open_plugins("bad_classes");

    ck_assert_uint_eq(plugin_registry_count(r), 1);
    ck_assert_str_eq(lookup(r, "Sound"), "org.tern.test.SoundConnector");
    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        if (!strstr(buf_str(&lines), reasons[i]))
            ck_abort_msg("not told: %s\n%s", reasons[i], buf_str(&lines));
    }
    plugin_registry_free(r);
}
END_TEST

START_TEST(longer_structs_are_cut)
{
    struct plugin_registry *r = open_plugins("larger_structs");
    const struct connector_plugin *p;
    const struct tern_config_key *keys;

    ck_assert_uint_eq(plugin_registry_count(r), 1);
    p = plugin_registry_at(r, 0);
    ck_assert_uint_eq(p->connector.size, sizeof(struct tern_connector_class));
    ck_assert_uint_eq(p->source_task.size, sizeof(struct tern_source_task_class));
    ck_assert_str_eq(p->source_task.version, "9.1");
    ck_assert_uint_eq(p->connector.config_key_size, sizeof(struct tern_config_key));
    keys = p->connector.config[0];
    ck_assert_str_eq(keys[0].name, "first");
    ck_assert_int_eq(keys[0].order, 7);
    ck_assert_str_eq(keys[1].name, "second");
    ck_assert_uint_eq(keys[1].flags, TERN_REQUIRED);
    ck_assert_ptr_null(keys[2].name);
    ck_assert_ptr_null(p->connector.config[1]);
    plugin_registry_free(r);
}
END_TEST

/* A plugin of ABI 1.0 works, and lacks what came later. */
START_TEST(older_plugins_are_read)
{
    struct plugin_registry *r = open_plugins("older_minor");
    const struct connector_plugin *p;

    ck_assert_uint_eq(plugin_registry_count(r), 1);
    p = plugin_registry_at(r, 0);
    ck_assert_str_eq(p->connector.name, "org.tern.test.OlderConnector");
    ck_assert_str_eq(p->source_task.name, "org.tern.test.OlderTask");
    ck_assert_str_eq(p->connector.config[0][0].name, "tiny");
    ck_assert_ptr_nonnull(p->connector.stop);
    ck_assert_ptr_null(p->connector.alter_offsets);
    plugin_registry_free(r);
}
END_TEST

/* 1.10 is later than 1.9, wherever it stands. */
START_TEST(latest_version_counts)
{
    static const char *const orders[] = {"good good_later", "good_later good"};
    struct plugin_registry *r = open_plugins(orders[_i]);
    const struct connector_plugin *p;
    struct tern_error err;

    ck_assert_uint_eq(plugin_registry_count(r), 2);
    ck_assert_str_eq(plugin_registry_at(r, 0)->connector.version, "1.9");
    ck_assert_str_eq(plugin_registry_at(r, 1)->connector.version, "1.10");
    ck_assert_ok(plugin_registry_connector(r, "GoodSource", &p, &err), err);
    ck_assert_str_eq(p->connector.version, "1.10");
    ck_assert_ok(plugin_registry_task(r, p->source_task.name, &p, &err), err);
    ck_assert_str_eq(p->connector.version, "1.10");
    plugin_registry_free(r);
}
END_TEST

static const struct {
    const char *versions;
    const char *found; /* or the message */
    enum tern_code code;
} version_cases[] = {
    {NULL, "1.10", 0},
    {"latest", "1.10", 0},
    {"1.9", "1.9", 0},
    {"[1.0,1.10)", "1.9", 0},
    {"(,)", "1.10", 0},
    {"[2,)",
     "Plugin org.tern.test.GoodSourceConnector not found that matches the version range [2,), "
     "available versions: [1.9, 1.10]",
     TERN_ENOTFOUND},
    {"[1", "Unbounded range: [1", TERN_EINVALID},
};

START_TEST(version_is_chosen)
{
    struct plugin_registry *r = open_plugins("good good_later");
    const struct connector_plugin *p;
    struct tern_error err;
    int rc = plugin_registry_connector_of(r, "GoodSource", version_cases[_i].versions, &p, &err);

    ck_assert_int_eq(rc, version_cases[_i].code ? -1 : 0);
    if (rc < 0)
        ck_assert_int_eq(err.code, version_cases[_i].code);
    ck_assert_str_eq(rc < 0 ? err.msg : p->connector.version, version_cases[_i].found);
    plugin_registry_free(r);
}
END_TEST

START_TEST(default_folder_is_the_class_path)
{
    CLEANUP(freep) char *folder = xasprintf("%s/tests/plugins", TERN_BUILD_DIR);
    struct plugin_registry *r;
    const struct connector_plugin *p;
    struct tern_error err;

    log_set_sink(keep_line, all_levels);
    r = plugin_registry_open_with("", folder);
    ck_assert_ok(plugin_registry_connector(r, "GoodSource", &p, &err), err);
    ck_assert(p->built_in);
    ck_assert_ptr_nonnull(strstr(lookup(r, "x"), "location='classpath'}"));
    plugin_registry_free(r);
}
END_TEST

START_TEST(linked_in_classes)
{
    struct plugin_registry *from = open_plugins("good twins");
    const struct tern_connector_class *const classes[] = {
        &plugin_registry_at(from, 0)->connector, &plugin_registry_at(from, 1)->connector, NULL};
    struct plugin_registry *r = plugin_registry_of(classes);

    ck_assert_uint_eq(plugin_registry_count(r), 2);
    ck_assert(plugin_registry_at(r, 0)->built_in);
    ck_assert_str_eq(plugin_registry_at(r, 1)->connector.name, classes[1]->name);
    plugin_registry_free(r);
    plugin_registry_free(from);
}
END_TEST

START_TEST(nothing_at_all)
{
    struct plugin_registry *r = plugin_registry_open_with(NULL, NULL);

    ck_assert_uint_eq(plugin_registry_count(r), 0);
    ck_assert_str_eq(lookup(r, "x"), "Failed to find any class that implements Connector and which "
                                     "name matches x, available connectors are: ");
    plugin_registry_free(r);
    plugin_registry_free(NULL);
    ck_assert_str_eq(plugin_version(NULL), "undefined");
    ck_assert_str_eq(plugin_version("1"), "1");
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, good_plugin_is_found);
    test_add_rows(suite, names_and_aliases, COUNT_OF(name_cases));
    test_add(suite, unknown_task_class);
    test_add_rows(suite, bad_plugins_are_skipped, COUNT_OF(bad_cases));
    test_add(suite, files_that_are_no_shared_objects);
    test_add(suite, bad_classes_are_left_out);
    test_add(suite, longer_structs_are_cut);
    test_add(suite, older_plugins_are_read);
    test_add_rows(suite, latest_version_counts, 2);
    test_add_rows(suite, version_is_chosen, sizeof(version_cases) / sizeof(version_cases[0]));
    test_add(suite, default_folder_is_the_class_path);
    test_add(suite, linked_in_classes);
    test_add(suite, nothing_at_all);
}

TEST_MAIN("plugin_registry", fill)
