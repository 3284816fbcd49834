/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * request - one request as a handler sees it. Borrowed by the handler; immutable. Thread: the
 * connection's.
 */
#include "lib/base/jsondoc.h"
#include "lib/base/slice.h"
#include "lib/base/strmap.h"
#include "rest/router.h"
#include "rest/url.h"

#include <stdbool.h>
#include <stdint.h>

/* What the forward parameter of a request says. */
enum rest_forwarding {
    REST_FORWARD_ONCE_MORE, /* no parameter: forward with forward=true */
    REST_FORWARD_LAST,      /* true: forward with forward=false */
    REST_FORWARD_NEVER,     /* false */
};

struct rest_request {
    const char *method;
    const char *uri; /* path and query as they came */
    struct slice body;
    int64_t deadline_ms; /* 90 s from its begin; a handler may answer sooner */
    const struct rest_route *route;
    const struct rest_path *path;
    const struct url_query *query;
    size_t skip;        /* segments of the path before the route's template: a flow's two */
    int32_t task;       /* the path's {task}, when the route has one */
    bool is_admin;      /* came in on one of admin.listeners */
    const char *remote; /* the client's address, for the log */
    const char *scheme; /* "http" */

    /* The first header of that name, or NULL. */
    const char *(*header)(const void *arg, const char *name);
    const void *header_arg;
};

static inline const char *rest_request_header(const struct rest_request *req, const char *name)
{
    return req->header ? req->header(req->header_arg, name) : NULL;
}

/* What stands at {name} of the route's template, decoded; NULL when it has none. */
const char *rest_request_parameter(const struct rest_request *req, const char *name);
/* The first query parameter of that name, or NULL. */
const char *rest_request_query(const struct rest_request *req, const char *name);
/* "true" in any case is true, what else is said is false; fallback when there is none, or "". */
bool rest_request_flag(const struct rest_request *req, const char *name, bool fallback);
enum rest_forwarding rest_request_forwarding(const struct rest_request *req);
/* "http://<Host header>", without a slash at the end: what Location begins with. To be freed. */
char *rest_request_base_url(const struct rest_request *req);

/* ---- bodies: these answer with the peer's status when the body is not as it should be ---- */

/* The body as JSON; the caller frees *ret_doc. Fails with a 500 in reply. */
int rest_request_json(const struct rest_request *req, struct rest_reply *reply,
                      struct jsondoc **ret_doc) MUST_CHECK;
/*
 * The body as a map of strings, values null or with their raw text. Fails with a 500 in reply,
 * for an empty body too.
 */
int rest_request_map(const struct rest_request *req, struct rest_reply *reply,
                     struct strmap *out) MUST_CHECK;
/* An object of scalars as a map of strings; what names it in a message. */
int rest_node_to_map(const struct jsondoc_node *node, const char *what, struct strmap *out,
                     struct tern_error *err) MUST_CHECK;
/* Fails unless node is an object all of whose members are among known, which ends with NULL. */
int rest_node_check_members(const struct jsondoc_node *node, const char *what,
                            const char *const *known, struct tern_error *err) MUST_CHECK;
/* A scalar member as text: *ret_text NULL when absent or null. Borrowed from node. */
int rest_node_text(const struct jsondoc_node *node, const char *name, const char **ret_text,
                   struct tern_error *err) MUST_CHECK;
