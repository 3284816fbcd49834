/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * router - which handler answers a request, by tables of routes. Pure.
 *
 * A route is one row. The same row routes, checks the request's media types, and describes the
 * endpoint in /openapi.json (openapi.h), so that none of these can drift.
 *
 * A path is split at '/' first and each segment decoded then, so that any name can be addressed,
 * percent signs and slashes included. One slash at the end and matrix parameters (";x=1") do not
 * count. Peer: Jersey over Jetty, which refuses %2F, %25 and %5C; the 3.x line did not.
 */
#include "lib/base/macros.h"
#include "lib/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

#include <tern/error.h>

struct rest_context;
struct rest_request;
struct rest_reply;

/* Answers one request. Thread: the connection's; may block until req->deadline_ms. */
typedef void rest_handler(struct rest_context *ctx, const struct rest_request *req,
                          struct rest_reply *reply);

enum rest_flags {
    REST_READS_BODY = 1, /* a body without a Content-Type is refused */
    REST_ANY_TYPE = 2,   /* the Content-Type of a request does not matter */
    REST_INTERNAL = 4,   /* between workers, signed: no user's credentials; not in the documents */
    REST_ADMIN = 8,      /* belongs to admin.listeners where there are any */
};

struct rest_route {
    const char *method;   /* NULL ends a table */
    const char *template; /* "/connectors/{connector}/tasks/{task}/status"; {task} is a number */
    rest_handler *run;
    unsigned flags;
    /* For /openapi.json: */
    const char *summary;
    const char *query; /* names of query parameters, separated by blanks; NULL: none */
    const char *takes; /* schema of the body; NULL: none */
    const char *gives; /* "200 ConnectorInfo, 201 ConnectorInfo, 404 Error": status and schema */
};

enum {
    REST_MAX_SEGMENTS = 16, /* of a path; one that has more is unknown */
};

/* A path, cut. */
struct rest_path {
    char *segments[REST_MAX_SEGMENTS]; /* decoded; owned */
    size_t count;
    bool is_unknown; /* empty segments, or too many: nothing matches */
};

/* Cuts the path of a request, up to '?'. Errors: TERN_EINVALID: a malformed escape. */
int rest_path_parse(const char *uri, struct rest_path *ret_path, struct tern_error *err) MUST_CHECK;
void rest_path_fini(struct rest_path *path);

/* Tables that are served together; ends with NULL. */
typedef const struct rest_route *const rest_tables[];

/* Which rows of the tables are served. */
struct rest_scope {
    const struct rest_route *const *tables; /* ends with NULL */
    bool admin_only;                        /* only rows that are REST_ADMIN */
    bool without_admin;                     /* none of them */
    size_t skip; /* so many segments of the path were looked at already */
};

struct rest_match {
    const struct rest_route *route; /* NULL: no such path, or not with this method */
    bool knows_path;
    const struct rest_route *by_path[16]; /* all rows of that path, for OPTIONS; ends with NULL */
};

/* HEAD finds what GET does. */
void rest_router_find(const struct rest_scope *scope, const char *method,
                      const struct rest_path *path, struct rest_match *ret_match);
/* What stands at "{name}" of the template; NULL when it has none. Borrowed from path. */
const char *rest_router_parameter(const struct rest_route *route, const struct rest_path *path,
                                  size_t skip, const char *name);
/* "HEAD,POST,GET,OPTIONS" with that separator: the answer to OPTIONS. To be freed. */
char *rest_router_allow(const struct rest_match *match, const char *separator);
