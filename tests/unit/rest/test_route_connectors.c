/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The routes of connectors, their states and offsets, over a herder that notes what it is asked and
 * answers as it is told.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/xmem.h"
#include "rest/context.h"
#include "rest/reply.h"
#include "rest/request.h"
#include "rest/routes.h"
#include "tests/lib/testing.h"
#include "worker/herder/herder.h"
#include "worker/store/config_replay.h"

/* ---- the herder ---- */

static struct {
    char asked[4096];     /* what was asked of it, one after the other */
    enum tern_code fails; /* 0: nothing does */
    int overtaken;        /* so many puts find something else than expected */
    bool exists;
    const char *refusal;
    struct config_ref *worker;
} fake;

static void note(const char *fmt, ...) PRINTF_LIKE(1, 2);
static void note(const char *fmt, ...)
{
    size_t len = strlen(fake.asked);
    va_list args;

    va_start(args, fmt);
    vsnprintf(fake.asked + len, sizeof(fake.asked) - len, fmt, args);
    va_end(args);
}

static int outcome(struct tern_error *err)
{
    return fake.fails ? tern_fail(err, fake.fails, "it failed") : 0;
}

static struct config_ref *a_config(void)
{
    struct strmap map = STRMAP_INIT;

    strmap_set(&map, "k", "1.50");
    strmap_set(&map, "n", NULL);
    return config_ref_new(&map);
}

static void an_info(struct herder_connector_info *info)
{
    *info = (struct herder_connector_info){xstrdup("c\"1"), a_config(), 2, "source"};
}

static struct status a_status(enum run_state state)
{
    return (struct status){.state = state,
                           .worker_id = xstrdup("w:1"),
                           .version = state == RUN_PAUSED ? NULL : xstrdup("7"),
                           .trace = state == RUN_FAILED ? xstrdup("bad\n\tat x") : NULL};
}

static struct herder_connector_status a_state(void)
{
    struct herder_connector_status s = {a_status(RUN_RUNNING), "source",
                                        xcalloc(2, sizeof(*s.tasks)), 2};

    s.tasks[0] = (struct herder_task_status){0, a_status(RUN_FAILED)};
    s.tasks[1] = (struct herder_task_status){1, a_status(RUN_PAUSED)};
    return s;
}

void herder_connector_info_fini(struct herder_connector_info *info)
{
    free(info->name);
    config_ref_unref(info->config);
}

void herder_connector_status_fini(struct herder_connector_status *status)
{
    for (size_t i = 0; i < status->task_count; i++)
        status_fini(&status->tasks[i].status);
    free(status->tasks);
    status_fini(&status->connector);
}

void herder_offsets_fini(struct herder_offsets *offsets)
{
    for (size_t i = 0; i < offsets->count; i++) {
        free(offsets->at[i].partition);
        free(offsets->at[i].offset);
    }
    free(offsets->at);
}

void status_fini(struct status *status)
{
    free((char *)status->worker_id);
    free((char *)status->version);
    free((char *)status->trace);
}

const char *run_state_name(enum run_state state)
{
    return state == RUN_FAILED ? "FAILED" : state == RUN_PAUSED ? "PAUSED" : "RUNNING";
}

/* Connectors a and b. */
const struct cluster_state *herder_snapshot(struct herder *h)
{
    struct config_replay *r = config_replay_new();
    const struct cluster_state *s;

    (void)h;
    for (int i = 0; i < 2; i++) {
        CLEANUP(config_record_fini) struct config_record record = CONFIG_RECORD_INIT;

        config_record_parse(slice_str(i ? "connector-b" : "connector-a"),
                            slice_str("{\"properties\":{\"k\":\"v\"}}"), &record);
        config_replay_apply(r, &record, i);
    }
    s = config_replay_snapshot(r);
    config_replay_free(r);
    return s;
}

int herder_connector_status(struct herder *h, const char *name,
                            struct herder_connector_status *ret_status, struct tern_error *err)
{
    (void)h;
    if (strcmp(name, "b") == 0)
        return tern_fail(err, TERN_ENOTFOUND, "No status found for connector %s", name);
    *ret_status = a_state();
    return 0;
}

void herder_info_of(struct herder *h, const struct connector_state *connector,
                    struct herder_connector_info *ret_info)
{
    (void)h;
    *ret_info = (struct herder_connector_info){xstrdup(connector->name),
                                               config_ref_ref(connector->config), 0, "unknown"};
}

int herder_connector_info(struct herder *h, const char *name, struct herder_ask *ask,
                          struct herder_connector_info *ret_info, struct tern_error *err)
{
    (void)h;
    (void)ask;
    note("info %s;", name);
    if (outcome(err) < 0)
        return -1;
    an_info(ret_info);
    return 0;
}

int herder_task_configs(struct herder *h, const char *name, struct herder_ask *ask,
                        struct task_configs *ret_configs, struct tern_error *err)
{
    (void)h;
    (void)ask;
    note("tasks %s;", name);
    if (outcome(err) < 0)
        return -1;
    ret_configs->at = xcalloc(2, sizeof(struct config_ref *));
    ret_configs->at[0] = a_config();
    ret_configs->at[1] = a_config();
    ret_configs->count = 2;
    return 0;
}

int herder_check_config(struct herder *h, const struct tern_config *raw, char **ret_refusal,
                        struct tern_error *err)
{
    (void)h;
    (void)err;
    note("check %zu;", raw->count);
    *ret_refusal = fake.refusal ? xstrdup(fake.refusal) : NULL;
    return 0;
}

int herder_put_connector(struct herder *h, const struct herder_put *put, struct herder_ask *ask,
                         struct herder_connector_info *ret_info, bool *ret_created,
                         struct tern_error *err)
{
    (void)h;
    (void)ask;
    note("put %s%s%s", put->name, put->may_replace ? " or replace" : "",
         put->expected ? " expecting" : "");
    if (put->target)
        note(" %s", target_state_name(*put->target));
    for (size_t i = 0; i < put->config->count; i++)
        note(" %s=%s", put->config->entries[i].key,
             put->config->entries[i].value ? put->config->entries[i].value : "null");
    note(";");
    if (fake.overtaken > 0) {
        fake.overtaken--;
        return tern_fail(err, TERN_ERETRIABLE, "overtaken");
    }
    if (outcome(err) < 0)
        return -1;
    an_info(ret_info);
    if (ret_created)
        *ret_created = !fake.exists;
    return 0;
}

int herder_stored_config(struct herder *h, const char *name, struct herder_ask *ask,
                         struct config_ref **ret_config, struct tern_error *err)
{
    (void)h;
    (void)ask;
    note("stored %s;", name);
    if (outcome(err) < 0)
        return -1;
    *ret_config = a_config();
    return 0;
}

int herder_delete_connector(struct herder *h, const char *name, struct herder_ask *ask,
                            struct tern_error *err)
{
    (void)h;
    (void)ask;
    note("delete %s;", name);
    return outcome(err);
}

int herder_set_target(struct herder *h, const char *name, enum target_state target,
                      struct herder_ask *ask, struct tern_error *err)
{
    (void)h;
    (void)ask;
    note("%s %s;", target_state_name(target), name);
    return outcome(err);
}

int herder_restart_connector(struct herder *h, const char *name, struct herder_ask *ask,
                             struct tern_error *err)
{
    (void)h;
    (void)ask;
    note("restart %s;", name);
    return outcome(err);
}

int herder_restart_task(struct herder *h, const char *connector, int32_t task,
                        struct herder_ask *ask, struct tern_error *err)
{
    (void)h;
    (void)ask;
    note("restart %s task %d;", connector, (int)task);
    return outcome(err);
}

int herder_request_restart(struct herder *h, const struct restart_request *request,
                           struct herder_ask *ask, struct herder_connector_status *ret_status,
                           struct tern_error *err)
{
    (void)h;
    (void)ask;
    note("request %s %d %d;", request->connector, request->include_tasks, request->only_failed);
    if (outcome(err) < 0)
        return -1;
    *ret_status = a_state();
    return 0;
}

int herder_task_status(struct herder *h, const char *connector, int32_t task,
                       struct status *ret_status, struct tern_error *err)
{
    (void)h;
    note("status %s task %d;", connector, (int)task);
    if (outcome(err) < 0)
        return -1;
    *ret_status = a_status(RUN_FAILED);
    return 0;
}

struct config_ref *herder_worker_config(const struct herder *h)
{
    (void)h;
    return fake.worker;
}

size_t herder_topics(struct herder *h, const char *connector, char ***ret_topics)
{
    (void)h;
    note("topics %s;", connector);
    *ret_topics = xcalloc(2, sizeof(char *));
    (*ret_topics)[0] = xstrdup("t1");
    (*ret_topics)[1] = xstrdup("t2");
    return 2;
}

void herder_reset_topics(struct herder *h, const char *connector)
{
    (void)h;
    note("reset topics %s;", connector);
}

int herder_offsets(struct herder *h, const char *name, struct herder_ask *ask,
                   struct herder_offsets *ret_offsets, struct tern_error *err)
{
    (void)h;
    (void)ask;
    note("offsets %s;", name);
    if (outcome(err) < 0)
        return -1;
    ret_offsets->at = xcalloc(1, sizeof(*ret_offsets->at));
    ret_offsets->at[0] = (struct herder_offset){xstrdup("{\"p\":1}"), xstrdup("{\"o\":2}")};
    ret_offsets->count = 1;
    return 0;
}

int herder_alter_offsets(struct herder *h, const char *name,
                         const struct tern_offset_change *changes, size_t count,
                         struct herder_ask *ask, const char **ret_message, struct tern_error *err)
{
    (void)h;
    (void)ask;
    note("alter %s", name);
    for (size_t i = 0; i < count; i++)
        note(" %s=%s", changes[i].partition ? changes[i].partition : "null",
             changes[i].offset ? changes[i].offset : "null");
    note(";");
    *ret_message = "altered";
    return outcome(err);
}

int herder_reset_offsets(struct herder *h, const char *name, struct herder_ask *ask,
                         const char **ret_message, struct tern_error *err)
{
    (void)h;
    (void)ask;
    note("reset %s;", name);
    *ret_message = "reset";
    return outcome(err);
}

/* ---- asking ---- */

static const struct rest_route *const tables[] = {rest_routes_connectors, rest_routes_states,
                                                  rest_routes_offsets, NULL};

static const char *header(const void *arg, const char *name)
{
    (void)arg;
    return strcasecmp(name, "Host") == 0 ? "h:8083" : NULL;
}

static void ask(const char *method, const char *uri, const char *body, struct rest_reply *reply)
{
    const struct rest_scope scope = {.tables = tables};
    const char *mark = strchr(uri, '?');
    struct rest_context ctx = {0};
    struct rest_path path = {0};
    struct url_query query = {0};
    struct rest_match match;
    struct tern_error err;
    struct rest_request req = {.method = method,
                               .uri = uri,
                               .body = slice_str(body),
                               .deadline_ms = INT64_MAX,
                               .path = &path,
                               .query = &query,
                               .scheme = "http",
                               .header = header};
    const char *task;

    ck_assert_ok(rest_path_parse(uri, &path, &err), err);
    url_query_parse(&query, mark ? mark + 1 : "");
    rest_router_find(&scope, method, &path, &match);
    ck_assert_msg(match.route != NULL, "%s %s", method, uri);
    req.route = match.route;
    task = rest_router_parameter(match.route, &path, 0, "task");
    req.task = task ? (int32_t)strtol(task, NULL, 10) : 0;
    match.route->run(&ctx, &req, reply);
    rest_path_fini(&path);
    url_query_fini(&query);
}

#define INFO                                                                                            \
    "{\"name\":\"c\\\"1\",\"config\":{\"k\":\"1.50\",\"n\":null},\"tasks\":[{\"connector\":\"c\\\"1\"," \
    "\"task\":0},{\"connector\":\"c\\\"1\",\"task\":1}],\"type\":\"source\"}"
#define STATE(name)                                                                       \
    "{\"name\":\"" name "\",\"connector\":{\"state\":\"RUNNING\",\"worker_id\":\"w:1\","  \
    "\"version\":\"7\"},\"tasks\":[{\"id\":0,\"state\":\"FAILED\",\"worker_id\":\"w:1\"," \
    "\"version\":\"7\",\"trace\":\"bad\\n\\tat x\"},{\"id\":1,\"state\":\"PAUSED\","      \
    "\"worker_id\":\"w:1\",\"version\":null}],\"type\":\"source\"}"

struct route_case {
    const char *method, *uri, *body;
    enum tern_code fails;
    bool exists;
    const char *refusal;
    int status;
    const char *asked;  /* NULL: does not matter */
    const char *answer; /* NULL: does not matter */
    const char *location;
};

static const struct route_case route_cases[] = {
    {"GET", "/connectors", NULL, 0, false, NULL, 200, "", "[\"a\",\"b\"]", NULL},
    {"GET", "/connectors?expand", NULL, 0, false, NULL, 200, "", "{\"a\":{},\"b\":{}}", NULL},
    {"GET", "/connectors?expand=info,status", NULL, 0, false, NULL, 200, "", "{\"a\":{},\"b\":{}}",
     NULL},
    {"GET", "/connectors?expand=status&expand=info", NULL, 0, false, NULL, 200, "",
     "{\"a\":{\"status\":" STATE(
         "a") ",\"info\":{\"name\":\"a\",\"config\":{\"k\":\"v\"},\"tasks\":[],"
              "\"type\":\"unknown\"}}}",
     NULL},
    {"POST", "/connectors", "{\"name\":\" x \",\"config\":{\"tasks.max\":1.50}}", 0, false, NULL,
     201, "check 2;put x name=x tasks.max=1.50;", INFO, "http://h:8083/connectors/x"},
    {"POST", "/connectors", "{\"config\":{\"name\":\"\"},\"initial_state\":\"stopped\"}", 0, false,
     NULL, 201, "check 1;put  STOPPED name=;", INFO, "http://h:8083/connectors/"},
    {"POST", "/connectors", "{\"name\":\"a\",\"config\":{\"name\":\"b\"}}", 0, false, NULL, 400, "",
     "{\"error_code\":400,\"message\":\"Connector name configuration (b) doesn't match connector "
     "name in the URL (a)\"}",
     NULL},
    {"POST", "/connectors", "{\"name\":\"a\",\"config\":{\"name\":null}}", 0, false, "all wrong",
     400, "check 1;", "{\"error_code\":400,\"message\":\"all wrong\"}", NULL},
    {"POST", "/connectors", "{\"name\":\"a\"}", 0, false, NULL, 500, "", NULL, NULL},
    {"POST", "/connectors", "{\"name\":\"a\",\"config\":{},\"initial_state\":\"\"}", 0, false, NULL,
     500, "", NULL, NULL},
    {"POST", "/connectors", "{\"name\":\"a\",\"config\":{},\"bogus\":1}", 0, false, NULL, 500, "",
     NULL, NULL},
    {"POST", "/connectors", "null", 0, false, NULL, 500, "", NULL, NULL},
    {"POST", "/connectors", "", 0, false, NULL, 500, "", NULL, NULL},
    {"POST", "/connectors", "{\"name\":\"a\",\"config\":{\"k\":{}}}", 0, false, NULL, 500, "", NULL,
     NULL},
    {"POST", "/connectors", "{\"name\":\"a\",\"config\":{}}", TERN_ECONFLICT, false, NULL, 409,
     "check 1;put a name=a;", "{\"error_code\":409,\"message\":\"it failed\"}", NULL},
    {"GET", "/connectors/c", NULL, 0, false, NULL, 200, "info c;", INFO, NULL},
    {"GET", "/connectors/c%2Fd", NULL, TERN_ENOTFOUND, false, NULL, 404, "info c/d;",
     "{\"error_code\":404,\"message\":\"it failed\"}", NULL},
    {"GET", "/connectors/c/config", NULL, 0, false, NULL, 200, "info c;",
     "{\"k\":\"1.50\",\"n\":null}", NULL},
    {"PUT", "/connectors/c/config", "{\"k\":true}", 0, true, NULL, 200,
     "check 2;put c or replace k=true name=c;", INFO, NULL},
    {"PUT", "/connectors/c/config", "{\"k\":null}", 0, false, NULL, 201,
     "check 2;put c or replace k=null name=c;", INFO, "http://h:8083/connectors/c"},
    {"PUT", "/connectors/c/config", "[]", 0, true, NULL, 500, "", NULL, NULL},
    {"PATCH", "/connectors/c/config", "{\"k\":null,\"x\":1,\"name\":\"other\"}", 0, true, NULL, 200,
     "stored c;check 3;put c or replace expecting n=null name=other x=1;", INFO, NULL},
    {"PATCH", "/connectors/c/config", "{}", TERN_ENOTFOUND, true, NULL, 404, "stored c;", NULL,
     NULL},
    {"DELETE", "/connectors/c", NULL, 0, true, NULL, 204, "delete c;", "", NULL},
    {"GET", "/connectors/c/tasks", NULL, 0, true, NULL, 200, "tasks c;",
     "[{\"id\":{\"connector\":\"c\",\"task\":0},\"config\":{\"k\":\"1.50\",\"n\":null}},"
     "{\"id\":{\"connector\":\"c\",\"task\":1},\"config\":{\"k\":\"1.50\",\"n\":null}}]",
     NULL},
    {"GET", "/connectors/c/status", NULL, 0, true, NULL, 200, "", STATE("c"), NULL},
    {"GET", "/connectors/b/status", NULL, 0, true, NULL, 404, "", NULL, NULL},
    {"GET", "/connectors/c/tasks/3/status", NULL, 0, true, NULL, 200, "status c task 3;",
     "{\"id\":3,\"state\":\"FAILED\",\"worker_id\":\"w:1\",\"version\":\"7\",\"trace\":\"bad\\n\\tat "
     "x\"}",
     NULL},
    {"POST", "/connectors/c/restart", NULL, 0, true, NULL, 204, "restart c;", "", NULL},
    {"POST", "/connectors/c/restart?includeTasks=TRUE&onlyFailed=yes", NULL, 0, true, NULL, 202,
     "request c 1 0;", STATE("c"), NULL},
    {"POST", "/connectors/c/restart?onlyFailed=true", NULL, TERN_ENOTFOUND, true, NULL, 404,
     "request c 0 1;", NULL, NULL},
    {"POST", "/connectors/c/tasks/2/restart", NULL, 0, true, NULL, 204, "restart c task 2;", "",
     NULL},
    {"PUT", "/connectors/c/pause", NULL, 0, true, NULL, 202, "PAUSED c;", "", NULL},
    {"PUT", "/connectors/c/resume", NULL, 0, true, NULL, 202, "STARTED c;", "", NULL},
    {"PUT", "/connectors/c/stop", NULL, 0, true, NULL, 204, "STOPPED c;", "", NULL},
    {"PUT", "/connectors/c/stop", NULL, TERN_EINTERNAL, true, NULL, 500, "STOPPED c;", NULL, NULL},
    {"GET", "/connectors/c/topics", NULL, 0, true, NULL, 200, "topics c;",
     "{\"c\":{\"topics\":[\"t1\",\"t2\"]}}", NULL},
    {"PUT", "/connectors/c/topics/reset", NULL, 0, true, NULL, 202, "reset topics c;", "", NULL},
    {"GET", "/connectors/c/offsets", NULL, 0, true, NULL, 200, "offsets c;",
     "{\"offsets\":[{\"partition\":{\"p\":1},\"offset\":{\"o\":2}}]}", NULL},
    {"PATCH", "/connectors/c/offsets",
     "{\"offsets\":[{\"partition\":{\"p\": 1},\"offset\":{\"o\":2.0}},{\"partition\":{\"p\":\"x\"}},"
     "{\"offset\":null}]}",
     0, true, NULL, 200, "alter c {\"p\":1}={\"o\":2.0} {\"p\":\"x\"}=null null=null;",
     "{\"message\":\"altered\"}", NULL},
    {"PATCH", "/connectors/c/offsets", "{\"offsets\":[]}", 0, true, NULL, 400, "",
     "{\"error_code\":400,\"message\":\"Partitions / offsets need to be provided for an alter "
     "offsets request\"}",
     NULL},
    {"PATCH", "/connectors/c/offsets", "{}", 0, true, NULL, 400, "", NULL, NULL},
    {"PATCH", "/connectors/c/offsets", "null", 0, true, NULL, 500, "", NULL, NULL},
    {"PATCH", "/connectors/c/offsets", "{\"offsets\":[{\"bogus\":1}]}", 0, true, NULL, 500, "",
     NULL, NULL},
    {"PATCH", "/connectors/c/offsets", "{\"offsets\":[{\"partition\":3}]}", 0, true, NULL, 500, "",
     NULL, NULL},
    {"PATCH", "/connectors/c/offsets", "{\"offsets\":[{\"partition\":{}}]}", TERN_EINVALID, true,
     NULL, 400, "alter c {}=null;", NULL, NULL},
    {"DELETE", "/connectors/c/offsets", NULL, 0, true, NULL, 200, "reset c;",
     "{\"message\":\"reset\"}", NULL},
};

static void begin(void)
{
    struct strmap map = STRMAP_INIT;

    memset(&fake, 0, sizeof(fake));
    fake.worker = config_ref_new(&map);
}

START_TEST(routes)
{
    const struct route_case *c = &route_cases[_i];
    CLEANUP(rest_reply_fini) struct rest_reply reply = REST_REPLY_INIT;
    const char *location;

    begin();
    fake.fails = c->fails;
    fake.exists = c->exists;
    fake.refusal = c->refusal;
    ask(c->method, c->uri, c->body, &reply);
    ck_assert_msg(reply.status == c->status, "%s %s: %d %s", c->method, c->uri, reply.status,
                  buf_str(&reply.body));
    if (c->asked)
        ck_assert_str_eq(fake.asked, c->asked);
    if (c->answer)
        ck_assert_str_eq(buf_str(&reply.body), c->answer);
    location = rest_reply_header(&reply, "Location");
    ck_assert_pstr_eq(location, c->location);
    config_ref_unref(fake.worker);
}
END_TEST

START_TEST(a_patch_that_is_overtaken)
{
    CLEANUP(rest_reply_fini) struct rest_reply reply = REST_REPLY_INIT;

    begin();
    fake.exists = true;
    fake.overtaken = 2;
    ask("PATCH", "/connectors/c/config", "{\"x\":\"1\"}", &reply);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_str_eq(fake.asked, "stored c;check 3;put c or replace expecting k=1.50 n=null x=1;"
                                 "stored c;check 3;put c or replace expecting k=1.50 n=null x=1;"
                                 "stored c;check 3;put c or replace expecting k=1.50 n=null x=1;");
    config_ref_unref(fake.worker);
}
END_TEST

START_TEST(topics_that_are_not_tracked)
{
    CLEANUP(rest_reply_fini) struct rest_reply reply = REST_REPLY_INIT;
    struct strmap map = STRMAP_INIT;

    begin();
    config_ref_unref(fake.worker);
    strmap_set(&map, "topic.tracking.allow.reset", "FALSE");
    fake.worker = config_ref_new(&map);
    ask("PUT", "/connectors/c/topics/reset", NULL, &reply);
    ck_assert_int_eq(reply.status, 403);
    ck_assert_ptr_nonnull(strstr(buf_str(&reply.body), "Topic tracking reset is disabled."));
    config_ref_unref(fake.worker);
    strmap_set(&map, "topic.tracking.enable", "false");
    fake.worker = config_ref_new(&map);
    ask("GET", "/connectors/c/topics", NULL, &reply);
    ck_assert_int_eq(reply.status, 403);
    ck_assert_ptr_nonnull(strstr(buf_str(&reply.body), "Topic tracking is disabled."));
    ck_assert_str_eq(fake.asked, "");
    config_ref_unref(fake.worker);
}
END_TEST

static void route_suite(Suite *s)
{
    test_add_rows(s, routes, COUNT_OF(route_cases));
    test_add(s, a_patch_that_is_overtaken);
    test_add(s, topics_that_are_not_tracked);
}

TEST_MAIN("route_connectors", route_suite)
