/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * java_date - java.util.Date as text, and text as a date, in the process's time zone.
 *
 * Days before 1582-10-15 are of the Julian calendar, as in Java. Peers: Date.toString(),
 * SimpleDateFormat (lenient) with the three patterns of Connect's Values. Thread: any.
 */
#include "lib/base/buf.h"
#include "lib/base/macros.h"

#include <stdbool.h>
#include <stdint.h>

enum java_date_pattern {
    JAVA_DATE,      /* yyyy-MM-dd */
    JAVA_TIME,      /* HH:mm:ss.SSS'Z': the Z is only a letter */
    JAVA_TIMESTAMP, /* yyyy-MM-dd'T'HH:mm:ss.SSS'Z' */
};

enum {
    MS_PER_DAY = 24 * 60 * 60 * 1000
};

void java_date_format(struct buf *out, enum java_date_pattern pattern, int64_t ms);
/* What follows the text that the pattern takes is ignored; false when it does not take it. */
bool java_date_parse(enum java_date_pattern pattern, const char *text, size_t len,
                     int64_t *ret_ms) MUST_CHECK;
/* "Thu Jan 01 00:00:00 UTC 1970" */
void java_date_text(struct buf *out, int64_t ms);
