/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * reply - what a handler answers. It is sent when the handler has returned.
 *
 * An error has exactly the two members error_code and message, since workers of the peer parse
 * forwarded answers strictly. Peer: ErrorMessage, ConnectExceptionMapper. Owner: the request.
 */
#include "lib/base/buf.h"
#include "lib/base/vec.h"

#include <jansson.h>
#include <tern/error.h>

enum {
    REST_MAX_ANSWER_BYTES = 256 * 1024 * 1024,
};

struct rest_header {
    char *name;
    char *value;
};

struct rest_reply {
    int status; /* 0: not answered yet */
    struct buf body;
    const char *content_type; /* NULL: no body, or none is said; static */
    VEC(struct rest_header) headers;
};

#define REST_REPLY_INIT                         \
    {                                           \
        .body = BUF_INIT(REST_MAX_ANSWER_BYTES) \
    }

void rest_reply_fini(struct rest_reply *reply);

/* A JSON body; takes json. */
void rest_reply_json(struct rest_reply *reply, int status, json_t *json);
/* Begins a JSON body: the handler appends its text to reply->body, with jsonx_write_string() and
 * the like. */
void rest_reply_begin(struct rest_reply *reply, int status);
/* No body: 202 and 204. */
void rest_reply_empty(struct rest_reply *reply, int status);
/* {"error_code": status, "message": ...}; drops what was in the body. */
void rest_reply_error(struct rest_reply *reply, int status, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The same; code differs from the status when a forwarded answer says so; message may be NULL. */
void rest_reply_error_text(struct rest_reply *reply, int status, int code, const char *message);
/* The status is that of err's code: 400, 404, 409, or else 500. */
void rest_reply_fail(struct rest_reply *reply, const struct tern_error *err);
/* A page as the peer's HTTP server shows it when there is nothing else to show. */
void rest_reply_page(struct rest_reply *reply, int status, const char *uri);
/* Adds a header, or sets one that replaces those of that name. Line ends in value become blanks. */
void rest_reply_add_header(struct rest_reply *reply, const char *name, const char *value);
void rest_reply_set_header(struct rest_reply *reply, const char *name, const char *value);
/* The first of that name; NULL when there is none. */
const char *rest_reply_header(const struct rest_reply *reply, const char *name);
/* 400, 404, 409 or 500. */
int rest_status_of(enum tern_code code);
