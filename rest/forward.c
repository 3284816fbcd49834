/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/forward.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "rest/http_client.h"
#include "rest/reply.h"
#include "worker/herder/herder.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.rest.RestClient");

/* Peer texts. */
static const char conflict[] =
    "Cannot complete request because of a conflicting operation (e.g. worker rebalance)";
static const char no_leader[] = "Cannot complete request momentarily due to no known leader URL, "
                                "likely because a rebalance was underway.";
static const char io_error[] = "IO Error trying to forward REST request: ";

/* Re-emits an error of exactly two members; false: it is something else. */
static bool pass_error(int status, const struct jsondoc_node *node, struct rest_reply *reply)
{
    static const char *const members[] = {"error_code", "message", NULL};
    const struct jsondoc_node *code, *message;
    struct tern_error err;

    if (rest_node_check_members(node, "the answer", members, &err) < 0)
        return false;
    code = jsondoc_member(node, "error_code");
    message = jsondoc_member(node, "message");
    if (!code || code->kind != JSONDOC_NUMBER || !message)
        return false;
    rest_reply_error_text(reply, status, (int)strtol(code->text, NULL, 10),
                          message->kind == JSONDOC_NULL ? NULL : message->text);
    return true;
}

static void pass_answer(struct http_answer *answer, struct rest_reply *reply)
{
    CLEANUP(jsondoc_freep) struct jsondoc *doc = NULL;
    struct tern_error err;

    if (answer->status == 204 || (answer->status == 202 && answer->body.len == 0)) {
        rest_reply_empty(reply, answer->status);
        return;
    }
    if (answer->status < 200 || (answer->status >= 300 && answer->status < 400)) {
        rest_reply_error(reply, 500, /* peer text */
                         "Unexpected status code when handling forwarded request: %d",
                         answer->status);
        return;
    }
    if (answer->body.len == 0) {
        rest_reply_error(reply, 500, "%sthe answer %d has no body", io_error, answer->status);
    } else if (jsondoc_parse(answer->body.data, answer->body.len, &doc, &err) < 0) {
        rest_reply_error(reply, 500, "%sthe answer %d is no JSON: %s", io_error, answer->status,
                         err.msg);
    } else if (answer->status < 300) {
        rest_reply_begin(reply, answer->status);
        buf_add(&reply->body, answer->body.data, answer->body.len);
    } else if (!pass_error(answer->status, jsondoc_root(doc), reply)) {
        rest_reply_error(reply, 500, "%sthe answer %d is no error object", io_error,
                         answer->status);
    }
}

static char *target_url(const struct rest_request *req, const char *url, const struct rest_hop *hop)
{
    size_t len = strlen(url);
    bool is_last = rest_request_forwarding(req) == REST_FORWARD_LAST;

    return xasprintf("%s%s%s?forward=%s%s%s", url, len && url[len - 1] == '/' ? "" : "/", hop->path,
                     is_last ? "false" : "true", hop->query ? "&" : "",
                     hop->query ? hop->query : "");
}

void rest_forward(const struct rest_request *req, const char *url, const struct rest_hop *hop,
                  struct rest_reply *reply)
{
    CLEANUP(http_answer_fini) struct http_answer answer = HTTP_ANSWER_INIT;
    CLEANUP(freep) char *target = target_url(req, url, hop);
    CLEANUP(freep) char *authorization = NULL;
    const char *credentials = rest_request_header(req, "Authorization");
    struct http_call call = {
        .method = hop->method,
        .url = target,
        .headers = {"Accept: application/json"},
        .body = hop->body,
        .len = hop->len,
        .deadline_ms = req->deadline_ms,
    };
    struct tern_error err;
    size_t count = 1;

    if (hop->body)
        call.headers[count++] = "Content-Type: application/json";
    if (credentials) {
        authorization = xasprintf("Authorization: %s", credentials);
        call.headers[count++] = authorization;
    }
    log_debug("Forwarding %s %s", hop->method, target);
    if (http_call(&call, &answer, &err) < 0)
        rest_reply_error(reply, 500, "%s%s", io_error, err.msg);
    else
        pass_answer(&answer, reply);
}

void rest_answer_failure(const struct rest_request *req, struct herder_ask *ask,
                         const struct tern_error *err, const struct rest_hop *hop,
                         struct rest_reply *reply)
{
    CLEANUP(freep) char *url = TAKE(ask->url);

    if (!ask->is_elsewhere)
        rest_reply_fail(reply, err);
    else if (rest_request_forwarding(req) == REST_FORWARD_NEVER)
        rest_reply_error(reply, 409, "%s", conflict);
    else if (!url)
        rest_reply_error(reply, 409, "%s", no_leader);
    else
        rest_forward(req, url, hop, reply);
}
