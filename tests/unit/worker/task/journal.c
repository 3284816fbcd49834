/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/worker/task/journal.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/strmap.h"
#include "lib/base/thread.h"
#include "lib/base/vec.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct gate gate;
static VEC(char *) lines; /* gate */

static void init(void)
{
    gate_init(&gate);
}

static void lock(void)
{
    pthread_once(&once, init);
    gate_lock(&gate);
}

void journal_add(const char *fmt, ...)
{
    va_list ap;
    char *line;

    va_start(ap, fmt);
    line = xvasprintf(fmt, ap);
    va_end(ap);
    lock();
    vec_push(&lines, line);
    gate_wake(&gate);
    gate_unlock(&gate);
}

static size_t count_locked(const char *line)
{
    size_t count = 0;

    for (size_t i = 0; i < lines.count; i++)
        count += strcmp(lines.at[i], line) == 0;
    return count;
}

size_t journal_count(const char *line)
{
    size_t count;

    lock();
    count = count_locked(line);
    gate_unlock(&gate);
    return count;
}

bool journal_wait(const char *line, size_t count)
{
    int64_t deadline_ms = clock_deadline_ms(JOURNAL_WAIT_MS);
    bool there;

    lock();
    while (count_locked(line) < count && clock_left_ms(deadline_ms, 1) > 0)
        gate_wait(&gate, deadline_ms);
    there = count_locked(line) >= count;
    gate_unlock(&gate);
    return there;
}

static char *find_start(const char *text)
{
    for (size_t i = 0; i < lines.count; i++) {
        if (str_starts_with(lines.at[i], text))
            return xstrdup(lines.at[i]);
    }
    return NULL;
}

char *journal_wait_start(const char *text)
{
    int64_t deadline_ms = clock_deadline_ms(JOURNAL_WAIT_MS);
    char *line;

    lock();
    while (!(line = find_start(text)) && clock_left_ms(deadline_ms, 1) > 0)
        gate_wait(&gate, deadline_ms);
    gate_unlock(&gate);
    return line;
}

char *journal_text(const char *skip)
{
    struct buf out = BUF_INIT(1 << 24);

    lock();
    for (size_t i = 0; i < lines.count; i++) {
        if (skip && str_starts_with(lines.at[i], skip))
            continue;
        buf_add_str(&out, out.len ? " " : "");
        buf_add_str(&out, lines.at[i]);
    }
    gate_unlock(&gate);
    return buf_take_str(&out);
}

void journal_clear(void)
{
    lock();
    for (size_t i = 0; i < lines.count; i++)
        free(lines.at[i]);
    vec_fini(&lines);
    gate_unlock(&gate);
}
