/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/cors.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"
#include "lib/conf/regex.h"
#include "rest/reply.h"

enum {
    MAX_METHODS_BYTES = 64 * 1024,
};

struct cors {
    bool any;
    struct regex **origins;
    size_t count;
    char *methods; /* "GET,POST" */
};

void cors_free(struct cors *cors)
{
    if (!cors)
        return;
    for (size_t i = 0; i < cors->count; i++)
        regex_free(cors->origins[i]);
    free(cors->origins);
    free(cors->methods);
    free(cors);
}

static void cors_freep(struct cors **cors)
{
    cors_free(*cors);
}

static int add_origins(struct cors *cors, const struct config_value *list, struct tern_error *err)
{
    cors->origins = xcalloc(list->count + 1, sizeof(struct regex *));
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i], "*") == 0)
            cors->any = true;
        else if (!list->items[i][0])
            continue;
        else if (regex_compile(list->items[i], &cors->origins[cors->count], err) < 0)
            return tern_context(err, "access.control.allow.origin");
        else
            cors->count++;
    }
    return 0;
}

/* The methods without blanks; those that the peer falls back to when none are given. */
static int add_methods(struct cors *cors, const char *methods, struct tern_error *err)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(MAX_METHODS_BYTES);
    CLEANUP(config_value_fini) struct config_value list = CONFIG_VALUE_INIT;

    if (config_value_parse("access.control.allow.methods", TERN_LIST, methods, &list, err) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++)
        buf_add_fmt(&out, "%s%s", out.len ? "," : "", list.items[i]);
    cors->methods = out.len ? buf_take_str(&out) : xstrdup("GET,POST,HEAD");
    return 0;
}

int cors_new(const char *origins, const char *methods, struct cors **ret_cors,
             struct tern_error *err)
{
    CLEANUP(config_value_fini) struct config_value list = CONFIG_VALUE_INIT;
    CLEANUP(cors_freep) struct cors *cors = NULL;

    if (config_value_parse("access.control.allow.origin", TERN_LIST, origins, &list, err) < 0)
        return -1;
    if (list.is_null || list.count == 0) {
        *ret_cors = NULL;
        return 0;
    }
    cors = xcalloc(1, sizeof(*cors));
    if (add_origins(cors, &list, err) < 0 || add_methods(cors, methods, err) < 0)
        return -1;
    *ret_cors = TAKE(cors);
    return 0;
}

static bool is_allowed(const struct cors *cors, const char *origin)
{
    if (cors->any)
        return true;
    for (size_t i = 0; i < cors->count; i++) {
        if (regex_matches(cors->origins[i], origin))
            return true;
    }
    return false;
}

void cors_apply(const struct cors *cors, const char *method, const char *origin,
                const char *requested_method, struct rest_reply *reply)
{
    if (!cors)
        return;
    rest_reply_add_header(reply, "Vary", "Origin");
    if (!origin || !is_allowed(cors, origin))
        return;
    rest_reply_set_header(reply, "Access-Control-Allow-Origin", origin);
    if (strcmp(method, "OPTIONS") != 0 || !requested_method)
        return;
    rest_reply_set_header(reply, "Access-Control-Allow-Methods", cors->methods);
    rest_reply_set_header(reply, "Access-Control-Allow-Headers", "Content-Type");
    rest_reply_set_header(reply, "Access-Control-Max-Age", "60");
}
