/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/data/java_date.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    GREGORIAN_START = -141427, /* 1582-10-15, in days since 1970-01-01 */
    NUMBER_DIGITS_MAX = 9,
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* ---- days and dates ---- */

/* Days since 1970-01-01 of the first of March of a year, in either calendar. */
static int64_t march_first(int64_t year, bool gregorian)
{
    int64_t days = 365 * year + floor_div(year, 4);

    if (gregorian)
        return days - floor_div(year, 100) + floor_div(year, 400) - 719468;
    return days - 719470;
}

static int64_t days_of(int64_t year, int64_t month, int64_t day, bool gregorian)
{
    int64_t from_march;

    year += floor_div(month - 1, 12);
    month = month - 1 - floor_div(month - 1, 12) * 12; /* 0: January */
    from_march = (month + 10) % 12;
    if (month < 2)
        year--;
    return march_first(year, gregorian) + (153 * from_march + 2) / 5 + day - 1;
}

static int64_t to_days(int64_t year, int64_t month, int64_t day)
{
    int64_t days = days_of(year, month, day, true);

    return days >= GREGORIAN_START ? days : days_of(year, month, day, false);
}

static void from_days(int64_t days, int64_t *ret_year, int *ret_month, int *ret_day)
{
    bool gregorian = days >= GREGORIAN_START;
    int64_t year = floor_div((days + 719468) * 400, 146097), of_year;
    int from_march;

    while (march_first(year, gregorian) > days)
        year--;
    while (march_first(year + 1, gregorian) <= days)
        year++;
    of_year = days - march_first(year, gregorian);
    from_march = (int)((5 * of_year + 2) / 153);
    *ret_day = (int)(of_year - (153 * from_march + 2) / 5) + 1;
    *ret_month = (from_march + 2) % 12 + 1;
    *ret_year = year + (from_march >= 10);
}

/* ---- the time zone ---- */

/* Milliseconds east of UTC at a moment; its name, when a buffer is given. */
static int64_t offset_at(int64_t ms, struct buf *zone)
{
    time_t seconds = (time_t)floor_div(ms, 1000);
    struct tm local;

    if (!localtime_r(&seconds, &local)) {
        if (zone)
            buf_add_str(zone, "UTC");
        return 0;
    }
    if (zone)
        buf_add_str(zone, strcmp(local.tm_zone, "GMT") == 0 ? "GMT" : local.tm_zone);
    return (int64_t)local.tm_gmtoff * 1000;
}

/* Wraps at the ends of time. */
static int64_t plus(int64_t ms, int64_t offset)
{
    return (int64_t)((uint64_t)ms + (uint64_t)offset);
}

static int64_t of_day(int64_t local)
{
    return (local % MS_PER_DAY + MS_PER_DAY) % MS_PER_DAY;
}

static int64_t local_to_ms(int64_t local)
{
    int64_t guess = plus(local, -offset_at(local, NULL));

    return plus(local, -offset_at(guess, NULL));
}

/* ---- writing ---- */

static void write_time(struct buf *out, int64_t local)
{
    int64_t ms = of_day(local);

    buf_add_fmt(out, "%02d:%02d:%02d.%03dZ", (int)(ms / 3600000), (int)(ms / 60000 % 60),
                (int)(ms / 1000 % 60), (int)(ms % 1000));
}

void java_date_format(struct buf *out, enum java_date_pattern pattern, int64_t ms)
{
    int64_t local = plus(ms, offset_at(ms, NULL)), days = floor_div(local, MS_PER_DAY), year;
    int month, day;

    if (pattern != JAVA_TIME) {
        from_days(days, &year, &month, &day);
        if (year <= 0)
            year = 1 - year; /* of the era before: the pattern does not tell */
        buf_add_fmt(out, "%04lld-%02d-%02d", (long long)year, month, day);
    }
    if (pattern == JAVA_TIMESTAMP)
        buf_add_char(out, 'T');
    if (pattern != JAVA_DATE)
        write_time(out, local);
}

void java_date_text(struct buf *out, int64_t ms)
{
    static const char *const week[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    CLEANUP(buf_fini) struct buf zone = BUF_INIT(64);
    int64_t local = plus(ms, offset_at(ms, &zone)), days = floor_div(local, MS_PER_DAY), year;
    int64_t time = of_day(local);
    int month, day;

    from_days(days, &year, &month, &day);
    if (year <= 0)
        year = 1 - year;
    buf_add_fmt(out, "%s %s %02d %02d:%02d:%02d %s %04lld", week[days - floor_div(days, 7) * 7],
                months[month - 1], day, (int)(time / 3600000), (int)(time / 60000 % 60),
                (int)(time / 1000 % 60), buf_str(&zone), (long long)year);
}

/* ---- reading ---- */

struct reader {
    const char *at, *end;
    bool failed; /* sticky */
};

/* A number of a field: blanks before it are passed over, it may be negative. */
static int64_t read_number(struct reader *r)
{
    int64_t number = 0;
    bool negative = false;
    int digits = 0;

    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
        r->at++;
    if (r->at < r->end && *r->at == '-') {
        negative = true;
        r->at++;
    }
    for (; r->at < r->end && *r->at >= '0' && *r->at <= '9' && digits < NUMBER_DIGITS_MAX;
         r->at++) {
        number = number * 10 + (*r->at - '0');
        digits++;
    }
    if (digits == 0)
        r->failed = true;
    return negative ? -number : number;
}

static void read_letter(struct reader *r, char c)
{
    if (r->failed || r->at == r->end || *r->at != c)
        r->failed = true;
    else
        r->at++;
}

static int64_t read_date(struct reader *r)
{
    int64_t year = read_number(r), month, day, ms = 0;

    read_letter(r, '-');
    month = r->failed ? 0 : read_number(r);
    read_letter(r, '-');
    day = r->failed ? 0 : read_number(r);
    if (r->failed || __builtin_mul_overflow(to_days(year, month, day), (int64_t)MS_PER_DAY, &ms))
        r->failed = true;
    return ms;
}

static int64_t read_time(struct reader *r)
{
    int64_t hour = r->failed ? 0 : read_number(r), minute, second, ms;

    read_letter(r, ':');
    minute = r->failed ? 0 : read_number(r);
    read_letter(r, ':');
    second = r->failed ? 0 : read_number(r);
    read_letter(r, '.');
    ms = r->failed ? 0 : read_number(r);
    read_letter(r, 'Z');
    return ((hour * 60 + minute) * 60 + second) * 1000 + ms;
}

bool java_date_parse(enum java_date_pattern pattern, const char *text, size_t len, int64_t *ret_ms)
{
    struct reader r = {text, text + len, false};
    int64_t local = pattern == JAVA_TIME ? 0 : read_date(&r);

    if (pattern == JAVA_TIMESTAMP)
        read_letter(&r, 'T');
    if (pattern != JAVA_DATE)
        local = plus(local, read_time(&r));
    if (r.failed)
        return false;
    *ret_ms = local_to_ms(local);
    return true;
}
