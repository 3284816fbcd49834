/* SPDX-License-Identifier: Apache-2.0 */
/* The routes for workers and operators, and requests between workers, over a herder that answers
 * what the test says. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/base/base64.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "rest/basic_auth.h"
#include "rest/context.h"
#include "rest/dispatch.h"
#include "rest/forward.h"
#include "rest/http_client.h"
#include "rest/listener.h"
#include "rest/peers.h"
#include "rest/publish.h"
#include "rest/reply.h"
#include "rest/routes.h"
#include "rest/server.h"
#include "tests/lib/testing.h"
#include "tests/unit/rest/internal/fake_herder.h"

enum {
    WAIT_MS = 20000,
};

static const struct rest_route *const tables[] = {rest_routes_health, rest_routes_loggers,
                                                  rest_routes_internal, NULL};
static const char key_bytes[32] = "0123456789abcdef0123456789abcdef";

static const char *header(const void *arg, const char *name)
{
    for (const char *const *h = arg; h && *h; h += 2) {
        if (strcasecmp(h[0], name) == 0)
            return h[1];
    }
    return NULL;
}

/* Method, path, body and headers (name, value, ..., NULL) through the dispatcher. */
static void ask(struct herder *h, const char *method, const char *uri, const char *body,
                const char *const *headers, struct rest_reply *reply)
{
    struct rest_context ctx = {.herder = h};
    const struct rest_mount mount = {NULL, NULL, &ctx};
    const struct rest_site site = {.tables = tables, .mounts = &mount, .mount_count = 1};
    struct rest_request req = {.method = method,
                               .uri = uri,
                               .body = slice_str(body),
                               .deadline_ms = clock_deadline_ms(WAIT_MS),
                               .scheme = "http",
                               .header = header,
                               .header_arg = headers};

    rest_dispatch(&site, &req, reply);
}

static void check(struct rest_reply *reply, int status, const char *body)
{
    ck_assert_msg(reply->status == status && strcmp(buf_str(&reply->body), body) == 0, "%d %s",
                  reply->status, buf_str(&reply->body));
    rest_reply_fini(reply);
    *reply = (struct rest_reply)REST_REPLY_INIT;
}

static void fail_with(struct herder *h, enum tern_code code, const char *text)
{
    h->rc = tern_fail(&h->err, code, "%s", text);
}

static void herder_init(struct herder *h)
{
    struct strmap empty = STRMAP_INIT;

    *h = (struct herder){.worker = config_ref_new(&empty)};
}

static void herder_fini(struct herder *h)
{
    config_ref_unref(h->worker);
}

/* connect-rest.md 5.2 */
START_TEST(health)
{
    struct rest_reply reply = REST_REPLY_INIT;
    struct herder h;

    herder_init(&h);
    ask(&h, "GET", "/health", "", NULL, &reply);
    check(&reply, 200,
          "{\"status\":\"healthy\",\"message\":\"Worker has completed startup and is ready to "
          "handle requests.\"}");
    ck_assert_int_le(h.left_ms, 10000);
    fail_with(&h, TERN_ETIMEOUT, "Request timed out");
    ask(&h, "GET", "/health", "", NULL, &reply);
    check(&reply, 503, "{\"status\":\"starting\",\"message\":\"Worker is still starting up.\"}");
    h.stage = "The worker is currently awaiting startup, which began at T";
    ask(&h, "GET", "/health", "", NULL, &reply);
    check(&reply, 503,
          "{\"status\":\"starting\",\"message\":\"Worker is still starting up. The worker is "
          "currently awaiting startup, which began at T.\"}");
    h.is_ready = true;
    h.stage = NULL;
    ask(&h, "GET", "/health", "", NULL, &reply);
    check(&reply, 500,
          "{\"status\":\"unhealthy\",\"message\":\"Worker was unable to handle this request and "
          "may be unable to handle other requests.\"}");
    fail_with(&h, TERN_EINTERNAL, "Worker is shutting down");
    ask(&h, "GET", "/health", "", NULL, &reply);
    check(&reply, 500, "{\"error_code\":500,\"message\":\"Worker is shutting down\"}");
    herder_fini(&h);
}
END_TEST

LOG_DOMAIN("com.example.test.First");
LOG_DOMAIN_AS(second_domain, "com.example.test.Second");

/* connect-rest.md 5.25 */
START_TEST(loggers)
{
    static const char *const json_type_[] = {"Content-Type", "application/json", NULL};
    struct rest_reply reply = REST_REPLY_INIT;
    struct herder h;

    herder_init(&h);
    (void)log_enabled(&second_domain, TERN_LOG_INFO);
    (void)log_enabled(&log_domain_, TERN_LOG_INFO);
    ask(&h, "GET", "/admin/loggers/com.example.test.First", "", NULL, &reply);
    check(&reply, 200, "{\"level\":\"INFO\",\"last_modified\":null}");
    ask(&h, "GET", "/admin/loggers/nope", "", NULL, &reply);
    check(&reply, 404, "{\"error_code\":404,\"message\":\"Logger nope not found.\"}");
    ask(&h, "GET", "/admin/loggers/com.example", "", NULL, &reply);
    check(&reply, 404, "{\"error_code\":404,\"message\":\"Logger com.example not found.\"}");
    ask(&h, "PUT", "/admin/loggers/com.example.test?scope=bogus", "{\"level\":\"debug\",\"x\":1}",
        json_type_, &reply);
    check(&reply, 200,
          "[\"com.example.test\",\"com.example.test.First\",\"com.example.test.Second\"]");
    ask(&h, "PUT", "/admin/loggers/com.example.test", "{\"level\":\"DEBUG\"}", json_type_, &reply);
    check(&reply, 200, "[]");
    ask(&h, "GET", "/admin/loggers", "", NULL, &reply);
    ck_assert_ptr_nonnull(strstr(buf_str(&reply.body),
                                 "\"com.example.test.First\":{\"level\":\"DEBUG\",\"last_modified\""
                                 ":1"));
    ck_assert_ptr_nonnull(strstr(buf_str(&reply.body), "\"root\":{\"level\":\"INFO\""));
    rest_reply_fini(&reply);
    reply = (struct rest_reply)REST_REPLY_INIT;
    ask(&h, "PUT", "/admin/loggers/x", "{}", json_type_, &reply);
    check(&reply, 400,
          "{\"error_code\":400,\"message\":\"Desired 'level' parameter was not specified in "
          "request.\"}");
    ask(&h, "PUT", "/admin/loggers/x", "{\"level\":\"nope\"}", json_type_, &reply);
    check(&reply, 404, "{\"error_code\":404,\"message\":\"invalid log level 'nope'.\"}");
    ask(&h, "PUT", "/admin/loggers/x", "{\"level\":\"\"}", json_type_, &reply);
    check(&reply, 500, "{\"error_code\":500,\"message\":\"Illegal null or empty Level name.\"}");
    ck_assert_int_eq(h.asked, 0);
    ask(&h, "PUT", "/admin/loggers/a.b?scope=CLUSTER", "{\"level\":\"Trace\"}", json_type_, &reply);
    check(&reply, 204, "");
    ck_assert_str_eq(h.logger, "a.b");
    ck_assert_str_eq(h.level, "Trace");
    herder_fini(&h);
}
END_TEST

/* The headers of a body signed with the test's key. */
static void sign(const char *body, const char *algorithm, char *ret_signature)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(1000);
    struct session_key *key = session_key_new("HmacSHA256", key_bytes, sizeof(key_bytes), 1);
    uint8_t mac[SESSION_MAC_MAX_BYTES];
    struct tern_error err;
    size_t len;

    ck_assert_ok(session_key_mac(key, algorithm, body, strlen(body), mac, &len, &err), err);
    base64_encode(&text, mac, len);
    snprintf(ret_signature, 200, "%s", buf_str(&text));
    session_key_free(key);
}

#define UNSUPPORTED                                                                               \
    "{\"error_code\":400,\"message\":\"This worker does not support the 'HmacSHA1' key signing "  \
    "algorithm used by other workers. This worker is currently configured to use: [HmacSHA256]. " \
    "Check that all workers' configuration files permit the same set of signature algorithms, "   \
    "and correct any misconfigured worker and restart it.\"}"

/* connect-distributed.md 9.3 */
static const struct {
    const char *algorithm; /* NULL: none */
    const char *signature; /* NULL: a right one; "": none */
    enum group_protocol protocol;
    bool has_key;
    int status;
    const char *answer;
} signatures[] = {
    {"HmacSHA256", NULL, GROUP_SESSIONED, true, 204, ""},
    {NULL, "", GROUP_COMPATIBLE, false, 204, ""},
    {NULL, "", GROUP_SESSIONED, true, 400,
     "{\"error_code\":400,\"message\":\"Internal request missing required signature\"}"},
    {NULL, "AAAA", GROUP_SESSIONED, true, 400,
     "{\"error_code\":400,\"message\":\"Internal request missing required signature\"}"},
    {"HmacSHA256", "", GROUP_SESSIONED, true, 400,
     "{\"error_code\":400,\"message\":\"Internal request missing required signature\"}"},
    {"nope", "AAAA", GROUP_EAGER, true, 400,
     "{\"error_code\":400,\"message\":\"Algorithm nope not available\"}"},
    {"HmacSHA256", "(", GROUP_EAGER, true, 400,
     "{\"error_code\":400,\"message\":\"Illegal base64 in the header X-Connect-Authorization\"}"},
    {"HmacSHA1", NULL, GROUP_SESSIONED, true, 400, UNSUPPORTED},
    {"HmacSHA256", "AAAA", GROUP_SESSIONED, true, 403,
     "{\"error_code\":403,\"message\":\"Internal request contained invalid signature.\"}"},
    {"HmacSHA256", "AAAA", GROUP_COMPATIBLE, true, 204, ""},
    {"HmacSHA256", NULL, GROUP_SESSIONED, false, 503,
     "{\"error_code\":503,\"message\":\"This worker is still starting up and has not been able to "
     "read a session key from the config topic yet\"}"},
};

START_TEST(signed_tasks)
{
    static const char body[] = "[{\"k\":1.50,\"n\":null},{}]";
    struct rest_reply reply = REST_REPLY_INIT;
    struct session_key *key = session_key_new("HmacSHA256", key_bytes, sizeof(key_bytes), 1);
    char right[200];
    const char *signature = signatures[_i].signature, *headers[5] = {NULL};
    size_t count = 0;
    struct herder h;

    herder_init(&h);
    h.protocol = signatures[_i].protocol;
    h.key = signatures[_i].has_key ? key : NULL;
    if (!signature) {
        sign(body, signatures[_i].algorithm, right);
        signature = right;
    }
    if (signature[0]) {
        headers[count++] = "X-Connect-Authorization";
        headers[count++] = signature;
    }
    if (signatures[_i].algorithm) {
        headers[count++] = "X-Connect-Request-Signature-Algorithm";
        headers[count++] = signatures[_i].algorithm;
    }
    ask(&h, "POST", "/connectors/a%2Fb/tasks", body, headers, &reply);
    check(&reply, signatures[_i].status, signatures[_i].answer);
    ck_assert_int_eq(h.asked, signatures[_i].status == 204);
    if (h.asked) {
        ck_assert_str_eq(h.connector, "a/b");
        ck_assert_uint_eq(h.task_count, 2);
        ck_assert_str_eq(h.first_value, "1.50");
    }
    session_key_free(key);
    herder_fini(&h);
}
END_TEST

START_TEST(malformed_tasks)
{
    static const char *const bodies[] = {"", "{}", "[", "[1]", "[{\"a\":{}}]", "null", "\"x\""};
    struct rest_reply reply = REST_REPLY_INIT;
    struct herder h;

    herder_init(&h);
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        ask(&h, "POST", "/connectors/x/tasks", bodies[i], NULL, &reply);
        ck_assert_int_eq(reply.status, 500);
        rest_reply_fini(&reply);
        reply = (struct rest_reply)REST_REPLY_INIT;
    }
    ck_assert_int_eq(h.asked, 0);
    fail_with(&h, TERN_ENOTFOUND, "Connector x not found");
    ask(&h, "POST", "/connectors/x/tasks", "[]", NULL, &reply);
    check(&reply, 404, "{\"error_code\":404,\"message\":\"Connector x not found\"}");
    ask(&h, "PUT", "/connectors/x/fence", "", NULL, &reply);
    check(&reply, 404, "{\"error_code\":404,\"message\":\"Connector x not found\"}");
    herder_fini(&h);
}
END_TEST

#define CONFLICT                                                                          \
    "{\"error_code\":409,\"message\":\"Cannot complete request because of a conflicting " \
    "operation (e.g. worker rebalance)\"}"
#define NO_LEADER                                                                      \
    "{\"error_code\":409,\"message\":\"Cannot complete request momentarily due to no " \
    "known leader URL, likely because a rebalance was underway.\"}"

START_TEST(elsewhere)
{
    struct rest_reply reply = REST_REPLY_INIT;
    struct herder h;

    herder_init(&h);
    fail_with(&h, TERN_ECONFLICT, "Only the leader may write task configurations.");
    h.is_elsewhere = true;
    ask(&h, "PUT", "/connectors/x/fence", "", NULL, &reply);
    check(&reply, 409, NO_LEADER);
    h.url = "http://127.0.0.1:1/";
    ask(&h, "PUT", "/connectors/x/fence?forward=false", "", NULL, &reply);
    check(&reply, 409, CONFLICT);
    ask(&h, "PUT", "/connectors/x/fence", "", NULL, &reply);
    ck_assert_int_eq(reply.status, 500);
    ck_assert_ptr_nonnull(
        strstr(buf_str(&reply.body), "\"message\":\"IO Error trying to forward REST request: "));
    rest_reply_fini(&reply);
    herder_fini(&h);
}
END_TEST

/* ---- between two workers, over real sockets ---- */

static char seen[2000]; /* what the leader's handler was asked; written before it answers */

static void leader(struct rest_context *ctx, const struct rest_request *req,
                   struct rest_reply *reply)
{
    const char *authorization = rest_request_header(req, "Authorization");
    const char *type = rest_request_header(req, "Content-Type");
    const char *name = rest_request_parameter(req, "name");

    (void)ctx;
    snprintf(seen, sizeof(seen), "%s %s %.*s %s %s %s", req->method, req->uri, (int)req->body.len,
             req->body.at ? (const char *)req->body.at : "", authorization ? authorization : "-",
             type ? type : "-", rest_request_header(req, "User-Agent"));
    if (strcmp(name, "fails") == 0) {
        rest_reply_error_text(reply, 409, 4099, "as the leader says");
    } else if (strcmp(name, "extra") == 0) {
        rest_reply_begin(reply, 400);
        buf_add_str(&reply->body, "{\"error_code\":400,\"message\":\"m\",\"more\":1}");
    } else if (strcmp(name, "page") == 0) {
        rest_reply_page(reply, 404, req->uri);
    } else if (strcmp(name, "moved") == 0) {
        rest_reply_empty(reply, 302);
        rest_reply_add_header(reply, "Location", "/elsewhere");
    } else if (strcmp(name, "plain") == 0) {
        rest_reply_begin(reply, 401);
        buf_add_str(&reply->body, "User cannot access the resource.");
    } else if (strcmp(name, "empty") == 0) {
        rest_reply_empty(reply, 204);
    } else {
        rest_reply_json(reply, 201, json_pack("{s:s}", "name", name));
    }
}

static const struct rest_route leader_routes[] = {
    {"POST", "/things/{name}", leader, REST_ANY_TYPE, "", NULL, NULL, NULL},
    {"POST", "/connectors/{name}/tasks", leader, REST_ANY_TYPE, "", NULL, NULL, NULL},
    {"PUT", "/connectors/{name}/fence", leader, REST_ANY_TYPE, "", NULL, NULL, NULL},
    {.method = NULL},
};
static const struct rest_route *const leader_tables[] = {leader_routes, NULL};

static struct rest_server *start_leader(bool is_dedicated)
{
    CLEANUP(strmap_fini) struct strmap worker = STRMAP_INIT;
    struct rest_mount *mounts = xcalloc(1, sizeof(*mounts));
    struct rest_server *server;
    struct tern_error err;

    strmap_set(&worker, "listeners", "http://127.0.0.1:0");
    ck_assert_ok(
        rest_server_open(&(struct rest_conf){.worker = strmap_config(&worker)}, &server, &err),
        err);
    if (is_dedicated)
        *mounts = (struct rest_mount){"us east", "us-west", NULL};
    rest_server_publish(server, leader_tables, mounts, 1);
    return server;
}

static const struct {
    const char *uri; /* of the request that is forwarded */
    struct rest_hop hop;
    const char *authorization;
    const char *seen; /* NULL: whatever */
    int status;
    const char *answer; /* the whole of it, or its beginning with "..." */
} hops[] = {
    {"/x",
     {"POST", "things/a%2Fb", NULL, "{}", 2},
     NULL,
     "POST /things/a%2Fb?forward=true {} - application/json kafka-connect",
     201,
     "{\"name\":\"a/b\"}"},
    {"/x?forward=true",
     {"POST", "things/a", "b=c", NULL, 0},
     "Basic eA==",
     "POST /things/a?forward=false&b=c  Basic eA== - kafka-connect",
     201,
     "{\"name\":\"a\"}"},
    {"/x", {"POST", "things/empty", NULL, NULL, 0}, NULL, NULL, 204, ""},
    {"/x",
     {"POST", "things/fails", NULL, NULL, 0},
     NULL,
     NULL,
     409,
     "{\"error_code\":4099,\"message\":\"as the leader says\"}"},
    {"/x",
     {"POST", "things/extra", NULL, NULL, 0},
     NULL,
     NULL,
     500,
     "{\"error_code\":500,\"message\":\"IO Error trying to forward REST request: "},
    {"/x",
     {"POST", "things/page", NULL, NULL, 0},
     NULL,
     NULL,
     500,
     "{\"error_code\":500,\"message\":\"IO Error trying to forward REST request: "},
    {"/x",
     {"POST", "things/plain", NULL, NULL, 0},
     NULL,
     NULL,
     500,
     "{\"error_code\":500,\"message\":\"IO Error trying to forward REST request: "},
    {"/x",
     {"POST", "things/moved", NULL, NULL, 0},
     NULL,
     NULL,
     500,
     "{\"error_code\":500,\"message\":\"Unexpected status code when handling forwarded request: "
     "302\"}"},
    {"/x",
     {"GET", "things/a", NULL, NULL, 0},
     NULL,
     NULL,
     405,
     "{\"error_code\":405,\"message\":\"HTTP 405 Method Not Allowed\"}"},
};

START_TEST(forwarding)
{
    CLEANUP(rest_reply_fini) struct rest_reply reply = REST_REPLY_INIT;
    CLEANUP(url_query_fini) struct url_query query;
    struct rest_server *server = start_leader(false);
    const char *const headers[] = {hops[_i].authorization ? "Authorization" : "X",
                                   hops[_i].authorization, NULL};
    const char *question = strchr(hops[_i].uri, '?');
    struct rest_request req = {.method = "POST",
                               .uri = hops[_i].uri,
                               .query = &query,
                               .deadline_ms = clock_deadline_ms(WAIT_MS),
                               .header = header,
                               .header_arg = headers};

    url_query_parse(&query, question ? question + 1 : "");
    rest_forward(&req, rest_server_url(server), &hops[_i].hop, &reply);
    ck_assert_msg(reply.status == hops[_i].status &&
                      strncmp(buf_str(&reply.body), hops[_i].answer, strlen(hops[_i].answer)) == 0,
                  "%d %s", reply.status, buf_str(&reply.body));
    rest_server_free(server);
    if (hops[_i].seen)
        ck_assert_str_eq(seen, hops[_i].seen);
}
END_TEST

struct outcome {
    struct gate gate;
    int calls;
    int status;
    bool failed;
    struct tern_error err;
};

static void on_done(void *arg, int status, const struct tern_error *err)
{
    struct outcome *o = arg;

    gate_lock(&o->gate);
    o->calls++;
    o->status = status;
    o->failed = err != NULL;
    if (err)
        o->err = *err;
    gate_wake(&o->gate);
    gate_unlock(&o->gate);
}

static void await(struct outcome *o, int calls)
{
    int64_t deadline_ms = clock_deadline_ms(WAIT_MS);

    gate_lock(&o->gate);
    while (o->calls < calls)
        ck_assert(gate_wait(&o->gate, deadline_ms));
    gate_unlock(&o->gate);
}

START_TEST(peers_of_a_worker)
{
    struct rest_server *server = start_leader(false);
    struct rest_peers *peers = rest_peers_new(NULL, NULL);
    struct outcome o = {.calls = 0};
    const char *url = rest_server_url(server);

    gate_init(&o.gate);
    rest_herder_peers.post_tasks(peers, url, "a b", "[{}]", 4, NULL, on_done, &o);
    await(&o, 1);
    ck_assert(!o.failed);
    ck_assert_int_eq(o.status, 201);
    rest_herder_peers.put_fence(peers, url, "fails", NULL, on_done, &o);
    await(&o, 2);
    ck_assert(o.failed);
    ck_assert_int_eq(o.status, 409);
    ck_assert_int_eq(o.err.code, TERN_ECONFLICT);
    ck_assert_str_eq(o.err.msg, "as the leader says");
    rest_herder_peers.put_fence(peers, "http://127.0.0.1:1/", "x", NULL, on_done, &o);
    await(&o, 3);
    ck_assert(o.failed);
    ck_assert_int_eq(o.status, 0);
    rest_peers_free(peers);
    rest_server_free(server);
    ck_assert_str_eq(seen, "PUT /connectors/fails/fence  - - kafka-connect");
    gate_fini(&o.gate);
}
END_TEST

/* What a flow's peers send, the internal routes of a server accept. */
START_TEST(signed_peers_of_a_flow)
{
    struct session_key *key = session_key_new("HmacSHA256", key_bytes, sizeof(key_bytes), 1);
    const struct herder_signature signature = {key, "HmacSHA256"};
    static const struct rest_route *const flow_tables[] = {rest_routes_internal, NULL};
    CLEANUP(strmap_fini) struct strmap worker = STRMAP_INIT;
    struct rest_mount *mounts = xcalloc(1, sizeof(*mounts));
    struct rest_context *ctx = xcalloc(1, sizeof(*ctx));
    struct rest_peers *peers = rest_peers_new("us east", "us-west");
    struct rest_peers *strangers = rest_peers_new("x", "y");
    struct outcome o = {.calls = 0};
    struct rest_server *server;
    struct tern_error err;
    struct herder h;

    herder_init(&h);
    h.protocol = GROUP_SESSIONED;
    h.key = key;
    *ctx = (struct rest_context){.herder = &h};
    *mounts = (struct rest_mount){"us east", "us-west", ctx};
    gate_init(&o.gate);
    strmap_set(&worker, "listeners", "http://127.0.0.1:0");
    strmap_set(&worker, "admin.listeners", "nonsense, which dedicated mode does not read");
    ck_assert_ok(rest_server_open(
                     &(struct rest_conf){.worker = strmap_config(&worker), .is_dedicated = true},
                     &server, &err),
                 err);
    rest_server_publish(server, flow_tables, mounts, 1);
    rest_herder_peers.post_tasks(peers, rest_server_url(server), "a/b", "[{\"k\":\"v\"}]", 11,
                                 &signature, on_done, &o);
    await(&o, 1);
    ck_assert_msg(!o.failed, "%s", o.err.msg);
    ck_assert_int_eq(o.status, 204);
    rest_herder_peers.put_fence(peers, rest_server_url(server), "c", &signature, on_done, &o);
    await(&o, 2);
    ck_assert_msg(!o.failed, "%s", o.err.msg);
    rest_herder_peers.put_fence(peers, rest_server_url(server), "c", NULL, on_done, &o);
    await(&o, 3);
    ck_assert_int_eq(o.status, 400);
    rest_herder_peers.put_fence(strangers, rest_server_url(server), "c", &signature, on_done, &o);
    await(&o, 4);
    ck_assert_int_eq(o.status, 404);
    ck_assert_str_eq(o.err.msg, "No replication flow found for source 'x' and target 'y'");
    rest_peers_free(peers);
    rest_peers_free(strangers);
    rest_server_free(server);
    ck_assert_int_eq(h.asked, 2);
    ck_assert_str_eq(h.first_value, "v");
    session_key_free(key);
    herder_fini(&h);
    gate_fini(&o.gate);
}
END_TEST

/* A leader that accepts and is silent; what waits is answered when the peers end. */
START_TEST(peers_end_while_a_leader_is_silent)
{
    CLEANUP(rest_listeners_fini) struct rest_listeners silent = {.at = {0}};
    struct rest_peers *peers = rest_peers_new(NULL, NULL);
    struct outcome o = {.calls = 0};
    CLEANUP(freep) char *url = NULL;
    struct tern_error err;

    gate_init(&o.gate);
    ck_assert_ok(rest_listeners_parse("l", "http://127.0.0.1:0", false, &silent, &err), err);
    ck_assert_ok(rest_listener_bind(&silent.at.at[0], &err), err);
    url = xasprintf("http://127.0.0.1:%d/", silent.at.at[0].bound_port);
    for (int i = 0; i < 3; i++)
        rest_herder_peers.put_fence(peers, url, "x", NULL, on_done, &o);
    rest_peers_free(peers);
    ck_assert_int_eq(o.calls, 3);
    ck_assert(o.failed);
    gate_fini(&o.gate);
}
END_TEST

START_TEST(forwarding_has_a_deadline)
{
    CLEANUP(rest_listeners_fini) struct rest_listeners silent = {.at = {0}};
    CLEANUP(http_answer_fini) struct http_answer answer = HTTP_ANSWER_INIT;
    CLEANUP(freep) char *url = NULL;
    struct tern_error err;

    ck_assert_ok(rest_listeners_parse("l", "http://127.0.0.1:0", false, &silent, &err), err);
    ck_assert_ok(rest_listener_bind(&silent.at.at[0], &err), err);
    url = xasprintf("http://127.0.0.1:%d/", silent.at.at[0].bound_port);
    ck_assert_int_eq(
        http_call(
            &(struct http_call){.method = "GET", .url = url, .deadline_ms = clock_deadline_ms(100)},
            &answer, &err),
        -1);
    ck_assert_int_eq(err.code, TERN_ETIMEOUT);
}
END_TEST

/* Who must be known, and who not: connect-rest.md 2.8. */
START_TEST(credentials)
{
    static const struct {
        const char *method, *uri, *authorization;
        int status;
    } rows[] = {
        {"GET", "/health", NULL, 401},
        {"GET", "/health", "Basic YTpi", 200},
        {"GET", "/nope", NULL, 404},
        {"DELETE", "/health", NULL, 405},
        {"OPTIONS", "/health", NULL, 401},
        {"PUT", "/connectors/x/fence", NULL, 204},
        {"PUT", "/connectors/x/fence/", NULL, 204},
        {"GET", "/admin/loggers", NULL, 401},
    };
    char *folder = test_folder();
    CLEANUP(freep) char *path = xasprintf("%s/users", folder);
    struct rest_context ctx;
    struct basic_auth *auth;
    struct tern_error err;
    struct herder h;

    herder_init(&h);
    ctx.herder = &h;
    test_write_file(folder, "users", "a=b", 3);
    ck_assert_ok(basic_auth_load(path, &auth, &err), err);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(rest_reply_fini) struct rest_reply reply = REST_REPLY_INIT;
        const struct rest_mount mount = {NULL, NULL, &ctx};
        const struct rest_site site = {
            .tables = tables, .mounts = &mount, .mount_count = 1, .auth = auth};
        const char *const headers[] = {rows[i].authorization ? "Authorization" : "X",
                                       rows[i].authorization, NULL};
        struct rest_request req = {.method = rows[i].method,
                                   .uri = rows[i].uri,
                                   .deadline_ms = clock_deadline_ms(WAIT_MS),
                                   .header = header,
                                   .header_arg = headers};

        rest_dispatch(&site, &req, &reply);
        ck_assert_msg(reply.status == rows[i].status, "%zu: %d", i, reply.status);
        if (reply.status == 401)
            ck_assert_str_eq(buf_str(&reply.body), "User cannot access the resource.");
    }
    basic_auth_free(auth);
    test_folder_remove(folder);
    herder_fini(&h);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, health);
    test_add(suite, loggers);
    test_add_rows(suite, signed_tasks, COUNT_OF(signatures));
    test_add(suite, malformed_tasks);
    test_add(suite, elsewhere);
    test_add_rows(suite, forwarding, COUNT_OF(hops));
    test_add(suite, peers_of_a_worker);
    test_add(suite, signed_peers_of_a_flow);
    test_add(suite, peers_end_while_a_leader_is_silent);
    test_add(suite, forwarding_has_a_deadline);
    test_add(suite, credentials);
}

TEST_MAIN("internal", fill)
