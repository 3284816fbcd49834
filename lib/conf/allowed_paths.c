/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/conf/allowed_paths.h"

#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/strmap.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"

struct allowed_paths {
    bool limited; /* false: everything is allowed */
    VEC(char *) paths;
};

void allowed_paths_free(struct allowed_paths *paths)
{
    if (!paths)
        return;
    for (size_t i = 0; i < paths->paths.count; i++)
        free(paths->paths.at[i]);
    vec_fini(&paths->paths);
    free(paths);
}

/* Drops the last component of out, unless there is none or it is "..": false. */
static bool drop_last(struct buf *out, size_t root)
{
    const char *text = buf_str(out);
    size_t len = out->len;

    while (len > root && text[len - 1] != '/')
        len--;
    if (out->len == root || strcmp(text + len, "..") == 0)
        return false;
    out->len = len > root ? len - 1 : len;
    return true;
}

/* Without "." and empty components, and without "x/..", as Path.normalize(). To be freed. */
static char *normalise(const char *path)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(strlen(path) + 2);
    size_t root = path[0] == '/';

    if (root)
        buf_add_char(&out, '/');
    while (*path) {
        size_t len = strcspn(path, "/");
        bool up = len == 2 && memcmp(path, "..", 2) == 0;

        if (len > 0 && !(len == 1 && *path == '.') && !(up && (drop_last(&out, root) || root))) {
            if (out.len > root)
                buf_add_char(&out, '/');
            buf_add(&out, path, len);
        }
        path += len + (path[len] == '/');
    }
    buf_str(&out);
    return buf_take_str(&out);
}

static int add(struct allowed_paths *paths, const char *text, size_t len, struct tern_error *err)
{
    CLEANUP(freep) char *given = xstrndup(text, len);
    CLEANUP(freep) char *path = normalise(given);

    if (path[0] != '/')
        return tern_fail(err, TERN_EINVALID, "Path %s is not absolute", path); /* peer text */
    if (access(path, F_OK) != 0)
        return tern_fail(err, TERN_EINVALID, "Path %s does not exist", path); /* peer text */
    vec_push(&paths->paths, TAKE(path));
    return 0;
}

int allowed_paths_new(const char *text, struct allowed_paths **ret_paths, struct tern_error *err)
{
    CLEANUP(allowed_paths_freep) struct allowed_paths *paths = xcalloc(1, sizeof(*paths));
    size_t len = text ? strlen(text) : 0;

    paths->limited = len > 0;
    while (len && text[len - 1] == ',') /* Java's split() drops empty items at the end */
        len--;
    for (const char *at = text, *end = text + len; len && at <= end;) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;

        if (add(paths, at, (size_t)(stop - at), err) < 0)
            return -1;
        at = stop + 1;
    }
    *ret_paths = TAKE(paths);
    return 0;
}

static bool is_below(const char *path, const char *folder)
{
    size_t len = strlen(folder);

    if (strcmp(folder, "/") == 0)
        return path[0] == '/';
    return str_starts_with(path, folder) && (path[len] == '/' || !path[len]);
}

char *allowed_paths_resolve(const struct allowed_paths *paths, const char *path)
{
    CLEANUP(freep) char *normal = NULL;

    if (!paths->limited)
        return xstrdup(path);
    normal = normalise(path);
    for (size_t i = 0; i < paths->paths.count; i++) {
        if (is_below(normal, paths->paths.at[i]))
            return TAKE(normal);
    }
    return NULL;
}
