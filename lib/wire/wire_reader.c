/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/wire_reader.h"

#include <assert.h>

enum {
    VARINT_MAX_BYTES = 5,
    VARLONG_MAX_BYTES = 10,
};

struct wire_reader wire_reader_of(struct slice bytes, bool flexible)
{
    static const uint8_t none;
    const uint8_t *at = bytes.at ? bytes.at : &none;

    return (struct wire_reader){at, at + bytes.len, flexible, false};
}

size_t wire_left(const struct wire_reader *r)
{
    return r->failed ? 0 : (size_t)(r->end - r->at);
}

bool wire_done(const struct wire_reader *r)
{
    return !r->failed && r->at == r->end;
}

struct slice wire_take(struct wire_reader *r, size_t n)
{
    const uint8_t *p = r->at;

    if (r->failed || (size_t)(r->end - r->at) < n) {
        r->failed = true;
        return (struct slice){0};
    }
    r->at += n;
    return slice_of(p, n);
}

/* The n bytes that follow as one big-endian number. */
static uint64_t number(struct wire_reader *r, size_t n)
{
    struct slice bytes = wire_take(r, n);
    uint64_t value = 0;

    for (size_t i = 0; i < bytes.len; i++)
        value = value << 8 | bytes.at[i];
    return value;
}

bool wire_bool(struct wire_reader *r)
{
    return number(r, 1) != 0;
}

int8_t wire_i8(struct wire_reader *r)
{
    return (int8_t)number(r, 1);
}

int16_t wire_i16(struct wire_reader *r)
{
    return (int16_t)number(r, 2);
}

int32_t wire_i32(struct wire_reader *r)
{
    return (int32_t)number(r, 4);
}

int64_t wire_i64(struct wire_reader *r)
{
    return (int64_t)number(r, 8);
}

/* Little end first, seven bits a byte; the last byte may hold no more than its last_max. */
static uint64_t varint(struct wire_reader *r, unsigned max_bytes, uint8_t last_max)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < max_bytes; i++) {
        struct slice byte = wire_take(r, 1);

        if (!byte.at)
            return 0;
        if (i == max_bytes - 1 && byte.at[0] > last_max)
            break;
        value |= (uint64_t)(byte.at[0] & 0x7f) << 7 * i;
        if (!(byte.at[0] & 0x80))
            return value;
    }
    r->failed = true;
    return 0;
}

uint32_t wire_uvarint(struct wire_reader *r)
{
    return (uint32_t)varint(r, VARINT_MAX_BYTES, 0x0f);
}

int32_t wire_varint(struct wire_reader *r)
{
    uint32_t raw = wire_uvarint(r);

    return (int32_t)(raw >> 1 ^ (0 - (raw & 1)));
}

int64_t wire_varlong(struct wire_reader *r)
{
    uint64_t raw = varint(r, VARLONG_MAX_BYTES, 0x01);

    return (int64_t)(raw >> 1 ^ (0 - (raw & 1)));
}

struct wire_uuid wire_uuid(struct wire_reader *r)
{
    struct slice bytes = wire_take(r, sizeof(struct wire_uuid));
    struct wire_uuid id = {0};

    if (bytes.at)
        memcpy(id.bytes, bytes.at, sizeof(id.bytes));
    return id;
}

/* A length or count, in the form that the reader has; -1 is null. Less than that is a failure. */
static int64_t length(struct wire_reader *r, bool is_short)
{
    int64_t n;

    if (r->flexible)
        n = (int64_t)wire_uvarint(r) - 1;
    else
        n = is_short ? wire_i16(r) : wire_i32(r);
    if (n < -1)
        r->failed = true;
    return r->failed ? -1 : n;
}

static struct slice sized(struct wire_reader *r, bool is_short, bool is_nullable)
{
    int64_t n = length(r, is_short);

    if (n < 0) {
        if (!is_nullable)
            r->failed = true;
        return (struct slice){0};
    }
    return wire_take(r, (size_t)n);
}

struct slice wire_string(struct wire_reader *r)
{
    return sized(r, true, false);
}

struct slice wire_nullable_string(struct wire_reader *r)
{
    return sized(r, true, true);
}

struct slice wire_bytes(struct wire_reader *r)
{
    return sized(r, false, false);
}

struct slice wire_nullable_bytes(struct wire_reader *r)
{
    return sized(r, false, true);
}

static size_t array(struct wire_reader *r, size_t min_bytes, bool is_nullable)
{
    int64_t n = length(r, false);

    assert(min_bytes > 0);
    if (n < 0) {
        if (!is_nullable)
            r->failed = true;
        return 0;
    }
    if ((size_t)n > wire_left(r) / min_bytes) {
        r->failed = true;
        return 0;
    }
    return (size_t)n;
}

size_t wire_array(struct wire_reader *r, size_t min_bytes)
{
    return array(r, min_bytes, false);
}

size_t wire_nullable_array(struct wire_reader *r, size_t min_bytes)
{
    return array(r, min_bytes, true);
}

void wire_skip_tags(struct wire_reader *r)
{
    uint32_t count = r->flexible ? wire_uvarint(r) : 0;

    for (uint32_t i = 0; i < count && !r->failed; i++) {
        wire_uvarint(r); /* the tag */
        wire_take(r, wire_uvarint(r));
    }
}
