/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* data_golden - schemas and values as the golden files have them. In the arena. */
#include "lib/base/arena.h"

#include <jansson.h>

#include <tern/data.h>

/* The JSON null, and none, give NULL. */
const struct tern_schema *golden_schema(struct arena *a, const json_t *json);
/* {"t":"int8","v":"1"}; s: the schema that structs in it get, as far as it says. */
struct tern_value golden_value(struct arena *a, const json_t *json, const struct tern_schema *s);
/* The same schema; the names of logical types, parameters and defaults count. */
void golden_check_schema(const struct tern_schema *got, const struct tern_schema *expected,
                         const char *name);
void golden_check_value(const struct tern_value *got, const struct tern_value *expected,
                        const char *name);
