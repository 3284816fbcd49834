/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/openapi.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/xmem.h"

static json_t *schema_ref(const char *name)
{
    return json_pack("{s:{s:{s:{s:s+}}}}", "content", "application/json", "schema", "$ref",
                     "#/components/schemas/", name);
}

/* The parameters that stand in the template. */
static void add_path_parameters(json_t *parameters, const char *template)
{
    for (const char *at = strchr(template, '{'); at; at = strchr(at + 1, '{')) {
        size_t len = strcspn(at + 1, "}");
        bool is_number = strncmp(at + 1, "task}", 5) == 0;

        json_array_append_new(parameters, json_pack("{s:s%, s:s, s:b, s:{s:s}}", "name", at + 1,
                                                    len, "in", "path", "required", 1, "schema",
                                                    "type", is_number ? "integer" : "string"));
    }
}

static void add_query_parameters(json_t *parameters, const char *names)
{
    CLEANUP(freep) char *copy = xstrdup(names ? names : "");
    char *rest = NULL;

    for (char *name = strtok_r(copy, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
        json_t *parameter = openapi_query_parameter(name);

        if (parameter)
            json_array_append_new(parameters, parameter);
    }
}

/* "200 ConnectorInfo, 204": one response for each. */
static json_t *responses_of(const char *gives)
{
    static const struct {
        int status;
        const char *text;
    } texts[] = {{200, "Done."},
                 {201, "Created."},
                 {202, "Accepted."},
                 {204, "Done; no content."},
                 {400, "The request is not valid."},
                 {403, "Not allowed on this worker."},
                 {404, "There is no such thing."},
                 {409, "A conflicting operation, such as a rebalance; try again."},
                 {500, "It failed."},
                 {503, "The worker is still starting."}};
    json_t *responses = json_object();

    for (const char *at = gives; at && *at;) {
        int status = (int)strtol(at, NULL, 10);
        char key[16] = {at[0], at[1], at[2], '\0'};
        const char *name = at + 3 + strspn(at + 3, " ");
        size_t len = strcspn(name, ", ");
        CLEANUP(freep) char *schema = xstrndup(name, len);
        json_t *response = len ? schema_ref(schema) : json_object();

        for (size_t i = 0; i < COUNT_OF(texts); i++) {
            if (texts[i].status == status)
                json_object_set_new(response, "description", json_string(texts[i].text));
        }
        json_object_set_new(responses, key, response);
        at = name + len;
        at += strspn(at, ", ");
    }
    json_object_set_new(responses, "default", schema_ref("Error"));
    json_object_set_new(json_object_get(responses, "default"), "description",
                        json_string("What went wrong."));
    return responses;
}

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c | 0x20);
    return c;
}

static char upper(char c)
{
    if (c >= 'a' && c <= 'z')
        return (char)(c & ~0x20);
    return c;
}

/* "getConnectorsConnectorStatus" */
static json_t *operation_id(const struct rest_route *route)
{
    CLEANUP(freep) char *text = xasprintf("%s%s", route->method, route->template);
    bool starts_word = false;
    size_t to = 0;
    bool in_method = true;

    for (size_t i = 0; text[i]; i++) {
        char c = text[i];

        in_method = in_method && c != '/';
        if (!isalnum((unsigned char)c)) {
            starts_word = true;
            continue;
        }
        if (in_method)
            c = lower(c);
        else if (starts_word)
            c = upper(c);
        text[to++] = c;
        starts_word = false;
    }
    text[to] = '\0';
    return json_string(text);
}

static json_t *operation_of(const struct rest_route *route)
{
    json_t *parameters = json_array();
    json_t *operation = json_pack("{s:o, s:s, s:o, s:o}", "operationId", operation_id(route),
                                  "summary", route->summary, "parameters", parameters, "responses",
                                  responses_of(route->gives));

    add_path_parameters(parameters, route->template);
    add_query_parameters(parameters, route->query);
    if (route->takes) {
        json_t *body = schema_ref(route->takes);

        json_object_set_new(body, "required", json_true());
        json_object_set_new(operation, "requestBody", body);
    }
    return operation;
}

static void add_route(json_t *paths, const struct rest_route *route)
{
    json_t *path = json_object_get(paths, route->template);
    char method[16] = "";

    if (!path) {
        path = json_object();
        json_object_set_new(paths, route->template, path);
    }
    for (size_t i = 0; i < sizeof(method) - 1 && route->method[i]; i++)
        method[i] = lower(route->method[i]);
    json_object_set_new(path, method, operation_of(route));
}

json_t *openapi_document(const struct rest_route *const *tables, const char *api_version)
{
    json_t *paths = json_object();

    for (size_t t = 0; tables[t]; t++) {
        for (const struct rest_route *r = tables[t]; r->method; r++) {
            if (!(r->flags & REST_INTERNAL))
                add_route(paths, r);
        }
    }
    return json_pack("{s:s, s:{s:s, s:s, s:s}, s:o, s:{s:o}}", "openapi", "3.0.3", "info", "title",
                     "Kafka Connect REST API of Tern", "version", api_version, "description",
                     "The API of a Kafka Connect worker, compatible with Apache Kafka's.", "paths",
                     paths, "components", "schemas", openapi_schemas());
}
