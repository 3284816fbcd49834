/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route_offsets - the offsets of a connector. Peer: ConnectorsResource. Spec: connect-rest.md 5.20.
 */
#include <string.h>

#include "lib/base/jsonx.h"
#include "lib/base/xmem.h"
#include "rest/connector_path.h"
#include "rest/context.h"
#include "rest/forward.h"
#include "rest/reply.h"
#include "rest/request.h"
#include "rest/routes.h"
#include "worker/herder/herder.h"

enum {
    MAX_BODY_BYTES = 256 * 1024 * 1024
};

/* ---- looking ---- */

static void get_offsets(struct rest_context *ctx, const struct rest_request *req,
                        struct rest_reply *reply)
{
    struct herder_ask ask = {.deadline_ms = req->deadline_ms};
    struct herder_offsets offsets;
    struct tern_error err;

    if (herder_offsets(ctx->herder, rest_request_parameter(req, "connector"), &ask, &offsets,
                       &err) < 0) {
        rest_reply_fail(reply, &err);
        return;
    }
    rest_reply_begin(reply, 200);
    buf_add_str(&reply->body, "{\"offsets\":[");
    for (size_t i = 0; i < offsets.count; i++) {
        if (i)
            buf_add_char(&reply->body, ',');
        buf_add_str(&reply->body, "{\"partition\":");
        buf_add_str(&reply->body, offsets.at[i].partition);
        buf_add_str(&reply->body, ",\"offset\":");
        buf_add_str(&reply->body, offsets.at[i].offset);
        buf_add_char(&reply->body, '}');
    }
    buf_add_str(&reply->body, "]}");
    herder_offsets_fini(&offsets);
}

/* ---- the body of a change ---- */

struct changes {
    struct tern_offset_change *at; /* texts are owned */
    size_t count;
};

static void changes_fini(struct changes *c)
{
    for (size_t i = 0; i < c->count; i++) {
        free((char *)c->at[i].partition);
        free((char *)c->at[i].offset);
    }
    free(c->at);
}

/* An object as text, to be freed; NULL for null or nothing. */
static int read_object(const struct jsondoc_node *change, const char *name, const char **ret_text,
                       struct tern_error *err)
{
    const struct jsondoc_node *node = jsondoc_member(change, name);
    CLEANUP(jsonx_decrefp) json_t *json = NULL;
    struct buf out = BUF_INIT(MAX_BODY_BYTES);

    *ret_text = NULL;
    if (!node || node->kind == JSONDOC_NULL)
        return 0;
    if (node->kind != JSONDOC_OBJECT)
        return tern_fail(err, TERN_EINTERNAL, "%s is %s, expected an object", name,
                         jsondoc_kind_name(node->kind));
    if (jsondoc_to_json(node, &json, err) < 0)
        return -1;
    jsonx_write(&out, json);
    *ret_text = buf_take_str(&out);
    return 0;
}

static int read_changes(const struct jsondoc_node *list, struct changes *changes,
                        struct tern_error *err)
{
    static const char *const known[] = {"partition", "offset", NULL};
    size_t count = 0;

    for (const struct jsondoc_node *n = list->child; n; n = n->next)
        count++;
    changes->at = xcalloc(count + 1, sizeof(*changes->at));
    for (const struct jsondoc_node *n = list->child; n; n = n->next) {
        struct tern_offset_change *c = &changes->at[changes->count++];

        if (rest_node_check_members(n, "an offset", known, err) < 0 ||
            read_object(n, "partition", &c->partition, err) < 0 ||
            read_object(n, "offset", &c->offset, err) < 0)
            return -1;
    }
    return 0;
}

/* False: reply says why not. */
static bool read_body(const struct jsondoc_node *root, struct changes *changes,
                      struct rest_reply *reply)
{
    static const char *const known[] = {"offsets", NULL};
    const struct jsondoc_node *list = jsondoc_member(root, "offsets");
    struct tern_error err;
    int rc = rest_node_check_members(root, "offsets", known, &err);

    if (rc == 0 && list && list->kind != JSONDOC_ARRAY && list->kind != JSONDOC_NULL)
        rc = tern_fail(&err, TERN_EINTERNAL, "offsets is %s, expected an array",
                       jsondoc_kind_name(list->kind));
    if (rc == 0 && list)
        rc = read_changes(list, changes, &err);
    if (rc < 0) {
        rest_reply_error(reply, 500, "%s", err.msg);
        return false;
    }
    if (changes->count == 0) {
        rest_reply_error(reply, 400, /* peer text */
                         "Partitions / offsets need to be provided for an alter offsets request");
        return false;
    }
    return true;
}

/* ---- changing ---- */

static void reply_message(struct rest_reply *reply, const char *message)
{
    rest_reply_json(reply, 200, json_pack("{s:s}", "message", message));
}

static void patch_offsets(struct rest_context *ctx, const struct rest_request *req,
                          struct rest_reply *reply)
{
    const char *name = rest_request_parameter(req, "connector");
    CLEANUP(freep) char *path = connector_path(name, "offsets");
    CLEANUP(jsondoc_freep) struct jsondoc *doc = NULL;
    CLEANUP(changes_fini) struct changes changes = {0};
    const struct rest_hop hop = {"PATCH", path, NULL, req->body.at, req->body.len};
    struct herder_ask ask = {.deadline_ms = req->deadline_ms};
    struct tern_error err;
    const char *message;

    if (rest_request_json(req, reply, &doc) < 0 || !read_body(jsondoc_root(doc), &changes, reply))
        return;
    if (herder_alter_offsets(ctx->herder, name, changes.at, changes.count, &ask, &message, &err) <
        0)
        rest_answer_failure(req, &ask, &err, &hop, reply);
    else
        reply_message(reply, message);
}

static void delete_offsets(struct rest_context *ctx, const struct rest_request *req,
                           struct rest_reply *reply)
{
    const char *name = rest_request_parameter(req, "connector");
    CLEANUP(freep) char *path = connector_path(name, "offsets");
    const struct rest_hop hop = {.method = "DELETE", .path = path};
    struct herder_ask ask = {.deadline_ms = req->deadline_ms};
    struct tern_error err;
    const char *message;

    if (herder_reset_offsets(ctx->herder, name, &ask, &message, &err) < 0)
        rest_answer_failure(req, &ask, &err, &hop, reply);
    else
        reply_message(reply, message);
}

const struct rest_route rest_routes_offsets[] = {
    {"GET", "/connectors/{connector}/offsets", get_offsets, 0, "Offsets of a connector.", NULL,
     NULL, "200 ConnectorOffsets, 404 Error, 500 Error"},
    {"PATCH", "/connectors/{connector}/offsets", patch_offsets, REST_READS_BODY,
     "Changes offsets of a stopped connector; null removes one.", "forward", "ConnectorOffsets",
     "200 Message, 400 Error, 404 Error, 409 Error, 500 Error"},
    {"DELETE", "/connectors/{connector}/offsets", delete_offsets, 0,
     "Removes all offsets of a stopped connector.", "forward", NULL,
     "200 Message, 400 Error, 404 Error, 409 Error, 500 Error"},
    {.method = NULL},
};
