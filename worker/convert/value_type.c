/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/convert/value_type.h"

#include "lib/base/macros.h"

static const struct {
    const char *type;
    const char *class_name;
} names[] = {
    [TERN_VALUE_NULL] = {"null", "null"},
    [TERN_VALUE_BOOLEAN] = {"BOOLEAN", "java.lang.Boolean"},
    [TERN_VALUE_INT8] = {"INT8", "java.lang.Byte"},
    [TERN_VALUE_INT16] = {"INT16", "java.lang.Short"},
    [TERN_VALUE_INT32] = {"INT32", "java.lang.Integer"},
    [TERN_VALUE_INT64] = {"INT64", "java.lang.Long"},
    [TERN_VALUE_FLOAT32] = {"FLOAT32", "java.lang.Float"},
    [TERN_VALUE_FLOAT64] = {"FLOAT64", "java.lang.Double"},
    [TERN_VALUE_STRING] = {"STRING", "java.lang.String"},
    [TERN_VALUE_BYTES] = {"BYTES", "[B"},
};

const char *value_type_name(enum tern_value_type type)
{
    return (size_t)type < COUNT_OF(names) ? names[type].type : "unknown";
}

const char *value_class_name(enum tern_value_type type)
{
    return (size_t)type < COUNT_OF(names) ? names[type].class_name : "unknown";
}
