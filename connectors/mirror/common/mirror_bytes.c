/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/mirror_bytes.h"

static const struct tern_schema bytes = TERN_SCHEMA(.type = TERN_TYPE_BYTES);
static const struct tern_schema optional_bytes =
    TERN_SCHEMA(.type = TERN_TYPE_BYTES, .optional = true);

struct tern_value mirror_bytes(const void *data, size_t size)
{
    return (struct tern_value){
        .type = TERN_VALUE_BYTES, .schema = &bytes, .as.bytes = {data, size}};
}

struct tern_value mirror_optional_bytes(const void *data, size_t size)
{
    if (!data)
        return (struct tern_value){.type = TERN_VALUE_NULL, .schema = &optional_bytes};
    return (struct tern_value){
        .type = TERN_VALUE_BYTES, .schema = &optional_bytes, .as.bytes = {data, size}};
}
