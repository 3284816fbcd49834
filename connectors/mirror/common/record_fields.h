/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * record_fields - the primitives of MM2's records: big-endian integers, and STRING, which is an
 * INT16 length and that many bytes of UTF-8.
 *
 * One reader whose failure is sticky: a decoder reads straight through and checks once.
 * Peer: org.apache.kafka.common.protocol.types.Type.
 */
#include "lib/base/buf.h"
#include "lib/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct record_reader {
    const uint8_t *at, *end;
    bool failed; /* sticky: later reads return zero/empty and move nothing */
};

static inline struct record_reader record_reader_of(struct slice bytes)
{
    if (!bytes.at)
        return (struct record_reader){.failed = true};
    return (struct record_reader){bytes.at, bytes.at + bytes.len, false};
}

static inline const uint8_t *record_take(struct record_reader *r, size_t n)
{
    const uint8_t *p = r->at;

    if (r->failed || (size_t)(r->end - r->at) < n) {
        r->failed = true;
        return NULL;
    }
    r->at += n;
    return p;
}

/* The n bytes that follow as one unsigned number; 0 after a failure. */
static inline uint64_t record_number(struct record_reader *r, size_t n)
{
    const uint8_t *p = record_take(r, n);
    uint64_t value = 0;

    for (size_t i = 0; p && i < n; i++)
        value = value << 8 | p[i];
    return value;
}

static inline int16_t record_i16(struct record_reader *r)
{
    return (int16_t)record_number(r, 2);
}

static inline int32_t record_i32(struct record_reader *r)
{
    return (int32_t)record_number(r, 4);
}

static inline int64_t record_i64(struct record_reader *r)
{
    return (int64_t)record_number(r, 8);
}

/* A STRING cannot be null: a negative length is a failure. */
static inline struct slice record_string(struct record_reader *r)
{
    int16_t len = record_i16(r);
    const uint8_t *p;

    if (len < 0)
        r->failed = true;
    p = record_take(r, (size_t)len);
    return p ? slice_of(p, (size_t)len) : (struct slice){0};
}

static inline void record_put_number(struct buf *out, uint64_t value, size_t n)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(value >> 8 * (n - 1 - i));
    buf_add(out, bytes, n);
}

static inline void record_put_i16(struct buf *out, int16_t value)
{
    record_put_number(out, (uint64_t)value, 2);
}

static inline void record_put_i32(struct buf *out, int32_t value)
{
    record_put_number(out, (uint64_t)value, 4);
}

static inline void record_put_i64(struct buf *out, int64_t value)
{
    record_put_number(out, (uint64_t)value, 8);
}

/* Null and what is longer than INT16_MAX make out fail, like a write past its limit. */
static inline void record_put_string(struct buf *out, struct slice text)
{
    if (!text.at || text.len > INT16_MAX) {
        out->failed = true;
        return;
    }
    record_put_i16(out, (int16_t)text.len);
    buf_add(out, text.at, text.len);
}
