/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * decimal - exact decimal numbers: text, bytes and doubles of a struct tern_decimal.
 *
 * Peer: java.math.BigDecimal, as Connect's Decimal type uses it. Digits are bounded, since the
 * work grows with their square. Thread: any.
 */
#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/base/macros.h"

#include <tern/data.h>

enum {
    DECIMAL_DIGITS_MAX = 10000,
    DECIMAL_BYTES_MAX = 4200 /* of an unscaled number that is written as digits */
};

/*
 * Reads what new BigDecimal(String) reads, decimal digits of every script too; false when it is
 * none, has too many digits, or a scale beyond 32 bits. The bytes are the arena's.
 */
bool decimal_parse(struct arena *a, const char *text, size_t len,
                   struct tern_decimal *ret) MUST_CHECK;
/* Appends the text of BigDecimal.toString(); out->failed when there are too many digits. */
void decimal_text(struct buf *out, const struct tern_decimal *d);
/* Unscaled bytes without needless ones in front. */
struct tern_bytes decimal_bytes(const struct tern_decimal *d);
/* Value and scale, as BigDecimal.equals(). */
bool decimal_equal(const struct tern_decimal *a, const struct tern_decimal *b);
/* The nearest double; infinite beyond its range. */
double decimal_double(const struct tern_decimal *d);
float decimal_float(const struct tern_decimal *d);
/* A whole number that fits; false otherwise: 1.0 and 1E+3 are whole. */
bool decimal_int64(const struct tern_decimal *d, int64_t *ret);
/* The low 64 bits of the integral part, as BigDecimal.longValue(). */
int64_t decimal_wrapped(const struct tern_decimal *d);
/* Length in bytes of a decimal digit of any script at text, 0 when there is none. */
size_t decimal_digit(const char *text, size_t left, int *ret_digit);
