/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * json - JSON with or without an envelope that holds the schema: key, value and header converter.
 *
 * json.c is the class, its settings and its two caches; json_write.c and json_read.c translate
 * values, json_schema.c schemas. Peer: org.apache.kafka.connect.json.JsonConverter. Spec:
 * connect-runtime.md 5.3. Differences from Java: half surrogate pairs are U+FFFD; a decimal of
 * more than 10000 digits is refused.
 */
#include "worker/convert/converter.h"

extern const struct converter_class json_converter;
