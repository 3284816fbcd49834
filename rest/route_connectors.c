/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route_connectors - /connectors, and what a connector is configured with. Peer:
 * ConnectorsResource. Spec: connect-rest.md 5.3 to 5.9, 5.11.
 */
#include <string.h>
#include <strings.h>

#include "lib/base/jsonx.h"
#include "lib/base/xmem.h"
#include "rest/config_check.h"
#include "rest/connector_json.h"
#include "rest/connector_path.h"
#include "rest/context.h"
#include "rest/forward.h"
#include "rest/reply.h"
#include "rest/request.h"
#include "rest/routes.h"
#include "worker/herder/herder.h"

enum {
    PATCH_TRIES = 10 /* for a configuration that others change at the same time */
};

/* ---- GET /connectors ---- */

/* What of a connector is to be shown, in the order of the query. False: it is left out. */
static bool add_expanded(struct rest_context *ctx, const struct rest_request *req,
                         const struct connector_state *c, struct buf *out)
{
    const char *comma = "";
    bool has_status = false, has_info = false;
    struct tern_error err;

    buf_add_char(out, '{');
    for (size_t i = 0; i < req->query->parameters.count; i++) {
        const struct url_parameter *p = &req->query->parameters.at[i];

        if (strcmp(p->name, "expand") != 0)
            continue;
        if (strcmp(p->value, "status") == 0 && !has_status) {
            struct herder_connector_status status;

            has_status = true;
            if (herder_connector_status(ctx->herder, c->name, &status, &err) < 0)
                return false;
            buf_add_fmt(out, "%s\"status\":", comma);
            json_add_state_info(out, c->name, &status);
            herder_connector_status_fini(&status);
        } else if (strcmp(p->value, "info") == 0 && !has_info) {
            struct herder_connector_info info;

            has_info = true;
            herder_info_of(ctx->herder, c, &info);
            buf_add_fmt(out, "%s\"info\":", comma);
            json_add_info(out, &info);
            herder_connector_info_fini(&info);
        } else {
            continue;
        }
        comma = ",";
    }
    buf_add_char(out, '}');
    return true;
}

static void list_expanded(struct rest_context *ctx, const struct rest_request *req,
                          const struct cluster_state *s, struct buf *out)
{
    CLEANUP(buf_fini) struct buf one = BUF_INIT(REST_MAX_ANSWER_BYTES);
    const char *comma = "";

    buf_add_char(out, '{');
    for (size_t i = 0; s && i < s->count; i++) {
        const struct connector_state *c = s->connectors[i];

        buf_clear(&one);
        if (!add_expanded(ctx, req, c, &one))
            continue;
        buf_add_str(out, comma);
        jsonx_write_string(out, c->name, strlen(c->name));
        buf_add_char(out, ':');
        buf_add(out, one.data, one.len);
        comma = ",";
    }
    buf_add_char(out, '}');
}

static void list_names(const struct cluster_state *s, struct buf *out)
{
    buf_add_char(out, '[');
    for (size_t i = 0; s && i < s->count; i++) {
        if (i)
            buf_add_char(out, ',');
        jsonx_write_string(out, s->connectors[i]->name, strlen(s->connectors[i]->name));
    }
    buf_add_char(out, ']');
}

static void get_connectors(struct rest_context *ctx, const struct rest_request *req,
                           struct rest_reply *reply)
{
    const struct cluster_state *s = herder_snapshot(ctx->herder);

    rest_reply_begin(reply, 200);
    if (rest_request_query(req, "expand"))
        list_expanded(ctx, req, s, &reply->body);
    else
        list_names(s, &reply->body);
    cluster_state_unref(s);
}

/* ---- putting ---- */

static void add_location(const struct rest_request *req, const char *name, struct rest_reply *reply)
{
    CLEANUP(freep) char *base = rest_request_base_url(req);
    CLEANUP(buf_fini) struct buf url = BUF_INIT(CONNECTOR_PATH_MAX_BYTES);

    buf_add_str(&url, base);
    buf_add_str(&url, "/connectors/");
    url_encode_location(&url, name);
    rest_reply_set_header(reply, "Location", buf_str(&url));
}

/* The name in a configuration is the connector's, or is made so. False: reply says that it is not.
 */
static bool settle_name(struct strmap *config, const char *name, struct rest_reply *reply)
{
    const char *given = strmap_get(config, "name");

    if (!given) {
        strmap_set(config, "name", name);
        return true;
    }
    if (strcmp(given, name) == 0)
        return true;
    rest_reply_error(reply, 400, /* peer text */
                     "Connector name configuration (%s) doesn't match connector name in the URL "
                     "(%s)",
                     given, name);
    return false;
}

static void put(struct rest_context *ctx, const struct rest_request *req,
                const struct herder_put *what, const struct rest_hop *hop, struct rest_reply *reply)
{
    struct herder_ask ask = {.deadline_ms = req->deadline_ms};
    struct herder_connector_info info;
    struct tern_error err;
    bool created;

    if (herder_put_connector(ctx->herder, what, &ask, &info, &created, &err) < 0) {
        rest_answer_failure(req, &ask, &err, hop, reply);
    } else {
        rest_reply_begin(reply, created || !what->may_replace ? 201 : 200);
        json_add_info(&reply->body, &info);
        herder_connector_info_fini(&info);
    }
    if (reply->status == 201)
        add_location(req, what->name, reply);
}

/* ---- POST /connectors ---- */

/* Like Java's trim(). To be freed. */
static char *trimmed(const char *text)
{
    size_t len;

    while (*text && (unsigned char)*text <= ' ')
        text++;
    len = strlen(text);
    while (len && (unsigned char)text[len - 1] <= ' ')
        len--;
    return xstrndup(text, len);
}

/* The body of a creation. */
struct creation {
    const char *given_name; /* in the document; NULL: none */
    char *name;
    struct strmap config;
    bool has_target;
    enum target_state target;
};

static void creation_fini(struct creation *c)
{
    free(c->name);
    strmap_fini(&c->config);
}

static int read_initial_state(const struct jsondoc_node *root, struct creation *c,
                              struct tern_error *err)
{
    static const char *const names[] = {
        [TARGET_STARTED] = "RUNNING", [TARGET_PAUSED] = "PAUSED", [TARGET_STOPPED] = "STOPPED"};
    const char *text;

    if (rest_node_text(root, "initial_state", &text, err) < 0)
        return -1;
    if (!text)
        return 0;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcasecmp(text, names[i]) == 0) {
            c->target = (enum target_state)i;
            c->has_target = true;
            return 0;
        }
    }
    return tern_fail(err, TERN_EINTERNAL,
                     "initial_state is '%s', expected RUNNING, PAUSED or STOPPED", text);
}

static int read_creation(const struct jsondoc_node *root, struct creation *c,
                         struct tern_error *err)
{
    static const char *const known[] = {"name", "config", "initial_state", NULL};
    const struct jsondoc_node *config;

    if (rest_node_check_members(root, "a request to create a connector", known, err) < 0 ||
        rest_node_text(root, "name", &c->given_name, err) < 0 ||
        read_initial_state(root, c, err) < 0)
        return -1;
    config = jsondoc_member(root, "config");
    if (!config || config->kind == JSONDOC_NULL)
        return tern_fail(err, TERN_EINTERNAL, "the request has no config");
    c->name = trimmed(c->given_name ? c->given_name : "");
    return rest_node_to_map(config, "config", &c->config, err);
}

/* The same for the leader: the peer sends the name as it came. */
static void write_creation(const struct creation *c, struct buf *out)
{
    static const char *const states[] = {[TARGET_STARTED] = "\"RUNNING\"",
                                         [TARGET_PAUSED] = "\"PAUSED\"",
                                         [TARGET_STOPPED] = "\"STOPPED\""};

    buf_add_str(out, "{\"name\":");
    if (c->given_name)
        jsonx_write_string(out, c->given_name, strlen(c->given_name));
    else
        buf_add_str(out, "null");
    buf_add_str(out, ",\"config\":");
    json_add_map(out, &c->config);
    buf_add_fmt(out, ",\"initial_state\":%s}", c->has_target ? states[c->target] : "null");
}

static void post_connector(struct rest_context *ctx, const struct rest_request *req,
                           struct rest_reply *reply)
{
    CLEANUP(jsondoc_freep) struct jsondoc *doc = NULL;
    CLEANUP(creation_fini) struct creation c = {0};
    CLEANUP(buf_fini) struct buf body = BUF_INIT(REST_MAX_ANSWER_BYTES);
    struct rest_hop hop = {.method = "POST", .path = "connectors"};
    struct herder_put what = {0};
    struct tern_config view;
    struct tern_error err;

    if (rest_request_json(req, reply, &doc) < 0)
        return;
    if (read_creation(jsondoc_root(doc), &c, &err) < 0) {
        rest_reply_error(reply, 500, "%s",
                         err.msg); /* as for every body that is not as it should */
        return;
    }
    if (!settle_name(&c.config, c.name, reply) || !config_is_acceptable(ctx, &c.config, reply))
        return;
    write_creation(&c, &body);
    hop.body = body.data;
    hop.len = body.len;
    view = strmap_config(&c.config);
    what = (struct herder_put){
        .name = c.name, .config = &view, .target = c.has_target ? &c.target : NULL};
    put(ctx, req, &what, &hop, reply);
}

/* ---- /connectors/X ---- */

static void get_connector(struct rest_context *ctx, const struct rest_request *req,
                          struct rest_reply *reply)
{
    struct herder_ask ask = {.deadline_ms = req->deadline_ms};
    struct herder_connector_info info;
    struct tern_error err;

    if (herder_connector_info(ctx->herder, rest_request_parameter(req, "connector"), &ask, &info,
                              &err) < 0) {
        rest_reply_fail(reply, &err);
        return;
    }
    rest_reply_begin(reply, 200);
    json_add_info(&reply->body, &info);
    herder_connector_info_fini(&info);
}

static void delete_connector(struct rest_context *ctx, const struct rest_request *req,
                             struct rest_reply *reply)
{
    const char *name = rest_request_parameter(req, "connector");
    CLEANUP(freep) char *path = connector_path(name, NULL);
    const struct rest_hop hop = {.method = "DELETE", .path = path};
    struct herder_ask ask = {.deadline_ms = req->deadline_ms};
    struct tern_error err;

    if (herder_delete_connector(ctx->herder, name, &ask, &err) < 0)
        rest_answer_failure(req, &ask, &err, &hop, reply);
    else
        rest_reply_empty(reply, 204);
}

/* ---- /connectors/X/config ---- */

static void get_config(struct rest_context *ctx, const struct rest_request *req,
                       struct rest_reply *reply)
{
    struct herder_ask ask = {.deadline_ms = req->deadline_ms};
    struct herder_connector_info info;
    struct tern_error err;

    if (herder_connector_info(ctx->herder, rest_request_parameter(req, "connector"), &ask, &info,
                              &err) < 0) {
        rest_reply_fail(reply, &err);
        return;
    }
    rest_reply_begin(reply, 200);
    json_add_config(&reply->body, info.config);
    herder_connector_info_fini(&info);
}

static void put_config(struct rest_context *ctx, const struct rest_request *req,
                       struct rest_reply *reply)
{
    const char *name = rest_request_parameter(req, "connector");
    CLEANUP(freep) char *path = connector_path(name, "config");
    CLEANUP(strmap_fini) struct strmap config = STRMAP_INIT;
    CLEANUP(buf_fini) struct buf body = BUF_INIT(REST_MAX_ANSWER_BYTES);
    struct rest_hop hop = {.method = "PUT", .path = path};
    struct herder_put what = {.name = name, .may_replace = true};
    struct tern_config view;

    if (rest_request_map(req, reply, &config) < 0 || !settle_name(&config, name, reply) ||
        !config_is_acceptable(ctx, &config, reply))
        return;
    json_add_map(&body, &config);
    hop.body = body.data;
    hop.len = body.len;
    view = strmap_config(&config);
    what.config = &view;
    put(ctx, req, &what, &hop, reply);
}

/* ---- PATCH ---- */

/* A text sets, null removes. */
static void apply_patch(const struct strmap *patch, struct strmap *config)
{
    STRMAP_FOREACH (patch, e) {
        if (e->value)
            strmap_set(config, e->key, e->value);
        else
            strmap_remove(config, e->key);
    }
}

/* False: what was stored has changed before it could be put. */
static bool patch_once(struct rest_context *ctx, const struct rest_request *req,
                       const struct strmap *patch, const struct rest_hop *hop,
                       struct rest_reply *reply)
{
    const char *name = rest_request_parameter(req, "connector");
    CLEANUP(strmap_fini) struct strmap config = STRMAP_INIT;
    struct herder_ask ask = {.deadline_ms = req->deadline_ms};
    struct herder_put what = {.name = name, .may_replace = true};
    struct herder_connector_info info;
    struct tern_config view;
    struct tern_error err;
    bool is_overtaken = false;

    if (herder_stored_config(ctx->herder, name, &ask, &what.expected, &err) < 0) {
        rest_answer_failure(req, &ask, &err, hop, reply);
        return true;
    }
    view = config_ref_config(what.expected);
    strmap_add_all(&config, &view);
    apply_patch(patch, &config);
    if (config_is_acceptable(ctx, &config, reply)) {
        view = strmap_config(&config);
        what.config = &view;
        if (herder_put_connector(ctx->herder, &what, &ask, &info, NULL, &err) == 0) {
            rest_reply_begin(reply, 200);
            json_add_info(&reply->body, &info);
            herder_connector_info_fini(&info);
        } else {
            is_overtaken = err.code == TERN_ERETRIABLE && !ask.is_elsewhere;
            rest_answer_failure(req, &ask, &err, hop, reply);
        }
    }
    config_ref_unref(what.expected);
    return !is_overtaken;
}

static void patch_config(struct rest_context *ctx, const struct rest_request *req,
                         struct rest_reply *reply)
{
    CLEANUP(freep) char *path = connector_path(rest_request_parameter(req, "connector"), "config");
    CLEANUP(strmap_fini) struct strmap patch = STRMAP_INIT;
    CLEANUP(buf_fini) struct buf body = BUF_INIT(REST_MAX_ANSWER_BYTES);
    struct rest_hop hop = {.method = "PATCH", .path = path};

    if (rest_request_map(req, reply, &patch) < 0)
        return;
    json_add_map(&body, &patch);
    hop.body = body.data;
    hop.len = body.len;
    for (int i = 0; i < PATCH_TRIES; i++) {
        if (patch_once(ctx, req, &patch, &hop, reply))
            return;
    }
}

/* ---- tasks ---- */

static void get_tasks(struct rest_context *ctx, const struct rest_request *req,
                      struct rest_reply *reply)
{
    const char *name = rest_request_parameter(req, "connector");
    struct herder_ask ask = {.deadline_ms = req->deadline_ms};
    struct task_configs tasks;
    struct tern_error err;

    if (herder_task_configs(ctx->herder, name, &ask, &tasks, &err) < 0) {
        rest_reply_fail(reply, &err);
        return;
    }
    rest_reply_begin(reply, 200);
    json_add_tasks(&reply->body, name, &tasks);
    task_configs_fini(&tasks);
}

const struct rest_route rest_routes_connectors[] = {
    {"GET", "/connectors", get_connectors, 0, "Names of the connectors, or what they are.",
     "expand", NULL, "200 Connectors"},
    {"POST", "/connectors", post_connector, REST_READS_BODY, "Creates a connector.", "forward",
     "CreateConnectorRequest", "201 ConnectorInfo, 400 Error, 409 Error, 500 Error"},
    {"GET", "/connectors/{connector}", get_connector, 0, "A connector's configuration and tasks.",
     NULL, NULL, "200 ConnectorInfo, 404 Error, 500 Error"},
    {"DELETE", "/connectors/{connector}", delete_connector, 0, "Deletes a connector.", "forward",
     NULL, "204, 404 Error, 409 Error, 500 Error"},
    {"GET", "/connectors/{connector}/config", get_config, 0, "A connector's configuration.", NULL,
     NULL, "200 ConnectorConfig, 404 Error, 500 Error"},
    {"PUT", "/connectors/{connector}/config", put_config, REST_READS_BODY,
     "Creates a connector, or replaces its configuration.", "forward", "ConnectorConfig",
     "200 ConnectorInfo, 201 ConnectorInfo, 400 Error, 409 Error, 500 Error"},
    {"PATCH", "/connectors/{connector}/config", patch_config, REST_READS_BODY,
     "Changes settings of a connector; null removes one.", "forward", "ConnectorConfig",
     "200 ConnectorInfo, 400 Error, 404 Error, 409 Error, 500 Error"},
    {"GET", "/connectors/{connector}/tasks", get_tasks, 0, "Configurations of a connector's tasks.",
     NULL, NULL, "200 TaskInfos, 404 Error, 500 Error"},
    {.method = NULL},
};
