/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections are made for one call and closed after it: it is made once in a round of checkpoints,
 * and needs no lock so. Requests only read, so one that is not answered in its step is repeated.
 */
#include "lib/kafka/admin_offsets_batch.h"

#include "lib/base/clock.h"
#include "lib/base/vec.h"
#include "lib/wire/msg_find_coordinators.h"
#include "lib/wire/msg_offset_fetch.h"

enum {
    KEYS_MAX = 2000,   /* of one search for coordinators */
    GROUPS_MAX = 1000, /* of one request for offsets */
    STEP_MS = 5000,    /* a cancelled call is left after this long */

    GROUP_NOT_FOUND = 69,
};

/* A broker that coordinates groups, and which. */
struct node {
    char address[ADMIN_ADDRESS_BYTES]; /* "host:port" */
    VEC(size_t) members;               /* numbers of groups */
};

struct batch {
    struct admin *a;
    struct admin_group_offsets *offsets;
    size_t count;
    bool *done;
    int64_t deadline_ms;
    VEC(struct node) nodes;
};

/* ---- calls ---- */

static int call(struct batch *b, struct wire_client *client, enum wire_api api, wire_encode *encode,
                void *arg, struct wire_answer *answer, struct tern_error *err)
{
    for (;;) {
        int64_t step = clock_deadline_ms(STEP_MS);

        if (wire_call(client, WIRE_TO_ANY, api, encode, arg,
                      step < b->deadline_ms ? step : b->deadline_ms, answer, err) == 0)
            return 0;
        if (admin_cancelled(b->a) || err->code == TERN_EINVALID ||
            clock_mono_ms() >= b->deadline_ms)
            return -1;
    }
}

/* The groups that a request names. */
struct asked {
    struct slice *names;
    size_t count;
    int16_t version; /* out */
};

/* ---- coordinators ---- */

static void encode_search(void *arg, struct wire_writer *w, int16_t version)
{
    struct asked *asked = arg;

    asked->version = version;
    if (version >= MSG_FIND_COORDINATORS_VERSION)
        msg_find_coordinators_encode(w, asked->names, asked->count);
    else
        w->out->failed = true; /* not to be sent: see search() */
}

static void add_member(struct batch *b, const struct msg_coordinator *c, size_t group)
{
    struct node fresh = {0};
    size_t i = 0;

    admin_broker_address(c->host, c->port, fresh.address);
    while (i < b->nodes.count && strcmp(b->nodes.at[i].address, fresh.address) != 0)
        i++;
    if (i == b->nodes.count)
        vec_push(&b->nodes, fresh);
    vec_push(&b->nodes.at[i].members, group);
}

/* The group of a name among those from first on; the answer has mostly the order of the request. */
static size_t find_group(const struct batch *b, size_t first, size_t count, size_t guess,
                         struct slice name)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = first + (guess + i) % count;

        if (slice_equal(slice_str(b->offsets[at].group), name))
            return at;
    }
    return SIZE_MAX;
}

static int search(struct batch *b, struct wire_client *client, size_t first, size_t count,
                  struct slice *names, struct tern_error *err)
{
    CLEANUP(wire_answer_fini) struct wire_answer answer = WIRE_ANSWER_INIT;
    struct msg_find_coordinators_response found;
    struct asked asked = {names, count, 0};

    for (size_t i = 0; i < count; i++)
        names[i] = slice_str(b->offsets[first + i].group);
    if (call(b, client, WIRE_FIND_COORDINATOR, encode_search, &asked, &answer, err) < 0)
        return -1;
    if (asked.version < MSG_FIND_COORDINATORS_VERSION)
        return tern_fail(err, TERN_EINVALID, "the broker finds one coordinator at a time");
    if (msg_find_coordinators_decode(buf_slice(&answer.body), answer.version, &found, err) < 0)
        return -1;
    for (size_t i = 0; i < found.count; i++) {
        const struct msg_coordinator *c = &found.coordinators[i];
        size_t group = find_group(b, first, count, i, c->key);

        if (group != SIZE_MAX && c->error == 0 && c->host.len > 0 && c->host.len < 256)
            add_member(b, c, group);
    }
    msg_find_coordinators_fini(&found);
    return 0;
}

static int search_all(struct batch *b, struct tern_error *err)
{
    CLEANUP(freep) struct slice *names = xcalloc(KEYS_MAX, sizeof(*names));
    struct wire_client *client;
    int rc = 0;

    if (admin_open_wire(b->a, NULL, &client, err) < 0)
        return -1;
    for (size_t first = 0; rc == 0 && first < b->count; first += KEYS_MAX) {
        size_t left = b->count - first;

        rc = search(b, client, first, left < KEYS_MAX ? left : KEYS_MAX, names, err);
    }
    wire_client_free(client);
    return rc;
}

/* ---- offsets ---- */

static void encode_fetch(void *arg, struct wire_writer *w, int16_t version)
{
    const struct asked *asked = arg;
    const struct msg_offset_fetch_request request = {asked->names, asked->count, false};

    msg_offset_fetch_encode(w, version, &request);
}

static void take_partition(struct admin_group_offsets *slot,
                           const struct msg_offset_fetch_partition *p)
{
    if (p->error && !slot->outcome.kafka_error)
        slot->outcome = admin_outcome_of((rd_kafka_resp_err_t)p->error, NULL);
    if (p->error || p->offset < 0)
        return;
    slot->offsets[slot->count++] = (struct admin_group_offset){
        .topic = xstrndup((const char *)p->topic.at, p->topic.len),
        .partition = p->partition,
        .offset = p->offset,
        .metadata =
            p->metadata.at ? xstrndup((const char *)p->metadata.at, p->metadata.len) : xstrdup(""),
    };
}

/* What another request may bring. */
static bool is_moving(int16_t error)
{
    return error == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS ||
           error == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE ||
           error == RD_KAFKA_RESP_ERR_NOT_COORDINATOR;
}

static void take_group(struct batch *b, size_t group, const struct msg_offset_fetch_group *g)
{
    struct admin_group_offsets *slot = &b->offsets[group];

    if (is_moving(g->error) || b->done[group])
        return;
    b->done[group] = true;
    if (g->error && g->error != GROUP_NOT_FOUND) {
        slot->outcome = admin_outcome_of((rd_kafka_resp_err_t)g->error, NULL);
        return;
    }
    slot->offsets = xcalloc(g->partition_count, sizeof(*slot->offsets));
    for (size_t i = 0; i < g->partition_count; i++)
        take_partition(slot, &g->partitions[i]);
}

static int fetch(struct batch *b, struct wire_client *client, const size_t *members, size_t count,
                 struct slice *names, struct tern_error *err)
{
    CLEANUP(wire_answer_fini) struct wire_answer answer = WIRE_ANSWER_INIT;
    struct msg_offset_fetch_response found;
    struct asked asked = {names, count, 0};

    for (size_t i = 0; i < count; i++)
        names[i] = slice_str(b->offsets[members[i]].group);
    if (call(b, client, WIRE_OFFSET_FETCH, encode_fetch, &asked, &answer, err) < 0 ||
        msg_offset_fetch_decode(buf_slice(&answer.body), answer.version, &found, err) < 0)
        return -1;
    for (size_t i = 0; i < found.group_count; i++) {
        for (size_t k = 0; k < count; k++) {
            size_t at = (i + k) % count;

            if (slice_equal(names[at], found.groups[i].group)) {
                take_group(b, members[at], &found.groups[i]);
                break;
            }
        }
    }
    msg_offset_fetch_fini(&found);
    return 0;
}

static int fetch_all(struct batch *b, const struct node *node, struct tern_error *err)
{
    CLEANUP(freep) struct slice *names = xcalloc(GROUPS_MAX, sizeof(*names));
    struct wire_client *client;
    int rc = 0;

    if (admin_open_wire(b->a, node->address, &client, err) < 0)
        return -1;
    for (size_t first = 0; rc == 0 && first < node->members.count; first += GROUPS_MAX) {
        size_t left = node->members.count - first;

        rc = fetch(b, client, &node->members.at[first], left < GROUPS_MAX ? left : GROUPS_MAX,
                   names, err);
    }
    wire_client_free(client);
    return rc;
}

static int run(struct batch *b, struct tern_error *err)
{
    struct tern_error first;
    size_t failed = 0;

    if (search_all(b, err) < 0)
        return -1;
    for (size_t i = 0; i < b->nodes.count; i++) {
        struct tern_error why;

        if (fetch_all(b, &b->nodes.at[i], &why) < 0 && failed++ == 0)
            first = why;
    }
    if (failed && failed == b->nodes.count) {
        *err = first;
        return -1;
    }
    return 0;
}

int admin_offsets_batch(struct admin *a, struct admin_group_offsets *offsets, size_t count,
                        int64_t deadline_ms, bool *ret_done, struct tern_error *err)
{
    struct batch b = {.a = a, .offsets = offsets, .count = count, .deadline_ms = deadline_ms};
    int rc;

    b.done = ret_done;
    rc = run(&b, err);
    for (size_t i = 0; i < b.nodes.count; i++)
        vec_fini(&b.nodes.at[i].members);
    vec_fini(&b.nodes);
    return rc;
}
