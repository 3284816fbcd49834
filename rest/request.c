/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/request.h"

#include <string.h>
#include <strings.h>

#include "lib/base/xmem.h"
#include "rest/reply.h"

enum {
    MAX_MEMBERS = 20000, /* of a configuration */
};

const char *rest_request_parameter(const struct rest_request *req, const char *name)
{
    return rest_router_parameter(req->route, req->path, req->skip, name);
}

const char *rest_request_query(const struct rest_request *req, const char *name)
{
    return url_query_get(req->query, name);
}

bool rest_request_flag(const struct rest_request *req, const char *name, bool fallback)
{
    const char *text = rest_request_query(req, name);

    if (!text || !text[0])
        return fallback;
    return strcasecmp(text, "true") == 0;
}

enum rest_forwarding rest_request_forwarding(const struct rest_request *req)
{
    const char *text = rest_request_query(req, "forward");

    if (!text)
        return REST_FORWARD_ONCE_MORE;
    return strcasecmp(text, "true") == 0 ? REST_FORWARD_LAST : REST_FORWARD_NEVER;
}

char *rest_request_base_url(const struct rest_request *req)
{
    const char *host = rest_request_header(req, "Host");

    return xasprintf("%s://%s", req->scheme, host && host[0] ? host : "localhost");
}

int rest_request_json(const struct rest_request *req, struct rest_reply *reply,
                      struct jsondoc **ret_doc)
{
    struct tern_error err;

    if (jsondoc_parse(req->body.at ? (const void *)req->body.at : "", req->body.len, ret_doc,
                      &err) < 0) {
        rest_reply_error(reply, 500, "Cannot read the body of the request as JSON: %s", err.msg);
        return -1;
    }
    return 0;
}

int rest_node_to_map(const struct jsondoc_node *node, const char *what, struct strmap *out,
                     struct tern_error *err)
{
    if (node->kind != JSONDOC_OBJECT) {
        return tern_fail(err, TERN_EINTERNAL,
                         "Cannot deserialize %s: a JSON object of strings is expected, not %s",
                         what, jsondoc_kind_name(node->kind));
    }
    for (const struct jsondoc_node *n = node->child; n; n = n->next) {
        if (out->count == MAX_MEMBERS) {
            return tern_fail(err, TERN_EINTERNAL, "Cannot deserialize %s: more than %d members",
                             what, MAX_MEMBERS);
        }
        if (n->kind == JSONDOC_ARRAY || n->kind == JSONDOC_OBJECT) {
            return tern_fail(
                err, TERN_EINTERNAL,
                "Cannot deserialize the value of '%.200s' in %s: a String is expected, "
                "not %s",
                n->name, what, jsondoc_kind_name(n->kind));
        }
        strmap_set(out, n->name, n->kind == JSONDOC_NULL ? NULL : n->text);
    }
    return 0;
}

int rest_node_check_members(const struct jsondoc_node *node, const char *what,
                            const char *const *known, struct tern_error *err)
{
    if (node->kind != JSONDOC_OBJECT) {
        return tern_fail(err, TERN_EINTERNAL,
                         "Cannot deserialize %s: a JSON object is expected, not %s", what,
                         jsondoc_kind_name(node->kind));
    }
    for (const struct jsondoc_node *n = node->child; n; n = n->next) {
        size_t i = 0;

        while (known[i] && strcmp(known[i], n->name) != 0)
            i++;
        if (!known[i]) {
            return tern_fail(err, TERN_EINTERNAL, "Unrecognized field \"%.200s\" in %s", n->name,
                             what);
        }
    }
    return 0;
}

int rest_node_text(const struct jsondoc_node *node, const char *name, const char **ret_text,
                   struct tern_error *err)
{
    const struct jsondoc_node *member = jsondoc_member(node, name);

    if (member && (member->kind == JSONDOC_ARRAY || member->kind == JSONDOC_OBJECT)) {
        return tern_fail(err, TERN_EINTERNAL,
                         "Cannot deserialize the value of '%s': a String is expected, not %s", name,
                         jsondoc_kind_name(member->kind));
    }
    *ret_text = member && member->kind != JSONDOC_NULL ? member->text : NULL;
    return 0;
}

int rest_request_map(const struct rest_request *req, struct rest_reply *reply, struct strmap *out)
{
    CLEANUP(jsondoc_freep) struct jsondoc *doc = NULL;
    struct tern_error err;

    if (rest_request_json(req, reply, &doc) < 0)
        return -1;
    if (rest_node_to_map(jsondoc_root(doc), "the body of the request", out, &err) < 0) {
        rest_reply_fail(reply, &err);
        return -1;
    }
    return 0;
}
