/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/conf/provider.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/base/log.h"
#include "lib/base/ptrmap.h"
#include "lib/base/utf8.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/conf/allowed_paths.h"
#include "lib/conf/config_value.h"
#include "lib/conf/config_variables.h"
#include "lib/conf/properties.h"
#include "lib/conf/regex.h"

LOG_DOMAIN("org.apache.kafka.common.config.provider");

enum kind {
    FILE_PROVIDER,
    DIRECTORY_PROVIDER,
    ENV_PROVIDER,
};

struct provider {
    char *name;
    enum kind kind;
    struct allowed_paths *paths; /* file, directory */
    struct strmap env;           /* env: as it was at opening, those that are allowed */
};

/* All immutable after provider_set_open(). */
struct provider_set {
    VEC(struct provider) providers;
};

/* One call of provider_set_resolve(). */
struct resolution {
    const struct provider_set *set;
    struct ptrmap files; /* "name:path" → struct strmap: files read in this call */
    struct strmap last;  /* the value that the last look-up lent out, under "" */
};

static void wipe_map(struct strmap *map)
{
    STRMAP_FOREACH (map, e) {
        if (e->value)
            explicit_bzero((char *)e->value, strlen(e->value));
    }
    strmap_fini(map);
}

void provider_set_free(struct provider_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->providers.count; i++) {
        struct provider *p = &set->providers.at[i];

        free(p->name);
        allowed_paths_free(p->paths);
        wipe_map(&p->env);
    }
    vec_fini(&set->providers);
    free(set);
}

/* ---- opening ---- */

static bool kind_of(const char *class, enum kind *ret_kind)
{
    static const char *const names[][3] = {
        [FILE_PROVIDER] = {"org.apache.kafka.common.config.provider.FileConfigProvider",
                           "FileConfigProvider", "File"},
        [DIRECTORY_PROVIDER] = {"org.apache.kafka.common.config.provider.DirectoryConfigProvider",
                                "DirectoryConfigProvider", "Directory"},
        [ENV_PROVIDER] = {"org.apache.kafka.common.config.provider.EnvVarConfigProvider",
                          "EnvVarConfigProvider", "EnvVar"},
    };

    for (size_t kind = 0; kind < COUNT_OF(names); kind++) {
        for (size_t i = 0; i < COUNT_OF(names[kind]); i++) {
            if (strcmp(class, names[kind][i]) == 0) {
                *ret_kind = (enum kind)kind;
                return true;
            }
        }
    }
    return false;
}

static int capture_environment(struct provider *p, const char *pattern, struct tern_error *err)
{
    CLEANUP(regex_freep) struct regex *allowed = NULL;

    if (pattern && regex_compile(pattern, &allowed, err) < 0)
        return tern_context(err, "config.providers.%s.param.allowlist.pattern", p->name);
    for (char **entry = environ; entry && *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        CLEANUP(freep) char *name = NULL;

        if (!equals || !utf8_is_valid(*entry, strlen(*entry)))
            continue;
        name = xstrndup(*entry, (size_t)(equals - *entry));
        if (!allowed || regex_matches(allowed, name))
            strmap_set(&p->env, name, equals + 1);
    }
    return 0;
}

static int configure(struct provider *p, const struct strmap *params, struct tern_error *err)
{
    if (p->kind == ENV_PROVIDER)
        return capture_environment(p, strmap_get(params, "allowlist.pattern"), err);
    return allowed_paths_new(strmap_get(params, "allowed.paths"), &p->paths, err);
}

static int add_provider(struct provider_set *set, const char *name,
                        const struct tern_config *config, struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap params = STRMAP_INIT;
    CLEANUP(freep) char *class_key = xasprintf("config.providers.%s.class", name);
    CLEANUP(freep) char *prefix = xasprintf("config.providers.%s.param.", name);
    CLEANUP(freep) char *class = config_trim(config_get(config, class_key));
    enum kind kind;

    if (!class) /* without a class a provider is not there, as in the peer */
        return 0;
    if (!kind_of(class, &kind)) { /* peer text */
        return tern_fail(err, TERN_EINVALID,
                         "Invalid value %s for configuration %s: Could not load config provider "
                         "class or one of its dependencies",
                         class, class_key);
    }
    strmap_add_prefixed(&params, config, prefix);
    vec_push(&set->providers, (struct provider){.name = xstrdup(name), .kind = kind});
    return configure(&set->providers.at[set->providers.count - 1], &params, err);
}

int provider_set_open(const struct tern_config *config, struct provider_set **ret_set,
                      struct tern_error *err)
{
    CLEANUP(provider_set_freep) struct provider_set *set = xcalloc(1, sizeof(*set));
    CLEANUP(config_value_fini) struct config_value names = CONFIG_VALUE_INIT;

    if (config_value_parse("config.providers", TERN_LIST, config_get(config, "config.providers"),
                           &names, err) < 0)
        return -1;
    config_value_remove_duplicates(&names);
    for (size_t i = 0; i < names.count; i++) {
        if (add_provider(set, names.items[i], config, err) < 0)
            return -1;
    }
    *ret_set = TAKE(set);
    return 0;
}

/* ---- looking up ---- */

static const struct provider *find(const struct provider_set *set, const char *name)
{
    for (size_t i = 0; i < set->providers.count; i++) {
        if (strcmp(set->providers.at[i].name, name) == 0)
            return &set->providers.at[i];
    }
    return NULL;
}

/* The path to open, to be freed; NULL: nothing is to be found there. */
static char *path_to_open(const struct provider *p, const char *path)
{
    char *allowed = *path ? allowed_paths_resolve(p->paths, path) : NULL;

    if (*path && !allowed)
        log_warn("The path %s is not allowed to be accessed", path); /* peer text */
    return allowed;
}

static void drop_map(void *map)
{
    wipe_map(map);
    free(map);
}

/* The content of a file, read once; *ret_map is NULL where the path is not allowed. */
static int file_map(struct resolution *r, const struct provider *p, const char *path,
                    const struct strmap **ret_map, struct tern_error *err)
{
    CLEANUP(freep) char *id = xasprintf("%s:%s", p->name, path);
    CLEANUP(freep) char *open_path = NULL;
    struct strmap *map = ptrmap_get(&r->files, id);
    struct buf text = BUF_INIT(PROPERTIES_MAX_BYTES);
    int rc;

    *ret_map = map;
    if (map || !(open_path = path_to_open(p, path)))
        return 0;
    if (file_read(open_path, &text, err) < 0) {
        log_debug("%s", err->msg); /* the reason, which the peer's text lacks */
        buf_fini(&text);
        return tern_fail(err, TERN_EINVALID, "Could not read properties from file %s",
                         path); /* peer text */
    }
    map = xcalloc(1, sizeof(*map));
    ptrmap_set(&r->files, id, map);
    rc = properties_parse_as(PROPERTIES_UTF8, text.data, text.len, path, map, NULL, err);
    if (text.data)
        explicit_bzero(text.data, text.cap);
    buf_fini(&text);
    *ret_map = map;
    return rc;
}

static int look_up_file(struct resolution *r, const struct provider *p, const char *path,
                        const char *key, const char **ret_value, struct tern_error *err)
{
    const struct strmap *map = NULL;

    if (file_map(r, p, path, &map, err) < 0)
        return -1;
    *ret_value = map ? strmap_get(map, key) : NULL;
    return 0;
}

static bool is_file_name(const char *key)
{
    return *key && !strchr(key, '/') && strcmp(key, ".") != 0 && strcmp(key, "..") != 0;
}

static int look_up_directory(struct resolution *r, const struct provider *p, const char *path,
                             const char *key, const char **ret_value, struct tern_error *err)
{
    CLEANUP(freep) char *folder = path_to_open(p, path), *file = NULL;
    struct buf text = BUF_INIT(PROPERTIES_MAX_BYTES);
    struct stat st;
    bool right;

    if (!folder)
        return 0;
    if (stat(folder, &st) < 0 || !S_ISDIR(st.st_mode))
        log_warn("The path %s is not a directory", path); /* peer text */
    if (!is_file_name(key))
        return 0;
    file = xasprintf("%s/%s", folder, key);
    if (stat(file, &st) < 0 || !S_ISREG(st.st_mode))
        return 0;
    right = file_read(file, &text, err) == 0 && utf8_is_valid(text.data, text.len) &&
            strlen(buf_str(&text)) == text.len;
    if (right) {
        wipe_map(&r->last);
        strmap_set(&r->last, "", buf_str(&text));
        *ret_value = strmap_get(&r->last, "");
    }
    if (text.data)
        explicit_bzero(text.data, text.cap);
    buf_fini(&text);
    if (!right)
        return tern_fail(err, TERN_EINVALID, "Could not read file %s for property %s", file,
                         key); /* peer text */
    return 0;
}

static int look_up(void *arg, const char *name, const char *path, const char *key,
                   const char **ret_value, struct tern_error *err)
{
    struct resolution *r = arg;
    const struct provider *p = find(r->set, name);

    *ret_value = NULL;
    if (!p)
        return 0;
    if (p->kind == FILE_PROVIDER)
        return look_up_file(r, p, path, key, ret_value, err);
    if (p->kind == DIRECTORY_PROVIDER)
        return look_up_directory(r, p, path, key, ret_value, err);
    if (*path) { /* peer text */
        return tern_fail(err, TERN_EINVALID,
                         "Path is not supported for EnvVarConfigProvider, invalid value '%s'",
                         path);
    }
    *ret_value = strmap_get(&p->env, key);
    return 0;
}

static int resolve_all(struct resolution *r, const struct tern_config *in, struct strmap *resolved,
                       struct tern_error *err)
{
    for (size_t i = 0; i < in->count; i++) {
        CLEANUP(freep) char *value = NULL;

        if (in->entries[i].value &&
            config_variables_replace(in->entries[i].value, look_up, r, &value, err) < 0)
            return -1;
        strmap_set(resolved, in->entries[i].key, value);
    }
    return 0;
}

int provider_set_resolve(const struct provider_set *set, const struct tern_config *in,
                         struct strmap *out, struct tern_error *err)
{
    struct resolution r = {.set = set, .files = PTRMAP_INIT(drop_map)};
    CLEANUP(wipe_map) struct strmap resolved = STRMAP_INIT;
    struct tern_config view;
    int rc = 0;

    if (set && set->providers.count) {
        rc = resolve_all(&r, in, &resolved, err);
        view = strmap_config(&resolved);
    } else {
        view = *in;
    }
    ptrmap_fini(&r.files);
    wipe_map(&r.last);
    if (rc < 0)
        return -1;
    strmap_add_all(out, &view);
    return 0;
}
