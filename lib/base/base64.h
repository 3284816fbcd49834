/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* base64 - RFC 4648, the standard alphabet. Peer: java.util.Base64's basic encoder and decoder. */
#include "lib/base/buf.h"
#include "lib/base/macros.h"

/* Appends the text, padded; out->failed past its limit. */
void base64_encode(struct buf *out, const void *data, size_t len);
/*
 * Appends the bytes that text stands for. Padding may be left out; nothing but the alphabet is
 * accepted, no line ends either. False, and out of no use, when text is malformed or out full.
 */
bool base64_decode(struct buf *out, const char *text, size_t len) MUST_CHECK;
