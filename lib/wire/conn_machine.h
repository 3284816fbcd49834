/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * conn_machine - one connection to a broker, without the socket: what is to be written for the
 * requests made, and which response the bytes that were read are.
 *
 * First the versions are asked for (ApiVersions, down to what the broker has), then SASL runs
 * where there is an authenticator; after CONN_READY requests may be made, any number before the
 * first is answered. Every request has a deadline, and one that passes ends the connection: the
 * broker answers in order, so nothing behind it would come either. So does a response that is
 * too large, malformed, or not the next one.
 *
 *   conn_machine_handle(c, now, &event);
 *   while (conn_machine_next(c, &action)) ...
 *
 * Pure: time comes in, no I/O. One owner. Peers: NetworkClient, SaslClientAuthenticator.
 * Differences: a broker's throttle times are for the user of the responses to heed; a session
 * that ends (KIP-368) is told by conn_machine_expires_ms(), for a new connection to be made.
 */
#include "lib/base/buf.h"
#include "lib/wire/wire_api.h"

struct conn_machine;

/* One mechanism of SASL. Serves any number of connections. */
struct conn_auth {
    const char *mechanism;
    /*
     * Takes what the server said (null at first) and appends the next message, or sets
     * *ret_done when there is none: the server's last message, which is checked, has come.
     */
    int (*step)(void *talk, struct slice challenge, struct buf *out, bool *ret_done,
                struct tern_error *err);
    void *arg;
    /* The state of one connection, which step() gets; NULL: that is arg. */
    void *(*begin)(void *arg);
    void (*end)(void *talk);
};

/* Copied, but for auth, which is borrowed. */
struct conn_conf {
    const char *client_id;
    const char *software_name; /* letters, digits, '-' and '.' */
    const char *software_version;
    int64_t request_timeout_ms; /* for the requests of the beginning */
    size_t request_max_bytes;
    size_t response_max_bytes;
    const struct conn_auth *auth; /* NULL: none */
};

enum conn_event_kind {
    CONN_CONNECTED, /* first, and once */
    CONN_BYTES,     /* read from the peer; at most CONN_READ_MAX at a time */
    CONN_CLOSED,    /* by the peer, or broken */
    CONN_TICK,      /* time has passed */
};

enum {
    CONN_READ_MAX = 1 << 18,
};

struct conn_event {
    enum conn_event_kind kind;
    struct slice bytes;
};

enum conn_action_kind {
    CONN_SEND,     /* write bytes */
    CONN_READY,    /* requests may be made */
    CONN_RESPONSE, /* bytes are the body of the answer to request tag */
    CONN_FAILED,   /* request tag is not going to be answered: error */
    CONN_CLOSE,    /* close the socket: error. The last action */
};

/* bytes and error are borrowed until the next call with the machine. */
struct conn_action {
    enum conn_action_kind kind;
    struct slice bytes;
    uint64_t tag;
    enum wire_api api; /* of the request, with its version */
    int16_t version;
    const struct tern_error *error;
};

struct conn_machine *conn_machine_new(const struct conn_conf *conf);
/* NULL is a no-op. */
void conn_machine_free(struct conn_machine *c);

/* All actions have to be taken before the next event. */
void conn_machine_handle(struct conn_machine *c, int64_t now_ms, const struct conn_event *event);
/* The next thing to do; false when there is none. */
bool conn_machine_next(struct conn_machine *c, struct conn_action *ret_action);
/* When CONN_TICK is due at the latest. */
int64_t conn_machine_wake_ms(const struct conn_machine *c);
/* When the broker ends the session; FOREVER_MS: never. */
int64_t conn_machine_expires_ms(const struct conn_machine *c);

bool conn_machine_is_ready(const struct conn_machine *c);
/* The version in which both speak api; -1: the broker has none of ours, or not ready. */
int16_t conn_machine_version(const struct conn_machine *c, enum wire_api api);

/*
 * A request: begin, encode its body in conn_machine_version() by the writer, end. Only while
 * ready, and only for an api that the broker has.
 */
struct wire_writer *conn_machine_begin(struct conn_machine *c, enum wire_api api);
/* Errors: TERN_EINVALID when the request is too large, or holds what cannot be written. */
int conn_machine_end(struct conn_machine *c, int64_t now_ms, int64_t timeout_ms, uint64_t tag,
                     struct tern_error *err) MUST_CHECK;
