/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * http_client - one HTTP request to another worker, with a deadline. Blocking.
 *
 * No redirects, no proxies, no cookies; a connection of its own for each request, as the peer has
 * it. Thread: any, several at a time.
 */
#include "lib/base/buf.h"
#include "lib/base/macros.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <tern/config.h>
#include <tern/error.h>

enum {
    HTTP_MAX_HEADERS = 8,
    HTTP_MAX_ANSWER_BYTES = 64 * 1024 * 1024,
};

struct http_call {
    const char *method;
    const char *url;
    const char *headers[HTTP_MAX_HEADERS]; /* "Name: value"; ends with NULL */
    const void *body;                      /* NULL: none */
    size_t len;
    int64_t deadline_ms;
    const atomic_bool *cancelled; /* may become true; NULL: never */
};

struct http_answer {
    int status;
    struct buf body;
    bool has_challenge; /* WWW-Authenticate */
};

#define HTTP_ANSWER_INIT                        \
    {                                           \
        .body = BUF_INIT(HTTP_MAX_ANSWER_BYTES) \
    }

/*
 * Tells whose settings count for https (listeners.https.*, else ssl.*); they are copied, and read
 * at the first such call. worker NULL: none. Before any thread is started that calls.
 */
void http_client_init(const struct tern_config *worker);
/* Errors: TERN_ETIMEOUT; TERN_ERETRIABLE: no answer, with the reason; TERN_EINVALID: the stores. */
int http_call(const struct http_call *call, struct http_answer *ret_answer,
              struct tern_error *err) MUST_CHECK;
void http_answer_fini(struct http_answer *answer);
