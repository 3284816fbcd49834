/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * openapi - an OpenAPI 3 document of what tables of routes serve: made from their rows, so that it
 * cannot say anything else. Internal routes are left out. Pure.
 */
#include "rest/router.h"

#include <jansson.h>

/* A new document. */
json_t *openapi_document(const struct rest_route *const *tables, const char *api_version);
/* The schemas that rows may name in takes and gives, as a JSON object. */
json_t *openapi_schemas(void);
/* The parameter that a row may name in query, as a JSON object; NULL: not known. */
json_t *openapi_query_parameter(const char *name);
