/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/wire_writer.h"

static void store(uint8_t *to, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)(value >> 8 * (n - 1 - i));
}

static void put_number(struct wire_writer *w, uint64_t value, size_t n)
{
    uint8_t bytes[8];

    store(bytes, value, n);
    buf_add(w->out, bytes, n);
}

void wire_put_bool(struct wire_writer *w, bool value)
{
    put_number(w, value, 1);
}

void wire_put_i8(struct wire_writer *w, int8_t value)
{
    put_number(w, (uint64_t)value, 1);
}

void wire_put_i16(struct wire_writer *w, int16_t value)
{
    put_number(w, (uint64_t)value, 2);
}

void wire_put_i32(struct wire_writer *w, int32_t value)
{
    put_number(w, (uint64_t)value, 4);
}

void wire_put_i64(struct wire_writer *w, int64_t value)
{
    put_number(w, (uint64_t)value, 8);
}

static void put_varint(struct wire_writer *w, uint64_t value)
{
    while (value > 0x7f) {
        buf_add_char(w->out, (char)(0x80 | (value & 0x7f)));
        value >>= 7;
    }
    buf_add_char(w->out, (char)value);
}

void wire_put_uvarint(struct wire_writer *w, uint32_t value)
{
    put_varint(w, value);
}

void wire_put_varint(struct wire_writer *w, int32_t value)
{
    put_varint(w, (uint32_t)value << 1 ^ (value < 0 ? UINT32_MAX : 0));
}

void wire_put_varlong(struct wire_writer *w, int64_t value)
{
    put_varint(w, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

void wire_put_uuid(struct wire_writer *w, struct wire_uuid id)
{
    buf_add(w->out, id.bytes, sizeof(id.bytes));
}

/* The length in front of a string (is_short), of bytes or of an array. */
static void put_length(struct wire_writer *w, size_t n, bool is_short)
{
    if (n > (is_short ? INT16_MAX : INT32_MAX - 1))
        w->out->failed = true;
    else if (w->flexible)
        wire_put_uvarint(w, (uint32_t)n + 1);
    else
        put_number(w, n, is_short ? 2 : 4);
}

static void put_null(struct wire_writer *w, bool is_short)
{
    if (w->flexible)
        wire_put_uvarint(w, 0);
    else
        put_number(w, UINT64_MAX, is_short ? 2 : 4);
}

static void put_sized(struct wire_writer *w, struct slice content, bool is_short, bool is_nullable)
{
    if (content.at) {
        put_length(w, content.len, is_short);
        buf_add(w->out, content.at, content.len);
    } else if (is_nullable) {
        put_null(w, is_short);
    } else {
        w->out->failed = true;
    }
}

void wire_put_string(struct wire_writer *w, struct slice text)
{
    put_sized(w, text, true, false);
}

void wire_put_nullable_string(struct wire_writer *w, struct slice text)
{
    put_sized(w, text, true, true);
}

void wire_put_bytes(struct wire_writer *w, struct slice bytes)
{
    put_sized(w, bytes, false, false);
}

void wire_put_nullable_bytes(struct wire_writer *w, struct slice bytes)
{
    put_sized(w, bytes, false, true);
}

void wire_put_array(struct wire_writer *w, size_t count)
{
    put_length(w, count, false);
}

void wire_put_null_array(struct wire_writer *w)
{
    put_null(w, false);
}

void wire_put_no_tags(struct wire_writer *w)
{
    if (w->flexible)
        wire_put_uvarint(w, 0);
}

size_t wire_begin_sized(struct wire_writer *w)
{
    size_t place = w->out->len;

    wire_put_i32(w, 0);
    return place;
}

void wire_end_sized(struct wire_writer *w, size_t place)
{
    size_t size;

    if (w->out->failed)
        return;
    size = w->out->len - place - sizeof(int32_t);
    if (size > INT32_MAX)
        w->out->failed = true;
    else
        store(w->out->data + place, size, sizeof(int32_t));
}
