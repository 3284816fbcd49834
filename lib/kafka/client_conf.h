/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * client_conf - Java client settings -> librdkafka settings.
 *
 * Everything that opens a Kafka client takes the settings as a Java user writes them
 * (bootstrap.servers, security.protocol, acks, linger.ms, max.poll.records ...). One
 * table says of every Java client property whether it is translated, has no meaning
 * here, or is refused and why. Java's defaults are applied where librdkafka's differ and
 * the difference shows (isolation.level=read_uncommitted, murmur2 partitioner, acks=all).
 *
 * Deliberate differences from Java's defaults: allow.auto.create.topics is false for
 * consumers; batch.size is 1 MB and fetch.max.bytes 8 MiB, since librdkafka batches and
 * fetches ahead in another way; nothing is fetched while a whole fetch, or 50000 records, waits to
 * be taken; buffer.memory is 12 MiB where max.request.size is at most 2 MiB. A producer that is
 * told to have one request in flight (Connect's are) is an idempotent one with five, unless acks or
 * retries speak against it: librdkafka keeps the order no other way. A consumer without group.id
 * cannot assign() or subscribe(): it uses rd_kafka_consume_start_queue(), which spares the group's
 * coordinator and a thread.
 */
#include "lib/base/macros.h"

#include <librdkafka/rdkafka.h>

#include <tern/config.h>
#include <tern/error.h>

enum kafka_role {
    KAFKA_PRODUCER,
    KAFKA_CONSUMER,
    KAFKA_ADMIN
};

#define CLIENT_UNKNOWN "unknown" /* why a setting was not translated that no client knows */

/*
 * Called once for each setting that was not translated: why is a reason such as "no meaning
 * here", or CLIENT_UNKNOWN. The text never holds a value.
 */
typedef void client_conf_note(void *arg, const char *key, const char *why);

/*
 * Builds the librdkafka configuration for one client. note may be NULL. On success the
 * caller owns *ret_conf (rd_kafka_new() takes it). Thread: any.
 * Errors: TERN_EINVALID naming key, value (unless secret) and what was expected.
 */
int client_conf_build(enum kafka_role role, const struct tern_config *java, client_conf_note *note,
                      void *arg, rd_kafka_conf_t **ret_conf, struct tern_error *err) MUST_CHECK;

/*
 * The same, and opens the handle, for client_close(). librdkafka's log lines go to log domain
 * "org.apache.kafka.clients" with the context of the thread that opened the handle, repeats
 * suppressed. What they say of connections is at debug level: a cluster that cannot be reached
 * is said for all handles together, see reachability.h. before_open may be NULL: sets what the
 * caller needs (callbacks, opaque) on the configuration. An error callback is there already, since
 * librdkafka logs errors as well.
 */
int client_open(enum kafka_role role, const struct tern_config *java,
                void (*before_open)(void *arg, rd_kafka_conf_t *conf), void *arg,
                rd_kafka_t **ret_rk, struct tern_error *err) MUST_CHECK;

/* rd_kafka_destroy(), and forgets how the handle logs. NULL is a no-op. */
void client_close(rd_kafka_t *rk);

/*
 * Drops, from now on, the errors that librdkafka puts on the handle's main queue: for a handle
 * whose owner does not poll, where they would pile up.
 */
void client_ignore_events(rd_kafka_t *rk);

/*
 * Makes a consumer look at once whether there is room for the next fetch. librdkafka before 2.2
 * looks again only after up to a second once its queue was full, which starves a reader that is
 * slower than the network: call this whenever a good part of the queue was taken out (a wake-up
 * of the broker threads, some microseconds). With newer versions it does nothing, since
 * fetch.queue.backoff.ms is there. Thread: the handle's owner.
 */
void client_fetch_more(rd_kafka_t *rk);

/* The tern_code for an error of librdkafka: TERN_ERETRIABLE, TERN_ETIMEOUT, or TERN_EINTERNAL ...
 */
enum tern_code kafka_error_code(rd_kafka_resp_err_t e);
/* The class of Java's exception for what may become of a record; NULL: another than those known. */
const char *kafka_error_class(rd_kafka_resp_err_t e);
