/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * data - Connect's data model: values, and the schemas that describe them.
 *
 * Both are plain data, which whoever makes them fills in: a plugin may write its schemas as
 * constants, and values as arrays on its heap. Nothing here is ever changed by who receives
 * it. A schema is compared by what it says, not by its address, and lives as long as the
 * values that point to it: for a record, until its batch is released.
 *
 * Names, docs and parameters are UTF-8. Peers: org.apache.kafka.connect.data.{Schema,Field,
 * ConnectSchema,Struct,SchemaAndValue,Decimal,Date,Time,Timestamp}.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* data NULL is null; an empty byte string has a non-NULL data and size 0. */
struct tern_bytes {
    const void *data;
    size_t size;
};

enum tern_type {
    TERN_TYPE_INT8 = 1,
    TERN_TYPE_INT16,
    TERN_TYPE_INT32,
    TERN_TYPE_INT64,
    TERN_TYPE_FLOAT32,
    TERN_TYPE_FLOAT64,
    TERN_TYPE_BOOLEAN,
    TERN_TYPE_STRING,
    TERN_TYPE_BYTES,
    TERN_TYPE_ARRAY,
    TERN_TYPE_MAP,
    TERN_TYPE_STRUCT,
};

/* Logical types are schemas of these names, version 1. */
#define TERN_DECIMAL       "org.apache.kafka.connect.data.Decimal"   /* BYTES */
#define TERN_DATE          "org.apache.kafka.connect.data.Date"      /* INT32: days */
#define TERN_TIME          "org.apache.kafka.connect.data.Time"      /* INT32: ms of the day */
#define TERN_TIMESTAMP     "org.apache.kafka.connect.data.Timestamp" /* INT64: ms */
#define TERN_DECIMAL_SCALE "scale"                                   /* Decimal's parameter */

struct tern_schema;

struct tern_parameter {
    const char *name;
    const char *value;
};

struct tern_schema_field {
    const char *name;
    const struct tern_schema *schema;
};

/* Since 1.1. Written TERN_SCHEMA(.type = TERN_TYPE_STRING, .optional = true). */
struct tern_schema {
    uint32_t size; /* sizeof(struct tern_schema) as compiled */
    enum tern_type type;
    bool optional;
    bool has_version;
    int32_t version;                         /* if has_version */
    const char *name;                        /* NULL: none */
    const char *doc;                         /* NULL: none */
    const struct tern_parameter *parameters; /* in order; no name twice */
    size_t parameter_count;
    const struct tern_value *fallback;      /* the default; NULL: none */
    const struct tern_schema *keys;         /* MAP */
    const struct tern_schema *values;       /* MAP: of its values; ARRAY: of its elements */
    const struct tern_schema_field *fields; /* STRUCT: in order; no name twice */
    size_t field_count;
};

#define TERN_SCHEMA(...)                                \
    {                                                   \
        .size = sizeof(struct tern_schema), __VA_ARGS__ \
    }

/* What a value is at run time: Java's class of it. */
enum tern_value_type {
    TERN_VALUE_NULL = 0,
    TERN_VALUE_BOOLEAN,
    TERN_VALUE_INT8,
    TERN_VALUE_INT16,
    TERN_VALUE_INT32,
    TERN_VALUE_INT64,
    TERN_VALUE_FLOAT32,
    TERN_VALUE_FLOAT64,
    TERN_VALUE_STRING, /* as.bytes: UTF-8, not terminated; data NULL is null */
    TERN_VALUE_BYTES,  /* as.bytes; data NULL is null */
    /* Since 1.1: */
    TERN_VALUE_DECIMAL, /* as.decimal: java.math.BigDecimal, with a Decimal schema */
    TERN_VALUE_DATE,    /* as.integer: java.util.Date, ms since 1970, with a Date, Time or
                           Timestamp schema */
    TERN_VALUE_ARRAY,   /* as.array */
    TERN_VALUE_MAP,     /* as.map: entries in order; whoever makes it sees to it that no key is
                           there twice */
    TERN_VALUE_STRUCT,  /* as.fields: one for each field of its schema, which it must have */
};

/* unscaled / 10^scale */
struct tern_decimal {
    const void *unscaled; /* two's complement, big endian, at least one byte */
    uint32_t size;
    int32_t scale;
};

struct tern_array {
    const struct tern_value *items;
    size_t count;
};

struct tern_entry;

struct tern_map {
    const struct tern_entry *entries;
    size_t count;
};

struct tern_value {
    enum tern_value_type type;
    /* NULL: none, or that of plain optional bytes. Within a value it counts for structs only: the
     * schema of an element, key or field is said by the outer schema. */
    const struct tern_schema *schema;
    union {
        bool boolean;
        int64_t integer; /* every INT type, DATE */
        double number;   /* both FLOAT types */
        struct tern_bytes bytes;
        struct tern_decimal decimal;
        struct tern_array array;
        struct tern_map map;
        const struct tern_value *fields;
    } as;
};

struct tern_entry {
    struct tern_value key, value;
};

struct tern_header {
    const char *key; /* UTF-8, terminated */
    struct tern_value value;
};
