/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* jsondoc_priv - between the parser and what finds out about encodings. */
#include "lib/base/buf.h"

/*
 * Appends the text to out as UTF-8, without its byte order mark; it is not checked to be valid if
 * it was UTF-8 before. False: half a character, or no character. out must have room.
 */
bool jsondoc_decode(const uint8_t *data, size_t len, struct buf *out) MUST_CHECK;
