/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_conn_machine - a connection whose broker sends anything. Input: blocks of a length (one
 * byte) and that many bytes, each one read; with no length, a request is made where that is
 * possible, and time passes. However it goes, every request is answered or failed just once.
 */
#include "lib/wire/conn_machine.h"

#include <assert.h>

#include "lib/wire/msg_heartbeat.h"

enum {
    TIMEOUT_MS = 8,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
    struct conn_machine *c;
    int64_t now_ms;
    uint64_t made, answered, failed;
    bool is_closed;
};

static void take_actions(struct fuzz *f)
{
    struct conn_action action;

    while (conn_machine_next(f->c, &action)) {
        assert(!f->is_closed);
        switch (action.kind) {
        case CONN_SEND:
            assert(action.bytes.len > 4);
            break;
        case CONN_READY:
            assert(conn_machine_is_ready(f->c));
            break;
        case CONN_RESPONSE:
            assert(action.tag == f->answered && f->failed == 0);
            f->answered++;
            break;
        case CONN_FAILED:
            assert(action.tag == f->answered + f->failed);
            f->failed++;
            break;
        case CONN_CLOSE:
            assert(action.error->msg[0]);
            f->is_closed = true;
            break;
        }
    }
}

static void handle(struct fuzz *f, enum conn_event_kind kind, struct slice bytes)
{
    const struct conn_event event = {kind, bytes};

    conn_machine_handle(f->c, f->now_ms, &event);
    take_actions(f);
}

static void make_request(struct fuzz *f)
{
    const struct msg_heartbeat_request request = {slice_str("g"), 1, slice_str("m")};
    struct tern_error err;

    f->now_ms++;
    if (conn_machine_version(f->c, WIRE_HEARTBEAT) >= 0) {
        msg_heartbeat_encode(conn_machine_begin(f->c, WIRE_HEARTBEAT),
                             conn_machine_version(f->c, WIRE_HEARTBEAT), &request);
        if (conn_machine_end(f->c, f->now_ms, TIMEOUT_MS, f->made, &err) == 0)
            f->made++;
        take_actions(f);
    }
    handle(f, CONN_TICK, (struct slice){0});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct conn_conf conf = {"c", "tern", "1", TIMEOUT_MS, 1024, 4096, NULL};
    struct fuzz f = {.c = conn_machine_new(&conf)};

    handle(&f, CONN_CONNECTED, (struct slice){0});
    for (size_t at = 0; at < size;) {
        size_t len = data[at++];

        if (len > size - at)
            len = size - at;
        if (len)
            handle(&f, CONN_BYTES, slice_of(data + at, len));
        else
            make_request(&f);
        at += len;
    }
    handle(&f, CONN_CLOSED, (struct slice){0});
    assert(f.is_closed && f.answered + f.failed == f.made);
    conn_machine_free(f.c);
    return 0;
}
