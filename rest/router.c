/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/router.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/xmem.h"
#include "rest/url.h"

enum {
    MAX_SEGMENT_BYTES = 64 * 1024, /* the server bounds a request line well below */
};

void rest_path_fini(struct rest_path *path)
{
    for (size_t i = 0; i < path->count; i++)
        free(path->segments[i]);
    memset(path, 0, sizeof(*path));
}

/* One segment of len bytes, without its matrix parameters. */
static int add_segment(struct rest_path *path, const char *text, size_t len, struct tern_error *err)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(MAX_SEGMENT_BYTES);
    const char *matrix = memchr(text, ';', len);

    if (!url_decode(text, matrix ? (size_t)(matrix - text) : len, &out))
        return tern_fail(err, TERN_EINVALID, "Bad percent-encoding in the path of the request");
    if (out.len == 0 || path->count == REST_MAX_SEGMENTS) {
        path->is_unknown = true;
        return 0;
    }
    path->segments[path->count++] = buf_take_str(&out);
    return 0;
}

int rest_path_parse(const char *uri, struct rest_path *ret_path, struct tern_error *err)
{
    CLEANUP(rest_path_fini) struct rest_path path = {.count = 0};
    size_t len = strcspn(uri, "?#");

    if (len == 0 || uri[0] != '/')
        path.is_unknown = true;
    for (size_t at = 1; at < len;) {
        size_t segment = strcspn(uri + at, "/?#");

        if (add_segment(&path, uri + at, segment, err) < 0)
            return -1;
        at += segment + 1;
    }
    *ret_path = path;
    memset(&path, 0, sizeof(path));
    return 0;
}

/* Walks a template: the segment at *at, moved behind it; false at the end. */
static bool next_segment(const char **at, struct slice *ret_segment)
{
    size_t len;

    *at += **at == '/';
    len = strcspn(*at, "/");
    if (len == 0)
        return false;
    *ret_segment = slice_of(*at, len);
    *at += len;
    return true;
}

static bool is_parameter(struct slice segment)
{
    return segment.at[0] == '{';
}

static bool matches(const struct rest_route *route, const struct rest_path *path, size_t skip)
{
    const char *at = route->template;
    struct slice segment;
    size_t i = skip;

    for (; next_segment(&at, &segment); i++) {
        if (i >= path->count)
            return false;
        if (!is_parameter(segment) && !slice_equal(segment, slice_str(path->segments[i])))
            return false;
    }
    return i == path->count;
}

static bool is_served(const struct rest_scope *scope, const struct rest_route *route)
{
    bool is_admin = route->flags & REST_ADMIN;

    return is_admin ? !scope->without_admin : !scope->admin_only;
}

void rest_router_find(const struct rest_scope *scope, const char *method,
                      const struct rest_path *path, struct rest_match *ret_match)
{
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    size_t found = 0;

    memset(ret_match, 0, sizeof(*ret_match));
    if (path->is_unknown || path->count < scope->skip)
        return;
    for (size_t t = 0; scope->tables[t]; t++) {
        for (const struct rest_route *r = scope->tables[t]; r->method; r++) {
            if (!is_served(scope, r) || !matches(r, path, scope->skip))
                continue;
            ret_match->knows_path = true;
            if (strcmp(r->method, wanted) == 0 && !ret_match->route)
                ret_match->route = r;
            if (found + 1 < COUNT_OF(ret_match->by_path))
                ret_match->by_path[found++] = r;
        }
    }
}

const char *rest_router_parameter(const struct rest_route *route, const struct rest_path *path,
                                  size_t skip, const char *name)
{
    const char *at = route->template;
    struct slice segment;
    size_t len = strlen(name);

    for (size_t i = skip; next_segment(&at, &segment); i++) {
        if (is_parameter(segment) && segment.len == len + 2 &&
            memcmp(segment.at + 1, name, len) == 0)
            return path->segments[i];
    }
    return NULL;
}

char *rest_router_allow(const struct rest_match *match, const char *separator)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(1024);
    bool has_get = false;

    for (size_t i = 0; match->by_path[i]; i++) {
        if (strcmp(match->by_path[i]->method, "GET") == 0)
            has_get = true;
        buf_add_str(&out, match->by_path[i]->method);
        buf_add_str(&out, separator);
    }
    if (has_get)
        buf_add_fmt(&out, "HEAD%s", separator);
    buf_add_str(&out, "OPTIONS");
    return buf_take_str(&out);
}
