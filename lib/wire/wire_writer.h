/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * wire_writer - the primitives of Kafka's protocol, written to a buffer with a limit.
 *
 * What does not fit, a string that is too long for its form and a null where none may be make
 * out->failed true, which is sticky: an encoder writes straight through and checks once.
 * Flexible or classic as in wire_reader.
 */
#include "lib/base/buf.h"
#include "lib/wire/wire_reader.h"

struct wire_writer {
    struct buf *out; /* borrowed */
    bool flexible;
};

void wire_put_bool(struct wire_writer *w, bool value);
void wire_put_i8(struct wire_writer *w, int8_t value);
void wire_put_i16(struct wire_writer *w, int16_t value);
void wire_put_i32(struct wire_writer *w, int32_t value);
void wire_put_i64(struct wire_writer *w, int64_t value);
void wire_put_uvarint(struct wire_writer *w, uint32_t value);
void wire_put_varint(struct wire_writer *w, int32_t value);
void wire_put_varlong(struct wire_writer *w, int64_t value);
void wire_put_uuid(struct wire_writer *w, struct wire_uuid id);

void wire_put_string(struct wire_writer *w, struct slice text);
void wire_put_nullable_string(struct wire_writer *w, struct slice text);
void wire_put_bytes(struct wire_writer *w, struct slice bytes);
void wire_put_nullable_bytes(struct wire_writer *w, struct slice bytes);
void wire_put_array(struct wire_writer *w, size_t count);
void wire_put_null_array(struct wire_writer *w);
/* No tagged fields; nothing when the writer is classic. */
void wire_put_no_tags(struct wire_writer *w);

/* Room for a 32-bit length in front of what follows; the place to give to wire_end_sized(). */
size_t wire_begin_sized(struct wire_writer *w);
void wire_end_sized(struct wire_writer *w, size_t place);
