/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route_loggers - /admin/loggers: log levels, of this worker or of all. Peer: LoggingResource,
 * Loggers. Difference: levels are in force by the text that a name starts with at any time, also
 * for loggers that come later.
 */
#include <string.h>
#include <strings.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "rest/context.h"
#include "rest/reply.h"
#include "rest/request.h"
#include "rest/routes.h"
#include "worker/herder/herder.h"

static json_t *level_json(const char *level, int64_t changed_ms)
{
    return json_pack("{s:s, s:o}", "level", level, "last_modified",
                     changed_ms ? json_integer(changed_ms) : json_null());
}

static void add_logger(void *arg, const char *logger, const char *level, int64_t changed_ms)
{
    if (strcmp(level, "OFF") != 0)
        json_object_set_new(arg, logger, level_json(level, changed_ms));
}

static void get_loggers(struct rest_context *ctx, const struct rest_request *req,
                        struct rest_reply *reply)
{
    json_t *all = json_object();

    (void)ctx;
    (void)req;
    log_each_logger(add_logger, all);
    rest_reply_json(reply, 200, all);
}

struct wanted {
    const char *name;
    json_t *found;
};

static void find_logger(void *arg, const char *logger, const char *level, int64_t changed_ms)
{
    struct wanted *wanted = arg;

    if (strcmp(logger, wanted->name) == 0)
        wanted->found = level_json(level, changed_ms);
}

static void get_logger(struct rest_context *ctx, const struct rest_request *req,
                       struct rest_reply *reply)
{
    const char *name = rest_request_parameter(req, "logger");
    struct wanted wanted = {strcasecmp(name, "root") == 0 ? "root" : name, NULL};

    (void)ctx;
    log_each_logger(find_logger, &wanted);
    if (wanted.found)
        rest_reply_json(reply, 200, wanted.found);
    else
        rest_reply_error(reply, 404, "Logger %s not found.", name); /* peer text */
}

static void add_name(void *arg, const char *logger)
{
    json_array_append_new(arg, json_string(logger));
}

static bool is_level(const char *text)
{
    enum tern_log_level level;

    return strcasecmp(text, "ALL") == 0 || log_parse_level(text, &level);
}

static void change_all(struct rest_context *ctx, const char *name, const char *level,
                       struct rest_reply *reply)
{
    struct tern_error err;

    if (herder_put_logger(ctx->herder, name, level, &err) < 0)
        rest_reply_fail(reply, &err);
    else
        rest_reply_empty(reply, 204);
}

static void put_logger(struct rest_context *ctx, const struct rest_request *req,
                       struct rest_reply *reply)
{
    CLEANUP(strmap_fini) struct strmap body = STRMAP_INIT;
    const char *name = rest_request_parameter(req, "logger");
    const char *scope = rest_request_query(req, "scope"), *level;
    json_t *changed;

    if (rest_request_map(req, reply, &body) < 0)
        return;
    level = strmap_get(&body, "level");
    if (!level) {
        rest_reply_error(reply, 400, /* peer text */
                         "Desired 'level' parameter was not specified in request.");
    } else if (!level[0]) {
        rest_reply_error(reply, 500, "Illegal null or empty Level name."); /* peer text */
    } else if (!is_level(level)) {
        rest_reply_error(reply, 404, "invalid log level '%s'.", level); /* peer text */
    } else if (scope && strcasecmp(scope, "cluster") == 0) {
        change_all(ctx, name, level, reply);
    } else {
        changed = json_array();
        log_change_level(name, level, clock_wall_ms(), add_name, changed);
        rest_reply_json(reply, 200, changed);
    }
}

const struct rest_route rest_routes_loggers[] = {
    {"GET", "/admin/loggers", get_loggers, REST_ADMIN, "All loggers and their levels.", NULL, NULL,
     "200 Loggers"},
    {"GET", "/admin/loggers/{logger}", get_logger, REST_ADMIN, "The level of a logger.", NULL, NULL,
     "200 LoggerLevel, 404 Error"},
    {"PUT", "/admin/loggers/{logger}", put_logger, REST_ADMIN | REST_READS_BODY,
     "Sets the level of a logger and of all below it: of this worker (scope=worker), or of all.",
     "scope", "SetLoggerLevel", "200 LoggerNames, 204, 400 Error, 404 Error"},
    {.method = NULL},
};
