/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/protocol.h"

#include <string.h>

#include "lib/base/ptrmap.h"
#include "lib/wire/wire_reader.h"
#include "lib/wire/wire_writer.h"

enum {
    ENTRY_MIN_BYTES = 6, /* an empty name, no tasks */
    NUMBER_BYTES = 4,
};

/* ---- encode ---- */

/* One entry of an array of connectors. */
struct entry {
    const char *connector;
    VEC(int32_t) numbers; /* WORK_CONNECTOR for the connector itself */
};

/* By connector, in the order of their first item; all are found by their name. */
struct entries {
    VEC(struct entry *) list; /* owned */
    struct ptrmap by_name;    /* borrowed */
};

static void entries_add(struct entries *e, const struct work_item *item)
{
    struct entry *entry = ptrmap_get(&e->by_name, item->connector);

    if (!entry) {
        entry = xcalloc(1, sizeof(*entry));
        entry->connector = item->connector;
        vec_push(&e->list, entry);
        ptrmap_set(&e->by_name, item->connector, entry);
    }
    vec_push(&entry->numbers, item->task);
}

static void entries_fini(struct entries *e)
{
    for (size_t i = 0; i < e->list.count; i++) {
        vec_fini(&e->list.at[i]->numbers);
        free(e->list.at[i]);
    }
    vec_fini(&e->list);
    ptrmap_fini(&e->by_name);
}

static void put_work(struct wire_writer *w, const struct work_list *work)
{
    CLEANUP(entries_fini) struct entries entries = {0};

    for (size_t i = 0; i < work->connectors.count; i++)
        entries_add(&entries, &work->connectors.at[i]);
    for (size_t i = 0; i < work->tasks.count; i++)
        entries_add(&entries, &work->tasks.at[i]);
    wire_put_array(w, entries.list.count);
    for (size_t i = 0; i < entries.list.count; i++) {
        const struct entry *entry = entries.list.at[i];

        wire_put_string(w, slice_str(entry->connector));
        wire_put_array(w, entry->numbers.count);
        for (size_t k = 0; k < entry->numbers.count; k++)
            wire_put_i32(w, entry->numbers.at[k]);
    }
}

void protocol_assignment_encode(const struct protocol_assignment *a, int16_t version,
                                struct buf *out)
{
    struct wire_writer w = {.out = out};

    wire_put_i16(&w, version);
    wire_put_i16(&w, a->error);
    wire_put_string(&w, slice_str(a->leader));
    wire_put_string(&w, slice_str(a->leader_url));
    wire_put_i64(&w, a->offset);
    put_work(&w, &a->assigned);
    if (version > 0) {
        put_work(&w, &a->revoked);
        wire_put_i32(&w, a->delay_ms);
    }
}

void protocol_metadata_encode(const struct protocol_metadata *m, int16_t version, struct buf *out)
{
    struct wire_writer w = {.out = out};
    size_t place;

    wire_put_i16(&w, version);
    wire_put_string(&w, slice_str(m->url));
    wire_put_i64(&w, m->offset);
    if (version == 0)
        return;
    if (!m->has_current) {
        wire_put_nullable_bytes(&w, (struct slice){0});
        return;
    }
    place = wire_begin_sized(&w);
    protocol_assignment_encode(&m->current, version, out);
    wire_end_sized(&w, place);
}

/* ---- decode ---- */

/* A string as one of C; a failure when a zero byte is in it. Never NULL. */
static char *read_text(struct wire_reader *r)
{
    struct slice text = wire_string(r);

    if (text.len && memchr(text.at, 0, text.len))
        r->failed = true;
    return r->failed ? xstrdup("") : xstrndup((const char *)text.at, text.len);
}

/* A null array reads as none, and so does one that is missing at the end. */
static void read_work(struct wire_reader *r, struct work_list *work)
{
    size_t count = wire_left(r) ? wire_nullable_array(r, ENTRY_MIN_BYTES) : 0;

    for (size_t i = 0; i < count && !r->failed; i++) {
        CLEANUP(freep) char *connector = read_text(r);
        size_t numbers = wire_array(r, NUMBER_BYTES);

        for (size_t k = 0; k < numbers; k++) {
            int32_t number = wire_i32(r);

            if (number < WORK_CONNECTOR)
                r->failed = true;
            else
                work_list_add(work, connector, number);
        }
    }
}

/* Negative versions are told apart: they are not merely cut short. */
static int decoded(const struct wire_reader *r, int16_t version, const char *what,
                   struct tern_error *err)
{
    if (r->failed)
        return tern_fail(err, TERN_EINVALID, "the %s of a worker is malformed", what);
    if (version < 0) {
        return tern_fail(err, TERN_EINVALID, "Unsupported subscription version: %d", /* peer text */
                         (int)version);
    }
    return 0;
}

static void move_assignment(struct protocol_assignment *from, struct protocol_assignment *to)
{
    *to = *from;
    *from = (struct protocol_assignment){0};
}

int protocol_assignment_decode(struct slice bytes, struct protocol_assignment *ret_assignment,
                               struct tern_error *err)
{
    CLEANUP(protocol_assignment_fini) struct protocol_assignment a = {0};
    struct wire_reader r = wire_reader_of(bytes, false);

    a.version = wire_i16(&r);
    if (decoded(&r, a.version, "assignment", err) < 0)
        return -1;
    a.error = wire_i16(&r);
    a.leader = read_text(&r);
    a.leader_url = read_text(&r);
    a.offset = wire_i64(&r);
    read_work(&r, &a.assigned);
    if (a.version > 0) {
        read_work(&r, &a.revoked);
        a.delay_ms = wire_left(&r) ? wire_i32(&r) : 0;
    }
    if (decoded(&r, a.version, "assignment", err) < 0)
        return -1;
    move_assignment(&a, ret_assignment);
    return 0;
}

int protocol_metadata_decode(struct slice bytes, struct protocol_metadata *ret_metadata,
                             struct tern_error *err)
{
    CLEANUP(protocol_metadata_fini) struct protocol_metadata m = {0};
    struct wire_reader r = wire_reader_of(bytes, false);
    struct slice current = {0};

    m.version = wire_i16(&r);
    if (decoded(&r, m.version, "metadata", err) < 0)
        return -1;
    m.url = read_text(&r);
    m.offset = wire_i64(&r);
    if (m.version > 0 && wire_left(&r))
        current = wire_nullable_bytes(&r);
    if (decoded(&r, m.version, "metadata", err) < 0)
        return -1;
    if (current.at && protocol_assignment_decode(current, &m.current, err) < 0)
        return tern_context(err, "metadata of the worker at '%s'", m.url);
    *ret_metadata = m;
    ret_metadata->has_current = current.at != NULL;
    m.url = NULL;
    move_assignment(&m.current, &ret_metadata->current);
    return 0;
}

void protocol_assignment_fini(struct protocol_assignment *a)
{
    free(a->leader);
    free(a->leader_url);
    work_list_fini(&a->assigned);
    work_list_fini(&a->revoked);
    *a = (struct protocol_assignment){0};
}

void protocol_metadata_fini(struct protocol_metadata *m)
{
    free(m->url);
    protocol_assignment_fini(&m->current);
    *m = (struct protocol_metadata){0};
}
