/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/dispatch.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/xmem.h"
#include "rest/basic_auth.h"
#include "rest/cors.h"
#include "rest/header_rules.h"
#include "rest/media_type.h"
#include "rest/reply.h"

/* Peer texts. */
static const char not_found[] = "HTTP 404 Not Found";
static const char not_allowed[] = "HTTP 405 Method Not Allowed";
static const char not_acceptable[] = "HTTP 406 Not Acceptable";
static const char wrong_type[] = "HTTP 415 Unsupported Media Type";

/* The mount of a path; NULL: none. */
static const struct rest_mount *find_mount(const struct rest_site *site,
                                           const struct rest_path *path)
{
    for (size_t i = 0; i < site->mount_count; i++) {
        const struct rest_mount *m = &site->mounts[i];

        if (!m->source || (path->count >= 2 && strcmp(m->source, path->segments[0]) == 0 &&
                           strcmp(m->target, path->segments[1]) == 0))
            return m;
    }
    return NULL;
}

static bool has_flows(const struct rest_site *site)
{
    return site->mount_count == 0 || site->mounts[0].source;
}

/* The int32 of the path's {task}; true when the route has none. */
static bool read_task(struct rest_request *req)
{
    const char *text = rest_request_parameter(req, "task");
    bool is_negative = text && *text == '-';
    int64_t number = 0;

    if (!text)
        return true;
    text += *text == '-' || *text == '+';
    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        number = number * 10 + (*text - '0');
        if (number > INT64_C(2147483648))
            return false;
    }
    number = is_negative ? -number : number;
    if (number > INT32_MAX)
        return false;
    req->task = (int32_t)number;
    return true;
}

/* Answers when the media types of the request are not those of the route. */
static bool refuse_media(const struct rest_request *req, struct rest_reply *reply)
{
    const char *type = rest_request_header(req, "Content-Type");

    if (type && !(req->route->flags & REST_ANY_TYPE)) {
        enum media_type kind = media_type_of(type);

        if (kind == MEDIA_INVALID)
            rest_reply_page(reply, 400, req->uri);
        else if (kind == MEDIA_OTHER)
            rest_reply_error(reply, 415, "%s", wrong_type);
        if (kind != MEDIA_JSON)
            return true;
    }
    if (!media_type_accepts_json(rest_request_header(req, "Accept"))) {
        rest_reply_error(reply, 406, "%s", not_acceptable);
        return true;
    }
    return false;
}

/* Answers when the one who asks may not. */
static bool refuse_access(const struct rest_site *site, const struct rest_request *req,
                          struct rest_reply *reply)
{
    if (!site->auth || req->is_admin || (req->route && (req->route->flags & REST_INTERNAL)))
        return false;
    if (basic_auth_allows(site->auth, rest_request_header(req, "Authorization")))
        return false;
    rest_reply_begin(reply, 401);
    buf_add_str(&reply->body, "User cannot access the resource."); /* peer text */
    return true;
}

static void answer_options(const struct rest_site *site, const struct rest_match *match,
                           const struct rest_request *req, struct rest_reply *reply)
{
    CLEANUP(freep) char *allow = rest_router_allow(match, ",");
    CLEANUP(freep) char *text = rest_router_allow(match, ", ");

    if (refuse_access(site, req, reply))
        return;
    rest_reply_begin(reply, 200);
    reply->content_type = "text/plain";
    buf_add_str(&reply->body, text);
    rest_reply_set_header(reply, "Allow", allow);
}

static void run_route(const struct rest_site *site, const struct rest_mount *mount,
                      struct rest_request *req, struct rest_reply *reply)
{
    if (refuse_media(req, reply) || refuse_access(site, req, reply))
        return;
    if (!read_task(req)) {
        rest_reply_error(reply, 404, "%s", not_found);
        return;
    }
    if ((req->route->flags & REST_READS_BODY) && !(req->route->flags & REST_ANY_TYPE) &&
        req->body.len && !rest_request_header(req, "Content-Type")) {
        rest_reply_error(reply, 415, "%s", wrong_type);
        return;
    }
    if (!mount) {
        rest_reply_error(reply, 404, /* peer text */
                         "No replication flow found for source '%s' and target '%s'",
                         req->path->segments[0], req->path->segments[1]);
        return;
    }
    req->route->run(mount->ctx, req, reply);
    if (!reply->status)
        rest_reply_error(reply, 500, "The request was not answered");
    else if (reply->body.failed)
        rest_reply_error(reply, 500, "The answer is too large");
}

static void route(const struct rest_site *site, struct rest_request *req, struct rest_reply *reply)
{
    struct rest_scope scope = {
        .tables = site->tables,
        .admin_only = req->is_admin,
        .without_admin = !req->is_admin && (site->has_admin_listeners || site->has_no_admin),
        .skip = has_flows(site) ? 2 : 0,
    };
    struct rest_match match;

    rest_router_find(&scope, req->method, req->path, &match);
    req->route = match.route;
    req->skip = scope.skip;
    if (!match.knows_path)
        rest_reply_error(reply, 404, "%s", not_found);
    else if (strcmp(req->method, "OPTIONS") == 0)
        answer_options(site, &match, req, reply);
    else if (!match.route)
        rest_reply_error(reply, 405, "%s", not_allowed);
    else
        run_route(site, find_mount(site, req->path), req, reply);
}

static void add_headers(const struct rest_site *site, const struct rest_request *req,
                        struct rest_reply *reply)
{
    if (req->is_admin)
        return;
    cors_apply(site->cors, req->method, rest_request_header(req, "Origin"),
               rest_request_header(req, "Access-Control-Request-Method"), reply);
    header_rules_apply(site->headers, clock_wall_ms(), reply);
}

void rest_dispatch(const struct rest_site *site, struct rest_request *req, struct rest_reply *reply)
{
    CLEANUP(rest_path_fini) struct rest_path path = {.count = 0};
    CLEANUP(url_query_fini) struct url_query query;
    const char *question = strchr(req->uri, '?');
    struct tern_error err;

    url_query_parse(&query, question ? question + 1 : "");
    req->query = &query;
    req->path = &path;
    if (!site) {
        rest_reply_page(reply, 404, req->uri);
    } else {
        if (rest_path_parse(req->uri, &path, &err) < 0)
            rest_reply_fail(reply, &err);
        else
            route(site, req, reply);
        add_headers(site, req, reply);
    }
    req->query = NULL;
    req->path = NULL;
    req->route = NULL;
}
