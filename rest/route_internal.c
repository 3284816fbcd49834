/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route_internal - what workers ask of their leader: to store task configurations, and to fence
 * zombies. Peers: InternalClusterResource, InternalConnectResource, InternalMirrorResource.
 */
#include <string.h>

#include "lib/base/xmem.h"
#include "rest/context.h"
#include "rest/forward.h"
#include "rest/reply.h"
#include "rest/request.h"
#include "rest/routes.h"
#include "rest/signature.h"
#include "worker/herder/herder.h"

enum {
    MAX_PATH_BYTES = 64 * 1024,
    MAX_TASKS = 100000,
};

static bool is_signed(struct rest_context *ctx, const struct rest_request *req,
                      struct rest_reply *reply)
{
    CLEANUP(herder_role_fini) struct herder_role role = {.is_ready = false};
    struct signature_check check = {
        .signature = rest_request_header(req, SIGNATURE_HEADER),
        .algorithm = rest_request_header(req, SIGNATURE_ALGORITHM_HEADER),
        .body = req->body,
        .verified = strmap_get(config_ref_map(herder_worker_config(ctx->herder)),
                               "inter.worker.verification.algorithms"),
    };

    herder_role(ctx->herder, &role);
    check.is_enforced = role.protocol >= GROUP_SESSIONED;
    check.key = role.key;
    return signature_is_valid(&check, reply);
}

/* "connectors/<name>/<what>", below the flow's own path if there is one. To be freed. */
static char *path_to(const struct rest_request *req, const char *what)
{
    CLEANUP(buf_fini) struct buf path = BUF_INIT(MAX_PATH_BYTES);

    for (size_t i = 0; i < req->skip; i++) {
        url_encode(&path, req->path->segments[i]);
        buf_add_char(&path, '/');
    }
    buf_add_str(&path, "connectors/");
    url_encode(&path, rest_request_parameter(req, "connector"));
    buf_add_fmt(&path, "/%s", what);
    return buf_take_str(&path);
}

/* The task configurations of a body. */
struct task_list {
    struct strmap *maps;
    struct tern_config *views;
    size_t count;
};

static void task_list_fini(struct task_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        strmap_fini(&list->maps[i]);
    free(list->maps);
    free(list->views);
}

static int read_tasks(const struct jsondoc_node *root, struct task_list *list,
                      struct tern_error *err)
{
    size_t count = 0;

    if (root->kind != JSONDOC_ARRAY)
        return tern_fail(err, TERN_EINTERNAL, "an array of task configurations is expected, not %s",
                         jsondoc_kind_name(root->kind));
    for (const struct jsondoc_node *n = root->child; n; n = n->next)
        count++;
    if (count > MAX_TASKS)
        return tern_fail(err, TERN_EINTERNAL, "more than %d task configurations", MAX_TASKS);
    list->maps = xcalloc(count + 1, sizeof(*list->maps));
    list->views = xcalloc(count + 1, sizeof(*list->views));
    for (const struct jsondoc_node *n = root->child; n; n = n->next) {
        struct strmap *map = &list->maps[list->count++];

        if (rest_node_to_map(n, "a task configuration", map, err) < 0)
            return -1;
        list->views[list->count - 1] = strmap_config(map);
    }
    return 0;
}

static void post_tasks(struct rest_context *ctx, const struct rest_request *req,
                       struct rest_reply *reply)
{
    CLEANUP(jsondoc_freep) struct jsondoc *doc = NULL;
    CLEANUP(task_list_fini) struct task_list tasks = {0};
    CLEANUP(freep) char *path = path_to(req, "tasks");
    struct herder_ask ask = {.deadline_ms = req->deadline_ms};
    struct rest_hop hop = {"POST", path, NULL, req->body.at, req->body.len};
    struct tern_error err;

    if (rest_request_json(req, reply, &doc) < 0)
        return;
    if (read_tasks(jsondoc_root(doc), &tasks, &err) < 0) {
        rest_reply_fail(reply, &err);
        return;
    }
    if (!is_signed(ctx, req, reply))
        return;
    if (herder_put_tasks(ctx->herder, rest_request_parameter(req, "connector"), tasks.views,
                         tasks.count, &ask, &err) < 0)
        rest_answer_failure(req, &ask, &err, &hop, reply);
    else
        rest_reply_empty(reply, 204);
}

static void put_fence(struct rest_context *ctx, const struct rest_request *req,
                      struct rest_reply *reply)
{
    CLEANUP(freep) char *path = path_to(req, "fence");
    struct herder_ask ask = {.deadline_ms = req->deadline_ms};
    struct rest_hop hop = {"PUT", path, NULL, NULL, 0};
    struct tern_error err;

    if (!is_signed(ctx, req, reply))
        return;
    if (herder_fence(ctx->herder, rest_request_parameter(req, "connector"), &ask, &err) < 0)
        rest_answer_failure(req, &ask, &err, &hop, reply);
    else
        rest_reply_empty(reply, 204);
}

const struct rest_route rest_routes_internal[] = {
    {"POST", "/connectors/{connector}/tasks", post_tasks,
     REST_INTERNAL | REST_ANY_TYPE | REST_READS_BODY,
     "Stores task configurations; from another worker.", "forward", "TaskConfigs", "204"},
    {"PUT", "/connectors/{connector}/fence", put_fence, REST_INTERNAL | REST_ANY_TYPE,
     "Fences tasks of an earlier generation; from another worker.", "forward", NULL, "204"},
    {.method = NULL},
};
