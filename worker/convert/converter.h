/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * converter - between Connect data and the bytes of a record's key, value or header.
 *
 * One instance per task and role. A converter that answers with bytes it did not make
 * (ByteArrayConverter) costs nothing: the bytes are borrowed from the record. Spec:
 * connect-runtime.md 5. Peer: org.apache.kafka.connect.storage.{Converter,HeaderConverter}.
 */
#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/base/macros.h"

#include <tern/config.h>
#include <tern/error.h>
#include <tern/record.h>

enum converter_role {
    CONVERT_KEY,
    CONVERT_VALUE,
    CONVERT_HEADER
};

struct converter;

struct converter_class {
    const char *name;    /* Java class name */
    const char *alias;   /* simple name without "Converter" or "HeaderConverter" */
    unsigned roles;      /* bits 1 << enum converter_role */
    const char *version; /* as the Java class states it; NULL: "undefined" */
    /* Tables of its own keys, prefix removed, in order of definition; ends with NULL. NULL: no key.
     */
    const struct tern_config_key *const *config;
    /* config: the converter's own keys, prefix removed, and converter.type. */
    int (*open)(const struct converter_class *cls, enum converter_role role,
                const struct tern_config *config, struct converter **ret_converter,
                struct tern_error *err);
    /*
     * The bytes of value: borrowed from it, or written to scratch, which is empty and of this
     * value only: it lives until the record was acknowledged. Errors: TERN_EINVALID, with the
     * text of Java's DataException.
     */
    int (*from_connect)(struct converter *c, const char *topic, const struct tern_value *value,
                        struct buf *scratch, struct tern_bytes *ret_bytes, struct tern_error *err);
    /*
     * The value that bytes stand for (data NULL: null), with its schema, for as long as the arena
     * lives; the bytes are borrowed. header: the key of a header, NULL for key and value. Errors:
     * TERN_EINVALID, with the text of Java's DataException.
     */
    int (*to_connect)(struct converter *c, const char *topic, const char *header,
                      struct tern_bytes bytes, struct arena *arena, struct tern_value *ret_value,
                      struct tern_error *err);
    void (*close)(struct converter *c);
};

struct converter {
    const struct converter_class *cls;
    enum converter_role role;
    bool from_connector; /* named by the connector config, not the worker's */
};

/* The classes there are: converter_classes.c. Ends with NULL. */
extern const struct converter_class *const converter_classes[];

/* By class name, simple name or alias; NULL when there is none for that role. */
const struct converter_class *converter_find(enum converter_role role, const char *name);
/* The class names of that role, with commas; to be freed. */
char *converter_names(enum converter_role role);
/* "key.converter", "value.converter", "header.converter". */
const char *converter_key(enum converter_role role);

/*
 * The converter a task uses: that of the connector config when it names a class under
 * converter_key(), with the connector's properties only, else the worker's (5.1); for headers
 * SimpleHeaderConverter when neither does. Errors: TERN_EINVALID naming the classes that exist.
 */
int converter_open(enum converter_role role, const struct tern_config *connector,
                   const struct tern_config *worker, struct converter **ret_converter,
                   struct tern_error *err) MUST_CHECK;
static inline int converter_from_connect(struct converter *c, const char *topic,
                                         const struct tern_value *value, struct buf *scratch,
                                         struct tern_bytes *ret_bytes, struct tern_error *err)
{
    return c->cls->from_connect(c, topic, value, scratch, ret_bytes, err);
}
static inline int converter_to_connect(struct converter *c, const char *topic, const char *header,
                                       struct tern_bytes bytes, struct arena *arena,
                                       struct tern_value *ret_value, struct tern_error *err)
{
    return c->cls->to_connect(c, topic, header, bytes, arena, ret_value, err);
}
/* NULL is a no-op. */
void converter_close(struct converter *c);

/* For converters: the table of converter.type, which the worker sets. All but header-only ones have
 * it. */
extern const struct tern_config_key converter_type_keys[];
/* The config member of a converter that has no other key. */
extern const struct tern_config_key *const converter_type_only[];
/* For converters: the plain instance that needs no more than its class. */
int converter_open_plain(const struct converter_class *cls, enum converter_role role,
                         const struct tern_config *config, struct converter **ret_converter,
                         struct tern_error *err) MUST_CHECK;
void converter_close_plain(struct converter *c);
