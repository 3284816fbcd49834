/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * wire_call - a blocking client for single requests: what an admin asks that librdkafka cannot.
 *
 * A request goes to any broker of the list, or to the controller, which is asked for. Connections
 * are kept between calls. One call at a time, by one thread; wire_client_cancel() is for others.
 * Peer: KafkaAdminClient. Difference: a request that was sent and not answered is not repeated
 * here: whoever calls knows whether it may be.
 */
#include "lib/wire/conn.h"

#include <tern/config.h>

struct wire_client;

/* Texts are copied. */
struct wire_client_conf {
    const char *bootstrap_servers; /* as Java's setting */
    const char *client_id;
    int64_t request_timeout_ms;     /* of one request; 0: 30000 */
    int64_t setup_timeout_ms;       /* of one connection; 0: 10000 */
    const struct tern_config *java; /* security.protocol, ssl.*, sasl.*; NULL: plain TCP */
};

enum wire_to {
    WIRE_TO_ANY,
    /* In a cluster with KRaft that is any broker: it passes on what the controller has to do. */
    WIRE_TO_CONTROLLER,
};

/* Encodes the body of a request in the version that the broker and we share. */
typedef void wire_encode(void *arg, struct wire_writer *w, int16_t version);

/* The body of an answer, and the version to decode it in. */
struct wire_answer {
    int16_t version;
    struct buf body; /* owned */
};

#define WIRE_ANSWER_INIT                  \
    {                                     \
        .body = BUF_INIT(WIRE_ANSWER_MAX) \
    }
enum {
    WIRE_ANSWER_MAX = 64 << 20,
};
void wire_answer_fini(struct wire_answer *answer);

/* Errors: TERN_EINVALID: bootstrap_servers, security; TERN_EINTERNAL: no file left. Thread: any. */
int wire_client_open(const struct wire_client_conf *conf, struct wire_client **ret_client,
                     struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. */
void wire_client_free(struct wire_client *c);

/*
 * Makes a request and waits for its answer, which replaces what answer held. Brokers that cannot be
 * reached are gone round until deadline_ms. Errors: TERN_ETIMEOUT; TERN_ERETRIABLE: the connection
 * broke, the outcome is unknown; TERN_EINVALID: the broker does not have the request, or answers
 * nonsense.
 */
int wire_call(struct wire_client *c, enum wire_to to, enum wire_api api, wire_encode *encode,
              void *arg, int64_t deadline_ms, struct wire_answer *answer,
              struct tern_error *err) MUST_CHECK;
/* After an answer that says NOT_CONTROLLER: the next call asks who it is. */
void wire_client_forget_controller(struct wire_client *c);
/* The call under way, and all later ones, fail with TERN_ERETRIABLE. Thread: any. */
void wire_client_cancel(struct wire_client *c);
