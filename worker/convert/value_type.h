/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* value_type - how Java names the types of values: texts of errors hold both names. */
#include <tern/record.h>

/* Schema.Type: "INT32". Any value is safe to ask for: plugins are input. */
const char *value_type_name(enum tern_value_type type);
/* "java.lang.Integer"; null has none and gives "null". */
const char *value_class_name(enum tern_value_type type);
