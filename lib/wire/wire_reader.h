/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * wire_reader - the primitives of Kafka's protocol, read from bytes that nobody vouches for.
 *
 * One failure is enough: it is sticky, later reads return zero or empty and move nothing, so a
 * decoder reads straight through and checks once. Lengths and counts are held against the bytes
 * that are left before anything is taken or allocated. What is returned borrows the bytes.
 *
 * A reader is flexible or not: strings, bytes and arrays then have the compact form (an unsigned
 * varint of the length plus one, 0 for null) or the classic one (a length, -1 for null), and tags
 * are there or not. Peer: org.apache.kafka.common.protocol.ByteBufferAccessor and the readers
 * generated from Kafka's message definitions; unlike these, left over bytes are a failure.
 */
#include "lib/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire_reader {
    const uint8_t *at, *end;
    bool flexible;
    bool failed; /* sticky */
};

struct wire_uuid {
    uint8_t bytes[16];
};

/* Null bytes read as none. */
struct wire_reader wire_reader_of(struct slice bytes, bool flexible);
/* How many bytes are left; 0 after a failure. */
size_t wire_left(const struct wire_reader *r);
/* Whether all went well and every byte was read. */
bool wire_done(const struct wire_reader *r);

bool wire_bool(struct wire_reader *r);
int8_t wire_i8(struct wire_reader *r);
int16_t wire_i16(struct wire_reader *r);
int32_t wire_i32(struct wire_reader *r);
int64_t wire_i64(struct wire_reader *r);
/* At most 32 bits in at most 5 bytes; more is a failure. */
uint32_t wire_uvarint(struct wire_reader *r);
/* Zigzag. */
int32_t wire_varint(struct wire_reader *r);
int64_t wire_varlong(struct wire_reader *r);
struct wire_uuid wire_uuid(struct wire_reader *r);
/* The next n bytes; null when there are fewer. */
struct slice wire_take(struct wire_reader *r, size_t n);

/* Null is a failure, but for the nullable ones. */
struct slice wire_string(struct wire_reader *r);
struct slice wire_nullable_string(struct wire_reader *r);
struct slice wire_bytes(struct wire_reader *r);
struct slice wire_nullable_bytes(struct wire_reader *r);

/*
 * The count of an array whose elements have at least min_bytes (1 or more) each: a count that
 * the bytes left cannot hold is a failure and reads as 0.
 */
size_t wire_array(struct wire_reader *r, size_t min_bytes);
/* Null reads as 0 elements. */
size_t wire_nullable_array(struct wire_reader *r, size_t min_bytes);
/* Passes over the tagged fields at the end of a struct; nothing when the reader is classic. */
void wire_skip_tags(struct wire_reader *r);
