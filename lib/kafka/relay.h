/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * relay - secured connections for a librdkafka that cannot make them itself.
 *
 * Before 2.6.1 librdkafka sends its nonce twice in SASL/SCRAM, which brokers refuse since Kafka
 * 3.8.1 (confluentinc/librdkafka pull request 4895). And none has settings for the versions of TLS
 * and the suites of TLS 1.3, or takes delegation tokens. So the handle is told that the cluster is
 * plain, and its connections are socket pairs: at the other end a thread makes the real connection,
 * with TLS and SASL of our own (lib/wire), and carries the bytes over. One relay for each handle.
 * A connection that cannot be made, or ends, is closed towards librdkafka, which tries again.
 */
#include "lib/base/macros.h"

#include <tern/config.h>
#include <tern/error.h>

struct relay;

/* A connection could not be made, or its peer was not let in. Thread: the relay's; must not block.
 */
typedef void relay_failed(void *arg, const char *broker, const struct tern_error *err);

/* Whether clients of these Java settings need one, with the librdkafka that runs. Not for GSSAPI.
 */
bool relay_is_needed(const struct tern_config *java);
/* Whether ssl.enabled.protocols, NULL being none, is other than the default. */
bool relay_chooses_versions(const char *enabled);

/* Starts the thread. Errors: TERN_EINVALID: the security settings. */
int relay_new(const struct tern_config *java, relay_failed *failed, void *arg,
              struct relay **ret_relay, struct tern_error *err) MUST_CHECK;
/* Ends the thread and all connections; no socket is to be had any more. After rd_kafka_destroy(),
 * which some threads of librdkafka may outlive. NULL is a no-op, here and below. */
void relay_stop(struct relay *r);
/* After relay_stop(), when no thread can ask any more. */
void relay_free(struct relay *r);

/* What librdkafka's socket_cb and connect_cb return: a socket, -1; 0, or an errno. Thread: any. */
int relay_socket(struct relay *r);
int relay_connect(struct relay *r, int fd, const char *broker);
