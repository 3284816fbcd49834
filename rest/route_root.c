/* SPDX-License-Identifier: Apache-2.0 */
/* route_root - GET / and GET /openapi.json. Peer: RootResource. */
#include "lib/base/xmem.h"
#include "rest/context.h"
#include "rest/openapi.h"
#include "rest/reply.h"
#include "rest/request.h"
#include "rest/routes.h"
#include "worker/herder/herder.h"

/* What clients tell features by: the version of the API, which is Kafka's. */
#define API_VERSION "4.3.1"

static void get_root(struct rest_context *ctx, const struct rest_request *req,
                     struct rest_reply *reply)
{
    CLEANUP(freep) char *cluster_id = herder_cluster_id(ctx->herder);

    (void)req;
    rest_reply_json(reply, 200,
                    json_pack("{s:s, s:s, s:s?}", "version", API_VERSION, "commit", "tern",
                              "kafka_cluster_id", cluster_id));
}

static void get_openapi(struct rest_context *ctx, const struct rest_request *req,
                        struct rest_reply *reply)
{
    (void)ctx;
    (void)req;
    rest_reply_json(reply, 200, openapi_document(rest_worker_tables, API_VERSION));
}

const struct rest_route rest_routes_root[] = {
    {"GET", "/openapi.json", get_openapi, REST_ANY_TYPE, "This document.", NULL, NULL,
     "200 OpenApi"},
    {"GET", "/", get_root, REST_ANY_TYPE, "The version of the API, and the Kafka cluster.", NULL,
     NULL, "200 ServerInfo"},
    {.method = NULL},
};
