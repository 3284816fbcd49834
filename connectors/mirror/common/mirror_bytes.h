/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mirror_bytes - bytes with the schemas that Java's mirror gives its records. ByteArrayConverter
 * does not look at them; other converters, such as JsonConverter, write them down. Thread: any.
 */
#include <stddef.h>

#include <tern/data.h>

/* Bytes, not null: values, and keys of checkpoints and heartbeats. Borrows data. */
struct tern_value mirror_bytes(const void *data, size_t size);
/* Bytes or null: keys and headers of mirrored records. */
struct tern_value mirror_optional_bytes(const void *data, size_t size);
