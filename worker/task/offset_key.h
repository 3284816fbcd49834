/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * offset_key - keys and values of source offsets as JSON text, byte for byte as Java writes them.
 * Spec: connect-distributed.md 6.1, connect-runtime.md 2.8.
 */
#include "lib/base/macros.h"
#include "worker/store/offset_map.h"

#include <tern/plugin.h>

/*
 * ["<connector>",{<fields in the order given>}]; the caller frees. NULL when a text is no
 * UTF-8, a field has no name, or the key would be larger than OFFSET_KEY_MAX_BYTES.
 */
char *offset_key_text(const char *connector, const struct tern_field *fields, size_t count);
/* {"<name>":<number>}; the caller frees. NULL likewise. */
char *offset_value_text(const char *name, int64_t number);
/*
 * Reads a stored offset (NULL: none is stored): ret->json is value itself (borrowed). Errors:
 * TERN_EINVALID when it is no JSON object of primitive values.
 */
int offset_value_parse(const char *value, const char *name, struct tern_source_offset *ret,
                       struct tern_error *err) MUST_CHECK;
