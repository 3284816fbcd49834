/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * forward - a question that another worker can answer goes there: to the leader, or the owner.
 *
 * At most two hops: a request without a forward parameter is forwarded with forward=true, one with
 * that with forward=false, and one with that is answered 409. Of the caller's headers only
 * Authorization goes along. Peers: HerderRequestHandler, RestClient. Differences: it takes as long
 * as the request may (the peer gives up after 30 s, when the leader may still be at it); a
 * connector's name is encoded whole. Spec: connect-rest.md 4.2 to 4.4.
 */
#include "rest/request.h"

struct herder_ask;
struct rest_reply;

/* How the same is asked of another worker. */
struct rest_hop {
    const char *method;
    const char *path;  /* "connectors/a%2Fb/restart", encoded: url_encode() */
    const char *query; /* "includeTasks=true&onlyFailed=false", encoded; NULL: none */
    const void *body;  /* JSON; NULL: none */
    size_t len;
};

/*
 * Answers a question that failed with err: what the worker at ask->url says, when it is elsewhere;
 * else the error. Frees ask->url. An answer of 2xx is checked to be JSON and passed on as it is;
 * a Location header is not among what is passed on.
 */
void rest_answer_failure(const struct rest_request *req, struct herder_ask *ask,
                         const struct tern_error *err, const struct rest_hop *hop,
                         struct rest_reply *reply);

/* Forwards to the worker at url. Thread: the connection's; blocks until req->deadline_ms. */
void rest_forward(const struct rest_request *req, const char *url, const struct rest_hop *hop,
                  struct rest_reply *reply);
