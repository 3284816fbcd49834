/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/worker/task/fake_store.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/strmap.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/unit/worker/task/journal.h"

struct write {
    struct write *next;
    struct strmap entries;
    offset_written *done;
    void *arg;
};

struct offset_store {
    struct thread thread;
    struct gate gate;
    struct strmap stored;      /* gate */
    struct write *head;        /* gate; oldest */
    struct write **tail;       /* gate */
    size_t writes;             /* gate */
    enum fake_store_mode mode; /* gate */
    bool reads_blocked;        /* gate */
    bool stopping;             /* gate */
};

static struct write *take_write(struct offset_store *s)
{
    struct write *w;

    while (!s->stopping && (!s->head || s->mode == FAKE_STORE_HOLDS))
        gate_wait(&s->gate, FOREVER_MS);
    w = s->head;
    if (w) {
        s->head = w->next;
        if (!s->head)
            s->tail = &s->head;
    }
    return w;
}

static void run(void *arg)
{
    struct offset_store *s = arg;
    struct write *w;

    for (;;) {
        const char *error = NULL;

        gate_lock(&s->gate);
        w = take_write(s);
        if (w && (s->mode != FAKE_STORE_WRITES || s->stopping)) {
            error = "fake failure";
        } else if (w) {
            struct tern_config entries = strmap_config(&w->entries);

            strmap_add_all(&s->stored, &entries);
        }
        s->writes += w != NULL;
        gate_wake(&s->gate);
        gate_unlock(&s->gate);
        if (!w)
            return;
        if (w->done)
            w->done(w->arg, error);
        strmap_fini(&w->entries);
        free(w);
    }
}

struct offset_store *fake_store_new(void)
{
    struct offset_store *s = xcalloc(1, sizeof(*s));

    gate_init(&s->gate);
    s->tail = &s->head;
    thread_start(&s->thread, "fake-store", run, s);
    return s;
}

void fake_store_free(struct offset_store *s)
{
    gate_lock(&s->gate);
    s->stopping = true;
    gate_wake(&s->gate);
    gate_unlock(&s->gate);
    thread_join(&s->thread);
    strmap_fini(&s->stored);
    gate_fini(&s->gate);
    free(s);
}

void fake_store_mode(struct offset_store *s, enum fake_store_mode mode)
{
    gate_lock(&s->gate);
    s->mode = mode;
    gate_wake(&s->gate);
    gate_unlock(&s->gate);
}

void fake_store_drain(struct offset_store *s)
{
    gate_lock(&s->gate);
    s->mode = FAKE_STORE_WRITES;
    gate_wake(&s->gate);
    while (s->head)
        gate_wait(&s->gate, FOREVER_MS);
    gate_unlock(&s->gate);
}

void fake_store_block_reads(struct offset_store *s, bool block)
{
    gate_lock(&s->gate);
    s->reads_blocked = block;
    gate_wake(&s->gate);
    gate_unlock(&s->gate);
}

void fake_store_set(struct offset_store *s, const char *key, const char *value)
{
    gate_lock(&s->gate);
    strmap_set(&s->stored, key, value);
    gate_unlock(&s->gate);
}

static char *copy_of(const char *text)
{
    return text ? xstrdup(text) : NULL;
}

char *fake_store_get(struct offset_store *s, const char *key)
{
    char *value;

    gate_lock(&s->gate);
    value = copy_of(strmap_get(&s->stored, key));
    gate_unlock(&s->gate);
    return value;
}

bool fake_store_wait(struct offset_store *s, const char *key, const char *value)
{
    int64_t deadline_ms = clock_deadline_ms(JOURNAL_WAIT_MS);
    const char *now = NULL;

    gate_lock(&s->gate);
    while (!((now = strmap_get(&s->stored, key)) && strcmp(now, value) == 0) &&
           clock_left_ms(deadline_ms, 1) > 0)
        gate_wait(&s->gate, deadline_ms);
    now = strmap_get(&s->stored, key);
    gate_unlock(&s->gate);
    return now && strcmp(now, value) == 0;
}

size_t fake_store_writes(struct offset_store *s)
{
    size_t writes;

    gate_lock(&s->gate);
    writes = s->writes;
    gate_unlock(&s->gate);
    return writes;
}

/* ---- what the worker calls ---- */

int offset_store_read(struct offset_store *s, const char *const *keys, size_t count,
                      int64_t deadline_ms, char **ret_values, struct tern_error *err)
{
    bool blocked;

    journal_add("store.read");
    gate_lock(&s->gate);
    while (s->reads_blocked && clock_left_ms(deadline_ms, 1) > 0)
        gate_wait(&s->gate, deadline_ms);
    blocked = s->reads_blocked;
    for (size_t i = 0; !blocked && i < count; i++)
        ret_values[i] = copy_of(strmap_get(&s->stored, keys[i]));
    gate_unlock(&s->gate);
    return blocked ? tern_fail(err, TERN_ETIMEOUT, "reads are blocked") : 0;
}

void offset_store_write(struct offset_store *s, const struct offset_entry *entries, size_t count,
                        offset_written *done, void *arg)
{
    struct write *w = xcalloc(1, sizeof(*w));

    for (size_t i = 0; i < count; i++)
        strmap_set(&w->entries, entries[i].key, entries[i].value);
    w->done = done;
    w->arg = arg;
    gate_lock(&s->gate);
    *s->tail = w;
    s->tail = &w->next;
    gate_wake(&s->gate);
    gate_unlock(&s->gate);
}
