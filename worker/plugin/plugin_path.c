/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/plugin/plugin_path.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.isolation.PluginUtils");

struct scan {
    plugin_path_fn *found;
    void *arg;
};

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_shared_object(const char *path)
{
    return str_ends_with(path, ".so");
}

static bool is_java(const char *path)
{
    return str_ends_with(path, ".jar") || str_ends_with(path, ".zip") ||
           str_ends_with(path, ".class");
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Hands over the shared objects of a folder; of its folders too when depth is above 0. */
static void scan_folder(const struct scan *s, const char *folder, int depth)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_visible, by_bytes);

    if (count < 0) {
        log_error("Could not get listing for plugin path: %s. Ignoring.", folder); /* peer text */
        return;
    }
    for (int i = 0; i < count; i++) {
        CLEANUP(freep) char *path = xasprintf("%s/%s", folder, entries[i]->d_name);

        if (is_folder(path)) {
            if (depth > 0)
                scan_folder(s, path, depth - 1);
        } else if (is_shared_object(path)) {
            s->found(s->arg, path);
        }
        free(entries[i]);
    }
    free(entries);
}

static void scan_element(const struct scan *s, const char *path)
{
    if (is_folder(path))
        scan_folder(s, path, 1);
    else if (access(path, R_OK) != 0)
        log_error("Could not get listing for plugin path: %s. Ignoring.", path); /* peer text */
    else if (!is_java(path))
        s->found(s->arg, path);
}

void plugin_path_scan(const char *plugin_path, plugin_path_fn *found, void *arg)
{
    const struct scan s = {found, arg};
    const char *at = plugin_path ? plugin_path : "";

    while (*at) {
        size_t len = strcspn(at, ",");
        const char *first = at, *last = at + len;

        while (first < last && (unsigned char)*first <= ' ')
            first++;
        while (last > first && (unsigned char)last[-1] <= ' ')
            last--;
        if (last > first) {
            CLEANUP(freep) char *element = xstrndup(first, (size_t)(last - first));

            scan_element(&s, element);
        }
        at += len;
        at += *at == ',';
    }
}

/* Whether a folder holds a plugin; a library of the system (lib*.so) is none. */
static bool holds_plugins(const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_visible, NULL);
    bool any = false;

    for (int i = 0; i < count; i++) {
        if (is_shared_object(entries[i]->d_name) && !str_starts_with(entries[i]->d_name, "lib"))
            any = true;
        free(entries[i]);
    }
    free(entries);
    return any;
}

char *plugin_path_default(void)
{
    static const char *const beside[] = {"../lib/tern/plugins", "../lib"};
    CLEANUP(freep) char *program = realpath("/proc/self/exe", NULL);
    char *slash = program ? strrchr(program, '/') : NULL;

    if (slash)
        *slash = '\0';
    for (size_t i = 0; slash && i < COUNT_OF(beside); i++) {
        char *folder = xasprintf("%s/%s", program, beside[i]);

        if (holds_plugins(folder))
            return folder;
        free(folder);
    }
    return xstrdup(TERN_PLUGIN_DIR);
}
