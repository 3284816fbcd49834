/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route_states - how connectors and tasks are, and what makes them run or not. Peer:
 * ConnectorsResource. Spec: connect-rest.md 5.10, 5.12, 5.14 to 5.19.
 */
#include <string.h>
#include <strings.h>

#include "lib/base/jsonx.h"
#include "lib/base/xmem.h"
#include "rest/connector_json.h"
#include "rest/connector_path.h"
#include "rest/context.h"
#include "rest/forward.h"
#include "rest/reply.h"
#include "rest/request.h"
#include "rest/routes.h"
#include "worker/herder/herder.h"

/* ---- statuses ---- */

static void reply_state(struct rest_reply *reply, int status, const char *name,
                        struct herder_connector_status *state)
{
    rest_reply_begin(reply, status);
    json_add_state_info(&reply->body, name, state);
    herder_connector_status_fini(state);
}

static void get_status(struct rest_context *ctx, const struct rest_request *req,
                       struct rest_reply *reply)
{
    const char *name = rest_request_parameter(req, "connector");
    struct herder_connector_status status;
    struct tern_error err;

    if (herder_connector_status(ctx->herder, name, &status, &err) < 0)
        rest_reply_fail(reply, &err);
    else
        reply_state(reply, 200, name, &status);
}

static void get_task_status(struct rest_context *ctx, const struct rest_request *req,
                            struct rest_reply *reply)
{
    struct status status;
    struct tern_error err;

    if (herder_task_status(ctx->herder, rest_request_parameter(req, "connector"), req->task,
                           &status, &err) < 0) {
        rest_reply_fail(reply, &err);
        return;
    }
    rest_reply_begin(reply, 200);
    json_add_task_state(&reply->body, req->task, &status);
    status_fini(&status);
}

/* ---- restarts ---- */

/* Of the connector alone, by who runs it. */
static void restart_plain(struct rest_context *ctx, const struct rest_request *req,
                          const char *name, const struct rest_hop *hop, struct rest_reply *reply)
{
    struct herder_ask ask = {.deadline_ms = req->deadline_ms};
    struct tern_error err;

    if (herder_restart_connector(ctx->herder, name, &ask, &err) < 0)
        rest_answer_failure(req, &ask, &err, hop, reply);
    else
        rest_reply_empty(reply, 204);
}

static void post_restart(struct rest_context *ctx, const struct rest_request *req,
                         struct rest_reply *reply)
{
    const struct restart_request request = {
        .connector = rest_request_parameter(req, "connector"),
        .include_tasks = rest_request_flag(req, "includeTasks", false),
        .only_failed = rest_request_flag(req, "onlyFailed", false),
    };
    CLEANUP(freep) char *path = connector_path(request.connector, "restart");
    CLEANUP(freep)
    char *query =
        xasprintf("includeTasks=%s&onlyFailed=%s", request.include_tasks ? "true" : "false",
                  request.only_failed ? "true" : "false");
    const struct rest_hop hop = {.method = "POST", .path = path, .query = query};
    struct herder_ask ask = {.deadline_ms = req->deadline_ms};
    struct herder_connector_status status;
    struct tern_error err;

    if (!request.include_tasks && !request.only_failed)
        restart_plain(ctx, req, request.connector, &hop, reply);
    else if (herder_request_restart(ctx->herder, &request, &ask, &status, &err) < 0)
        rest_answer_failure(req, &ask, &err, &hop, reply);
    else
        reply_state(reply, 202, request.connector, &status);
}

static void post_task_restart(struct rest_context *ctx, const struct rest_request *req,
                              struct rest_reply *reply)
{
    const char *name = rest_request_parameter(req, "connector");
    CLEANUP(freep) char *what = xasprintf("tasks/%d/restart", (int)req->task);
    CLEANUP(freep) char *path = connector_path(name, what);
    const struct rest_hop hop = {.method = "POST", .path = path};
    struct herder_ask ask = {.deadline_ms = req->deadline_ms};
    struct tern_error err;

    if (herder_restart_task(ctx->herder, name, req->task, &ask, &err) < 0)
        rest_answer_failure(req, &ask, &err, &hop, reply);
    else
        rest_reply_empty(reply, 204);
}

/* ---- target states ---- */

static void put_target(struct rest_context *ctx, const struct rest_request *req,
                       enum target_state target, const char *what, int status,
                       struct rest_reply *reply)
{
    const char *name = rest_request_parameter(req, "connector");
    CLEANUP(freep) char *path = connector_path(name, what);
    const struct rest_hop hop = {.method = "PUT", .path = path};
    struct herder_ask ask = {.deadline_ms = req->deadline_ms};
    struct tern_error err;

    if (herder_set_target(ctx->herder, name, target, &ask, &err) < 0)
        rest_answer_failure(req, &ask, &err, &hop, reply);
    else
        rest_reply_empty(reply, status);
}

static void put_pause(struct rest_context *ctx, const struct rest_request *req,
                      struct rest_reply *reply)
{
    put_target(ctx, req, TARGET_PAUSED, "pause", 202, reply);
}

static void put_resume(struct rest_context *ctx, const struct rest_request *req,
                       struct rest_reply *reply)
{
    put_target(ctx, req, TARGET_STARTED, "resume", 202, reply);
}

static void put_stop(struct rest_context *ctx, const struct rest_request *req,
                     struct rest_reply *reply)
{
    put_target(ctx, req, TARGET_STOPPED, "stop", 204, reply);
}

/* ---- topics ---- */

static bool is_on(struct rest_context *ctx, const char *setting)
{
    const char *text = strmap_get(config_ref_map(herder_worker_config(ctx->herder)), setting);

    return !text || strcasecmp(text, "false") != 0; /* both are on unless said otherwise */
}

static bool tracks_topics(struct rest_context *ctx, struct rest_reply *reply)
{
    if (is_on(ctx, "topic.tracking.enable"))
        return true;
    rest_reply_error(reply, 403, "Topic tracking is disabled."); /* peer text */
    return false;
}

static void get_topics(struct rest_context *ctx, const struct rest_request *req,
                       struct rest_reply *reply)
{
    const char *name = rest_request_parameter(req, "connector");
    struct buf *out = &reply->body;
    char **topics;
    size_t count;

    if (!tracks_topics(ctx, reply))
        return;
    count = herder_topics(ctx->herder, name, &topics);
    rest_reply_begin(reply, 200);
    buf_add_char(out, '{');
    jsonx_write_string(out, name, strlen(name));
    buf_add_str(out, ":{\"topics\":[");
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_char(out, ',');
        jsonx_write_string(out, topics[i], strlen(topics[i]));
        free(topics[i]);
    }
    free(topics);
    buf_add_str(out, "]}}");
}

static void put_topics_reset(struct rest_context *ctx, const struct rest_request *req,
                             struct rest_reply *reply)
{
    if (!tracks_topics(ctx, reply))
        return;
    if (!is_on(ctx, "topic.tracking.allow.reset")) {
        rest_reply_error(reply, 403, "Topic tracking reset is disabled."); /* peer text */
        return;
    }
    herder_reset_topics(ctx->herder, rest_request_parameter(req, "connector"));
    rest_reply_empty(reply, 202);
}

const struct rest_route rest_routes_states[] = {
    {"GET", "/connectors/{connector}/status", get_status, 0, "How a connector and its tasks are.",
     NULL, NULL, "200 ConnectorStateInfo, 404 Error"},
    {"GET", "/connectors/{connector}/tasks/{task}/status", get_task_status, 0, "How a task is.",
     NULL, NULL, "200 TaskState, 404 Error"},
    {"POST", "/connectors/{connector}/restart", post_restart, 0,
     "Restarts a connector, with its tasks if asked.", "includeTasks onlyFailed forward", NULL,
     "202 ConnectorStateInfo, 204, 404 Error, 409 Error, 500 Error"},
    {"POST", "/connectors/{connector}/tasks/{task}/restart", post_task_restart, 0,
     "Restarts a task.", "forward", NULL, "204, 404 Error, 409 Error, 500 Error"},
    {"PUT", "/connectors/{connector}/pause", put_pause, 0, "Pauses a connector and its tasks.",
     NULL, NULL, "202, 404 Error, 500 Error"},
    {"PUT", "/connectors/{connector}/resume", put_resume, 0, "Resumes what is paused or stopped.",
     NULL, NULL, "202, 404 Error, 500 Error"},
    {"PUT", "/connectors/{connector}/stop", put_stop, 0,
     "Stops a connector and ends its tasks, keeping its configuration.", "forward", NULL,
     "204, 404 Error, 409 Error, 500 Error"},
    {"GET", "/connectors/{connector}/topics", get_topics, 0, "Topics that a connector has used.",
     NULL, NULL, "200 ActiveTopics, 403 Error"},
    {"PUT", "/connectors/{connector}/topics/reset", put_topics_reset, 0,
     "Forgets which topics a connector has used.", NULL, NULL, "202, 403 Error"},
    {.method = NULL},
};
