/* SPDX-License-Identifier: Apache-2.0 */
/* A request, "METHOD uri\nName: value\n...\n\nbody", through all checks to handlers that read it.
 */
#include "rest/dispatch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/xmem.h"
#include "rest/access_line.h"
#include "rest/cors.h"
#include "rest/header_rules.h"
#include "rest/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_map(struct rest_context *ctx, const struct rest_request *req,
                     struct rest_reply *reply)
{
    CLEANUP(strmap_fini) struct strmap map = STRMAP_INIT;
    CLEANUP(buf_fini) struct buf text = BUF_INIT(1 << 22);

    (void)ctx;
    url_encode_location(&text, rest_request_parameter(req, "name"));
    if (rest_request_map(req, reply, &map) == 0)
        rest_reply_json(reply, 200, json_pack("{s:i}", "count", (int)map.count));
}

static void read_query(struct rest_context *ctx, const struct rest_request *req,
                       struct rest_reply *reply)
{
    CLEANUP(freep) char *base = rest_request_base_url(req);

    (void)ctx;
    (void)rest_request_forwarding(req);
    (void)rest_request_flag(req, "expand", false);
    rest_reply_json(reply, 200, json_pack("{s:i}", "task", (int)req->task));
    rest_reply_add_header(reply, "Location", base);
}

static const struct rest_route routes[] = {
    {"GET", "/things", read_query, 0, "", NULL, NULL, NULL},
    {"GET", "/things/{name}/tasks/{task}", read_query, REST_ANY_TYPE, "", NULL, NULL, NULL},
    {"PUT", "/things/{name}/map", read_map, REST_READS_BODY, "", NULL, NULL, NULL},
    {.method = NULL},
};
static const struct rest_route *const tables[] = {routes, NULL};

/* The headers, as a block of text. */
static const char *header(const void *arg, const char *name)
{
    size_t len = strlen(name);

    for (const char *line = arg; line; line = strchr(line, '\0') + 1) {
        if (!*line)
            return NULL;
        if (strncasecmp(line, name, len) == 0 && line[len] == ':')
            return line + len + 1;
    }
    return NULL;
}

/* Cuts a text at the first mark, which it must hold. */
static char *cut(char **at, char mark)
{
    char *start = *at, *end = strchr(start, mark);

    if (!end)
        return NULL;
    *end = '\0';
    *at = end + 1;
    return start;
}

static void dispatch(char *text, size_t size, const struct cors *cors)
{
    CLEANUP(rest_reply_fini) struct rest_reply reply = REST_REPLY_INIT;
    const struct rest_mount mount = {NULL, NULL, NULL};
    const struct rest_site site = {
        .tables = tables, .mounts = &mount, .mount_count = 1, .cors = cors};
    char *at = text, *method = cut(&at, ' '), *uri = method ? cut(&at, '\n') : NULL;
    char *headers = at, *body = uri ? strstr(at, "\n\n") : NULL;
    struct rest_request req = {.method = method, .uri = uri, .scheme = "http", .header = header};

    if (!body)
        return;
    body[0] = body[1] = '\0';
    for (char *c = headers; c < body; c++) {
        if (*c == '\n')
            *c = '\0';
    }
    req.header_arg = headers;
    req.body = slice_of(body + 2, size - (size_t)(body + 2 - text));
    rest_dispatch(&site, &req, &reply);
    assert(reply.status >= 200 && reply.status < 600);
    assert(!reply.body.failed);
    free(access_line_text(&(struct access_line){
        .remote = "-", .method = method, .uri = uri, .version = "HTTP/1.1", .status = 200}));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(freep) char *text = xstrndup((const char *)data, size);
    struct cors *cors = NULL;
    struct tern_error err;

    if (cors_new("https://a.*", "GET", &cors, &err) < 0)
        abort();
    dispatch(text, strlen(text), cors);
    cors_free(cors);
    return 0;
}
