/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* client_conf_priv - what the files of client_conf share: the table and its building blocks. */
#include "lib/kafka/client_conf.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    FOR_PRODUCER = 1 << KAFKA_PRODUCER,
    FOR_CONSUMER = 1 << KAFKA_CONSUMER,
    FOR_ADMIN = 1 << KAFKA_ADMIN,
    FOR_ALL = FOR_PRODUCER | FOR_CONSUMER | FOR_ADMIN,
};

/* One configuration while it is built. */
struct conf_build {
    enum kafka_role role;
    const struct tern_config *java;
    client_conf_note *note; /* may be NULL */
    void *note_arg;
    rd_kafka_conf_t *conf;
};

/* Translates one setting; value is trimmed, never NULL. */
typedef int client_prop_fn(struct conf_build *b, const char *key, const char *value,
                           struct tern_error *err);

enum client_prop_how {
    PROP_TEXT,     /* as it stands; an empty one counts as absent */
    PROP_WORD,     /* one of words, in lower case, for librdkafka too */
    PROP_BOOL,     /* true or false, any case */
    PROP_INT,      /* checked against Java's range, then clamped to librdkafka's */
    PROP_LONG,     /* likewise */
    PROP_FN,       /* by translate */
    PROP_SECURITY, /* by client_security_apply(), which looks at several keys together */
    PROP_NONE,     /* no meaning here: told to note */
    PROP_SILENT,   /* no meaning here, and not worth a word */
    PROP_REFUSED,  /* an error that says why */
};

struct client_prop {
    const char *java;
    unsigned roles; /* where the row applies; in other roles the property has no meaning */
    enum client_prop_how how;
    const char *rdkafka;      /* librdkafka's name; with maybe: of newer versions only */
    const char *fallback;     /* set when the property is absent; NULL: librdkafka's own default */
    int64_t min, max;         /* INT, LONG: what Java accepts */
    int64_t rd_min, rd_max;   /* INT, LONG: what librdkafka accepts */
    const char *const *words; /* WORD; ends with NULL */
    client_prop_fn *translate;
    const char *reason; /* NONE, REFUSED: why, when there is more to say */
    bool maybe;         /* a librdkafka that does not know rdkafka leaves it without meaning */
};

/* Ends with java NULL. A property with a meaning of its own per role has several rows. */
extern const struct client_prop client_props[];

/* Settings of librdkafka that are ours to choose. Ends with name NULL. */
struct client_fixed {
    unsigned roles;
    const char *name, *value;
    bool maybe; /* only newer versions know it */
};
extern const struct client_fixed client_fixed[];

/* Translators of single properties, in client_translate.c; told apart by the table. */
client_prop_fn client_set_bootstrap, client_set_acks, client_set_batch_size,
    client_set_buffer_memory, client_set_compression_level, client_set_delivery_timeout,
    client_set_idempotence, client_set_request_timeout, client_set_reconnect_max,
    client_set_partitioner, client_set_transaction_timeout, client_set_offset_reset,
    client_set_fetch_max, client_set_assignors, client_set_idle;

/* All PROP_SECURITY rows together. */
int client_security_apply(struct conf_build *b, struct tern_error *err);
/* Whether the connections are to authenticate with access tokens. */
bool client_wants_tokens(const struct tern_config *java);
/* What producer settings demand of each other, in Java's words. */
int client_check_producer(struct conf_build *b, struct tern_error *err);

/* The trimmed value of a Java property, or NULL when absent, null or blank; freed by the caller. */
char *client_java(const struct conf_build *b, const char *key);
/* Sets one property of librdkafka. Errors name the Java key. A secret's value is never shown. */
int client_put(struct conf_build *b, const char *rdkafka, const char *value, const char *key,
               struct tern_error *err);
int client_put_int(struct conf_build *b, const char *rdkafka, int64_t value, const char *key,
                   struct tern_error *err);
/* False when this librdkafka does not know the property. */
bool client_put_maybe(struct conf_build *b, const char *rdkafka, const char *value);
void client_tell(const struct conf_build *b, const char *key, const char *why);

/* Java's number, TERN_INT or TERN_LONG; in its words when it is none or is out of range. */
int client_number(const char *key, const char *value, enum tern_config_type type, int64_t min,
                  int64_t max, int64_t *ret_number, struct tern_error *err);
/* The number of a Java property, or fallback when it is absent. */
int client_number_of(const struct conf_build *b, const char *key, int64_t fallback,
                     int64_t *ret_number, struct tern_error *err);
int client_bool(const char *key, const char *value, bool *ret_value, struct tern_error *err);
