/* SPDX-License-Identifier: Apache-2.0 */
/* The routes of plugins, over one connector and the converters that the worker has. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "rest/context.h"
#include "rest/reply.h"
#include "rest/request.h"
#include "rest/routes.h"
#include "tests/lib/testing.h"
#include "worker/herder/connector_validate.h"
#include "worker/herder/herder.h"

#define NAME "org.example.SomeSourceConnector"

/* ---- a connector, and the herder ---- */

static int start(const struct tern_host *host, const struct tern_config *config, void **ret_self,
                 struct tern_error *err)
{
    (void)host, (void)config, (void)ret_self;
    return tern_fail(err, TERN_EINTERNAL, "is never started");
}

static int tasks(void *self, int32_t max, tern_config_emit *emit, void *arg, struct tern_error *err)
{
    (void)self, (void)max, (void)emit, (void)arg;
    return tern_fail(err, TERN_EINTERNAL, "is never started");
}

static int poll_none(void *self, int64_t max_wait_ms, struct tern_source_batch **ret_batch,
                     struct tern_error *err)
{
    (void)self, (void)max_wait_ms, (void)ret_batch;
    return tern_fail(err, TERN_EINTERNAL, "is never started");
}

static void stop(void *self)
{
    (void)self;
}

static const char *const dependents[] = {"one", NULL};
static const struct tern_config_key keys[] = {
    {"one", TERN_INT, "7", TERN_LOW, TERN_UNBOUND, .doc = "One \"thing\"."},
    {"two", TERN_STRING, NULL, TERN_HIGH, TERN_UNBOUND, .doc = "Two.", .flags = TERN_REQUIRED,
     .group = "G", .order = 3, .width = TERN_WIDTH_LONG, .display_name = "Number two",
     .dependents = dependents},
    TERN_END,
};
static const struct tern_config_key *const tables[] = {keys, NULL};
static const struct tern_source_task_class task_class = {
    .size = sizeof(task_class), .name = "T", .start = start, .poll = poll_none, .stop = stop};
static const struct tern_connector_class class = {
    .size = sizeof(class),
    .name = NAME,
    .config_key_size = sizeof(struct tern_config_key),
    .config = tables,
    .source_task = &task_class,
    .start = start,
    .task_configs = tasks,
    .stop = stop,
};

static struct plugin_registry *plugins;

const struct plugin_registry *herder_plugins(const struct herder *h)
{
    (void)h;
    return plugins;
}

int herder_validate(struct herder *h, const struct tern_config *raw,
                    struct config_infos **ret_infos, char **ret_failure, struct tern_error *err)
{
    const struct tern_config none = {NULL, 0};
    const struct override_policy all = {.kind = OVERRIDE_ALL};
    const struct validate_worker worker = {
        .plugins = plugins, .config = &none, .policy = &all, .group_id = "g"};

    (void)h;
    return connector_validate(&worker, raw, ret_infos, ret_failure, err);
}

/* ---- asking ---- */

static bool no_level(enum tern_log_level level, const char *logger)
{
    (void)level, (void)logger;
    return false;
}

static void ask(const char *method, const char *uri, const char *body, struct rest_reply *reply)
{
    static const struct tern_connector_class *const classes[] = {&class, NULL};
    static const struct rest_route *const all[] = {rest_routes_plugins, NULL};
    const struct rest_scope scope = {.tables = all};
    struct rest_context ctx = {NULL, NULL};
    CLEANUP(url_query_fini) struct url_query query = {0};
    CLEANUP(rest_path_fini) struct rest_path path = {0};
    struct rest_request req = {.method = method, .uri = uri, .path = &path, .query = &query};
    struct rest_match match;
    struct tern_error err;

    log_set_sink(NULL, no_level);
    plugins = plugin_registry_of(classes);
    req.body = (struct slice){(const uint8_t *)body, body ? strlen(body) : 0};
    ck_assert_ok(rest_path_parse(uri, &path, &err), err);
    url_query_parse(&query, strchr(uri, '?') ? strchr(uri, '?') + 1 : "");
    rest_router_find(&scope, method, &path, &match);
    ck_assert_ptr_nonnull(match.route);
    req.route = match.route;
    match.route->run(&ctx, &req, reply);
    plugin_registry_free(plugins);
}

#define CONFIG   "/connector-plugins/SomeSource/config"
#define VALIDATE CONFIG "/validate"
#define BAD      "org.apache.kafka.connect.runtime.rest.errors.BadRequestException: "

static const struct {
    const char *method, *uri, *body;
    int status;
    const char *has;   /* a part of the answer */
    const char *lacks; /* NULL: nothing */
} cases[] = {
    {"GET", "/connector-plugins", NULL, 200, "[{\"class\":\"" NAME "\",\"type\":\"source\"}]",
     "version"},
    {"GET", "/connector-plugins?connectorsOnly=false", NULL, 200,
     "{\"class\":\"org.apache.kafka.connect.converters.ByteArrayConverter\","
     "\"type\":\"header_converter\",\"version\":\"4.3.1\"}",
     "ConfigProvider"},
    {"GET", CONFIG, NULL, 200,
     "[{\"name\":\"one\",\"type\":\"INT\",\"required\":false,\"default_value\":\"7\","
     "\"importance\":\"LOW\",\"documentation\":\"One \\\"thing\\\".\",\"group\":null,"
     "\"order_in_group\":-1,\"width\":\"NONE\",\"display_name\":\"one\",\"dependents\":[]},"
     "{\"name\":\"two\",\"type\":\"STRING\",\"required\":true,\"default_value\":null,"
     "\"importance\":\"HIGH\",\"documentation\":\"Two.\",\"group\":\"G\",\"order_in_group\":3,"
     "\"width\":\"LONG\",\"display_name\":\"Number two\",\"dependents\":[\"one\"]},"
     "{\"name\":\"name\",",
     NULL},
    {"GET", CONFIG "?version=latest", NULL, 200, "\"two\"", NULL},
    {"GET", CONFIG "?version=undefined", NULL, 200, "\"two\"", NULL},
    {"GET", CONFIG "?version=9", NULL, 400,
     "Plugin " NAME " not found that matches the version range [9,9], available versions: "
     "[undefined]",
     NULL},
    {"GET", CONFIG "?version=[1", NULL, 400, "Invalid version specification: [1", NULL},
    {"GET", "/connector-plugins/nope/config", NULL, 404, "Unknown plugin nope.", NULL},
    {"GET", "/connector-plugins/FileConfigProvider/config", NULL, 400,
     "Invalid plugin class FileConfigProvider. Valid types are sink, source, converter, ", NULL},
    {"GET", "/connector-plugins/Simple/config", NULL, 200, "[]", NULL},
    {"PUT", VALIDATE, "{\"connector.class\":\"SomeSource\",\"name\":\"n\",\"two\":\"x\"}", 200,
     "{\"name\":\"SomeSource\",\"error_count\":0,\"groups\":[\"Common\",", NULL},
    {"PUT", VALIDATE, "{\"connector.class\":\"SomeSource\",\"tasks.max\":1.5}", 200,
     "\"error_count\":4,", NULL},
    {"PUT", VALIDATE, "{\"connector.class\":\"SomeSource\",\"zz\":null}", 200,
     "\"configs\":[{\"definition\":null,\"value\":{\"name\":\"zz\",\"value\":null,"
     "\"recommended_values\":[],\"errors\":[\"Null value can not be supplied as the configuration "
     "value.\"],\"visible\":true}},",
     NULL},
    {"PUT", "/connector-plugins/Source/config/validate", "{\"connector.class\":\"SomeSource\"}",
     200, "\"error_count\":2", NULL},
    {"PUT", "/connector-plugins/Other/config/validate", "{\"connector.class\":\"SomeSource\"}", 400,
     "Included connector type SomeSource does not match request type Other", NULL},
    {"PUT", "/connector-plugins/Connector/config/validate",
     "{\"connector.class\":\"SomeSourceConnector\"}", 400,
     "Included connector type SomeSourceConnector does not match request type Connector", NULL},
    {"PUT", VALIDATE, "{}", 500, BAD "Connector config {} contains no connector type", NULL},
    {"PUT", "/connector-plugins/nope/config/validate", "{\"connector.class\":\"nope\"}", 500,
     BAD "Failed to find any class that implements Connector and which name matches nope, ", NULL},
    {"PUT", VALIDATE, "{\"connector.class\":\"SomeSource\",\"producer.override.linger.ms\":\"x\"}",
     500,
     "org.apache.kafka.common.config.ConfigException: Invalid value x for configuration linger.ms: "
     "Not a number of type LONG",
     NULL},
    {"PUT", VALIDATE, "", 500, "\"error_code\":500", NULL},
    {"PUT", VALIDATE, "[]", 500, "\"error_code\":500", NULL},
    {"PUT", VALIDATE, "{\"a\":{}}", 500, "\"error_code\":500", NULL},
};

START_TEST(answers)
{
    CLEANUP(rest_reply_fini) struct rest_reply reply = REST_REPLY_INIT;
    const char *text;

    ask(cases[_i].method, cases[_i].uri, cases[_i].body, &reply);
    text = buf_str(&reply.body);
    ck_assert_msg(reply.status == cases[_i].status, "%s: %d %s", cases[_i].uri, reply.status, text);
    ck_assert_msg(strstr(text, cases[_i].has), "%s: %s", cases[_i].uri, text);
    ck_assert_msg(!cases[_i].lacks || !strstr(text, cases[_i].lacks), "%s: %s", cases[_i].uri,
                  text);
}
END_TEST

static void route_plugins_suite(Suite *suite)
{
    test_add_rows(suite, answers, sizeof(cases) / sizeof(cases[0]));
}

TEST_MAIN("route_plugins", route_plugins_suite)
