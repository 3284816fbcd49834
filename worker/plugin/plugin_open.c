/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/plugin/plugin_open.h"

#include <dlfcn.h>
#include <elf.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.isolation.PluginScanner");

/* Bytes of a struct up to the end of a pointer that ABI 1.0 ended with. */
#define UP_TO(type, member) (offsetof(type, member) + sizeof(void *))

enum {
    PLUGIN_BYTES = UP_TO(struct tern_plugin, connectors),
    CONNECTOR_BYTES = UP_TO(struct tern_connector_class, stop),
    SOURCE_TASK_BYTES = UP_TO(struct tern_source_task_class, stop),
    KEY_BYTES = UP_TO(struct tern_config_key, recommender),
    KEY_BYTES_MAX = 4096,

    CLASSES_MAX = 1000,
    TABLES_MAX = 1000,
    ROWS_MAX = 10000,
};

/* Copies the part of a struct that both sides know. */
static void copy_known(void *to, size_t size, const void *from, size_t from_size)
{
    memset(to, 0, size);
    memcpy(to, from, from_size < size ? from_size : size);
}

/* ---- tables of keys ---- */

static const struct tern_config_key *row_at(const struct tern_config_key *table, size_t stride,
                                            size_t i)
{
    return (const struct tern_config_key *)(const void *)((const char *)table + i * stride);
}

/* Rewrites one table to this worker's size of row; NULL when it does not end. */
static struct tern_config_key *rewrite_table(const struct tern_config_key *table, size_t stride)
{
    struct tern_config_key *rows;
    size_t count = 0;

    while (count < ROWS_MAX && row_at(table, stride, count)->name)
        count++;
    if (count == ROWS_MAX)
        return NULL;
    rows = xcalloc(count + 1, sizeof(*rows));
    for (size_t i = 0; i < count; i++) {
        copy_known(&rows[i], sizeof(rows[i]), row_at(table, stride, i), stride);
    }
    return rows;
}

static int rewrite_tables(struct plugin_class *c, struct tern_error *err)
{
    const struct tern_config_key *const *tables = c->plugin.connector.config;
    size_t stride = c->plugin.connector.config_key_size, count = 0;

    while (count < TABLES_MAX && tables[count])
        count++;
    if (count == TABLES_MAX)
        return tern_fail(err, TERN_EINVALID, "its list of config tables does not end");
    c->tables = xcalloc(count + 1, sizeof(void *));
    for (size_t i = 0; i < count; i++) {
        c->tables[i] = rewrite_table(tables[i], stride);
        if (!c->tables[i])
            return tern_fail(err, TERN_EINVALID, "its config table %zu does not end", i + 1);
    }
    c->plugin.connector.config = (const struct tern_config_key *const *)c->tables;
    c->plugin.connector.config_key_size = sizeof(struct tern_config_key);
    return 0;
}

static int read_tables(struct plugin_class *c, struct tern_error *err)
{
    size_t stride = c->plugin.connector.config_key_size;

    if (!c->plugin.connector.config)
        return tern_fail(err, TERN_EINVALID, "it has no config tables");
    if (stride < KEY_BYTES || stride > KEY_BYTES_MAX ||
        stride % _Alignof(struct tern_config_key) != 0)
        return tern_fail(err, TERN_EINVALID, "its config keys have %zu bytes, not %zu", stride,
                         sizeof(struct tern_config_key));
    return stride == sizeof(struct tern_config_key) ? 0 : rewrite_tables(c, err);
}

/* ---- classes ---- */

static int check_size(const char *what, size_t size, size_t least, struct tern_error *err)
{
    if (size < least)
        return tern_fail(err, TERN_EINVALID, "%s says it has %zu bytes, %zu are the least", what,
                         size, least);
    return 0;
}

static int read_source_task(struct plugin_class *c, struct tern_error *err)
{
    const struct tern_source_task_class *raw = c->plugin.connector.source_task;
    struct tern_source_task_class *task = &c->plugin.source_task;

    if (!raw)
        return tern_fail(err, TERN_EINVALID, "it has no class of source tasks");
    if (check_size("its class of source tasks", raw->size, SOURCE_TASK_BYTES, err) < 0)
        return -1;
    copy_known(task, sizeof(*task), raw, raw->size);
    task->size = sizeof(*task);
    if (!task->name || !*task->name)
        return tern_fail(err, TERN_EINVALID, "its class of source tasks has no name");
    if (!task->start || !task->poll || !task->stop)
        return tern_fail(err, TERN_EINVALID, "'%s' lacks start(), poll() or stop()", task->name);
    c->plugin.connector.source_task = task;
    return 0;
}

static int read_class(struct plugin_class *c, const struct tern_connector_class *raw,
                      struct tern_error *err)
{
    struct tern_connector_class *connector = &c->plugin.connector;

    if (check_size("a connector class", raw->size, CONNECTOR_BYTES, err) < 0)
        return -1;
    copy_known(connector, sizeof(*connector), raw, raw->size);
    connector->size = sizeof(*connector);
    if (!connector->name || !*connector->name)
        return tern_fail(err, TERN_EINVALID, "a connector class has no name");
    if (!connector->start || !connector->task_configs || !connector->stop) {
        return tern_fail(err, TERN_EINVALID, "'%s' lacks start(), task_configs() or stop()",
                         connector->name);
    }
    if (read_tables(c, err) < 0 || read_source_task(c, err) < 0)
        return tern_context(err, "'%s'", connector->name);
    return 0;
}

int plugin_class_read(const struct tern_connector_class *raw, const char *location,
                      struct plugin_class **ret_class, struct tern_error *err)
{
    struct plugin_class *c = xcalloc(1, sizeof(*c));

    c->location = xstrdup(location);
    c->plugin.location = c->location;
    if (read_class(c, raw, err) < 0) {
        plugin_class_free(c);
        return -1;
    }
    *ret_class = c;
    return 0;
}

void plugin_class_free(struct plugin_class *c)
{
    if (!c)
        return;
    for (size_t i = 0; c->tables && c->tables[i]; i++)
        free(c->tables[i]);
    free(c->tables);
    free(c->location);
    free(c);
}

/* ---- shared objects ---- */

/* The bytes of a data symbol; 0 when it is none: another program's may be a function. */
static size_t data_size(void *symbol)
{
    const ElfW(Sym) *sym = NULL;
    Dl_info info;

    if (dladdr1(symbol, &info, (void **)&sym, RTLD_DL_SYMENT) == 0 || !sym)
        return 0;
    return (sym->st_info & 0xf) == STT_OBJECT ? sym->st_size : 0;
}

/* Versions first: they say whether the rest may be read. */
static int check_abi(const struct tern_plugin *p, size_t size, const char *path,
                     struct tern_error *err)
{
    if (p->abi_major != TERN_ABI_MAJOR || p->abi_minor > TERN_ABI_MINOR) {
        return tern_fail(err, TERN_EINVALID, "'%s' needs plugin ABI %u.%u; this worker has %u.%u",
                         path, (unsigned)p->abi_major, (unsigned)p->abi_minor, TERN_ABI_MAJOR,
                         TERN_ABI_MINOR);
    }
    if (size < PLUGIN_BYTES || p->size < PLUGIN_BYTES || !p->connectors)
        return tern_fail(err, TERN_EINVALID, "'%s' has a descriptor without connectors", path);
    return 0;
}

static int load(const char *path, const struct tern_plugin **ret_plugin, struct tern_error *err)
{
    /* dlopen() would search for a path without a slash among the system's libraries. */
    CLEANUP(freep) char *whole = realpath(path, NULL);
    void *so = dlopen(whole ? whole : path, RTLD_NOW | RTLD_LOCAL);
    void *symbol;
    size_t size;

    if (!so) {
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): glibc keeps the text per thread */
        return tern_fail(err, TERN_EINVALID, "%s", dlerror());
    }
    symbol = dlsym(so, TERN_PLUGIN_SYMBOL);
    size = symbol ? data_size(symbol) : 0;
    if (size < offsetof(struct tern_plugin, size)) {
        return tern_fail(err, TERN_EINVALID, "'%s' is not a plugin: no symbol " TERN_PLUGIN_SYMBOL,
                         path);
    }
    if (check_abi(symbol, size, path, err) < 0)
        return -1;
    *ret_plugin = symbol;
    return 0;
}

int plugin_open(const char *path, struct plugin_classes *classes, struct tern_error *err)
{
    const struct tern_plugin *p;

    if (load(path, &p, err) < 0)
        return -1;
    for (size_t i = 0; i < CLASSES_MAX && p->connectors[i]; i++) {
        struct plugin_class *c;
        struct tern_error why;

        if (plugin_class_read(p->connectors[i], path, &c, &why) < 0)
            log_warn("skipping a connector of '%s': %s", path, why.msg);
        else
            vec_push(classes, c);
    }
    return 0;
}
