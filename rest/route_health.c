/* SPDX-License-Identifier: Apache-2.0 */
/* route_health - GET /health: whether the herder goes round. Peer: RootResource.healthCheck(). */
#include "lib/base/clock.h"
#include "lib/base/xmem.h"
#include "rest/context.h"
#include "rest/reply.h"
#include "rest/request.h"
#include "rest/routes.h"
#include "worker/herder/herder.h"

enum {
    HEALTH_TIMEOUT_MS = 10000,
};

static void answer(struct rest_reply *reply, int status, const char *health, const char *message,
                   const char *stage)
{
    CLEANUP(freep) char *text = stage ? xasprintf("%s %s.", message, stage) : xstrdup(message);

    rest_reply_json(reply, status, json_pack("{s:s, s:s}", "status", health, "message", text));
}

static void get_health(struct rest_context *ctx, const struct rest_request *req,
                       struct rest_reply *reply)
{
    int64_t deadline_ms = clock_deadline_ms(HEALTH_TIMEOUT_MS);
    struct herder_ask ask = {.deadline_ms =
                                 deadline_ms < req->deadline_ms ? deadline_ms : req->deadline_ms};
    CLEANUP(herder_role_fini) struct herder_role role = {.is_ready = false};
    CLEANUP(freep) char *stage = NULL;
    struct tern_error err;
    int rc = herder_ping(ctx->herder, &ask, &err);

    free(ask.url);
    if (rc == 0) { /* peer text, as all here */
        answer(reply, 200, "healthy",
               "Worker has completed startup and is ready to handle requests.", NULL);
        return;
    }
    if (err.code != TERN_ETIMEOUT) {
        rest_reply_fail(reply, &err);
        return;
    }
    stage = herder_stage(ctx->herder);
    herder_role(ctx->herder, &role);
    if (!role.is_ready) {
        answer(reply, 503, "starting", "Worker is still starting up.", stage);
    } else {
        answer(reply, 500, "unhealthy",
               "Worker was unable to handle this request and may be unable to handle other "
               "requests.",
               stage);
    }
}

const struct rest_route rest_routes_health[] = {
    {"GET", "/health", get_health, REST_ANY_TYPE, "Whether the worker is able to do its work.",
     NULL, NULL, "200 WorkerStatus, 500 WorkerStatus, 503 WorkerStatus"},
    {.method = NULL},
};
