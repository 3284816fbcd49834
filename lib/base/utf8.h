/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* utf8 - UTF-8 as the standard has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#include "lib/base/buf.h"

/* The length of the character at text, 0 when the left bytes do not begin with a whole one.
 */
size_t utf8_length(const void *text, size_t left);
bool utf8_is_valid(const void *text, size_t len);
/* Appends a code point, which is no surrogate. */
void utf8_add(struct buf *out, unsigned code);
/*
 * Takes one character from text, left > 0; its length. What is malformed gives U+FFFD and is as
 * long as what Java's decoder replaces by one. 0 when the left bytes may be the beginning of a
 * character: more is needed to tell.
 */
size_t utf8_next(const void *text, size_t left, unsigned *ret_code);
/* Appends text with U+FFFD for what is malformed, as new String(bytes, UTF_8) does. */
void utf8_add_clean(struct buf *out, const void *text, size_t len);
