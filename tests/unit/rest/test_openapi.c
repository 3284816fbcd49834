/* SPDX-License-Identifier: Apache-2.0 */
/* The document over the tables that are served: nothing is missing, nothing dangles. */
#include "rest/openapi.h"

#include <string.h>
#include <strings.h>

#include "lib/base/buf.h"
#include "lib/base/xmem.h"
#include "rest/routes.h"
#include "tests/lib/testing.h"

/* The operation of a route, which must be there. */
static const json_t *operation_of(const json_t *document, const struct rest_route *route)
{
    const json_t *path = json_object_get(json_object_get(document, "paths"), route->template);
    const char *method;
    json_t *operation;

    json_object_foreach((json_t *)path, method, operation)
    {
        if (strcasecmp(method, route->method) == 0)
            return operation;
    }
    return NULL;
}

/* Every "$ref" below node names a schema. */
static void check_refs(const json_t *document, const json_t *node)
{
    static const char prefix[] = "#/components/schemas/";
    const json_t *all = json_object_get(json_object_get(document, "components"), "schemas");
    const char *name;
    json_t *value;
    size_t i;

    json_array_foreach((json_t *)node, i, value) check_refs(document, value);
    json_object_foreach((json_t *)node, name, value)
    {
        if (strcmp(name, "$ref") != 0) {
            check_refs(document, value);
            continue;
        }
        ck_assert_int_eq(strncmp(json_string_value(value), prefix, strlen(prefix)), 0);
        ck_assert_msg(json_object_get(all, json_string_value(value) + strlen(prefix)) != NULL, "%s",
                      json_string_value(value));
    }
}

static size_t count_of(const char *text, char wanted)
{
    size_t count = 0;

    for (; text && *text; text++)
        count += *text == wanted;
    return count;
}

static void check_route(const json_t *document, const struct rest_route *route)
{
    const json_t *operation = operation_of(document, route);
    size_t parameters =
        count_of(route->template, '{') + (route->query ? count_of(route->query, ' ') + 1 : 0);

    if (route->flags & REST_INTERNAL) {
        ck_assert_ptr_null(operation);
        return;
    }
    ck_assert_msg(operation != NULL, "%s %s", route->method, route->template);
    ck_assert_msg(route->summary && route->summary[0], "%s: no summary", route->template);
    ck_assert_msg(route->gives && route->gives[0], "%s: gives nothing", route->template);
    ck_assert_msg(json_array_size(json_object_get(operation, "parameters")) == parameters,
                  "%s %s: a query parameter that openapi_schemas.c does not know", route->method,
                  route->template);
    ck_assert_msg(!!route->takes == !!json_object_get(operation, "requestBody"), "%s",
                  route->template);
    ck_assert_msg(!!route->takes == !!(route->flags & REST_READS_BODY),
                  "%s %s: takes and REST_READS_BODY differ", route->method, route->template);
}

START_TEST(every_route_is_described)
{
    json_t *document = openapi_document(rest_worker_tables, "4.3.1");
    CLEANUP(freep) char *text = json_dumps(document, 0);

    ck_assert_ptr_nonnull(text);
    ck_assert_str_eq(test_text(document, "openapi"), "3.0.3");
    check_refs(document, document);
    for (size_t t = 0; rest_worker_tables[t]; t++) {
        for (const struct rest_route *r = rest_worker_tables[t]; r->method; r++)
            check_route(document, r);
    }
    json_decref(document);
}
END_TEST

START_TEST(operation_ids_are_unique)
{
    json_t *document = openapi_document(rest_worker_tables, "4.3.1"), *seen = json_object();
    const char *path, *method;
    json_t *operations, *operation;

    json_object_foreach(json_object_get(document, "paths"), path, operations)
    {
        json_object_foreach(operations, method, operation)
        {
            const char *id = test_text(operation, "operationId");

            ck_assert_msg(!json_object_get(seen, id), "%s", id);
            json_object_set_new(seen, id, json_true());
        }
    }
    ck_assert_ptr_nonnull(json_object_get(seen, "getAdminLoggersLogger"));
    json_decref(seen);
    json_decref(document);
}
END_TEST

/* No row is behind another of the same method that matches the same paths. */
START_TEST(no_route_twice)
{
    for (size_t t = 0; rest_worker_tables[t]; t++) {
        for (const struct rest_route *r = rest_worker_tables[t]; r->method; r++) {
            const struct rest_scope scope = {.tables = rest_worker_tables};
            struct rest_path path;
            struct rest_match match;
            struct tern_error err;

            ck_assert_ok(rest_path_parse(r->template, &path, &err), err);
            rest_router_find(&scope, r->method, &path, &match);
            ck_assert_msg(match.route == r, "%s %s", r->method, r->template);
            rest_path_fini(&path);
        }
    }
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, every_route_is_described);
    test_add(suite, operation_ids_are_unique);
    test_add(suite, no_route_twice);
}

TEST_MAIN("openapi", fill)
