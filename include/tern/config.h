/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * config - a configuration as plugins see it, and the tables that define its keys.
 *
 * A key is declared once, as a row of a table. The same table binds a settings
 * struct, answers PUT .../config/validate, writes doc/config.md, and is compared with
 * the peer's definition in a golden test. Peer: org.apache.kafka.common.config.ConfigDef.
 */
#include <tern/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One entry; value NULL is Java's null. */
struct tern_config_entry {
    const char *key;
    const char *value;
};

/* A map of strings: entries sorted by key in byte order, no key twice. Immutable, borrowed. */
struct tern_config {
    const struct tern_config_entry *entries;
    size_t count;
};

/* Takes one more configuration, copying what it keeps. Returned by the caller of a plugin. */
typedef int tern_config_emit(void *arg, const struct tern_config *config, struct tern_error *err);

enum tern_config_type {
    TERN_BOOL = 1, /* binds a bool */
    TERN_STRING,   /* binds a const char *, trimmed; NULL for null */
    TERN_INT,      /* binds an int32_t */
    TERN_SHORT,    /* binds an int16_t */
    TERN_LONG,     /* binds an int64_t */
    TERN_DOUBLE,   /* binds a double */
    TERN_LIST,     /* binds a struct tern_list */
    TERN_CLASS,    /* binds a const char *: the name as given */
    TERN_PASSWORD, /* binds a const char *; never printed */
};

struct tern_list {
    const char *const *items;
    size_t count;
};

enum tern_importance {
    TERN_HIGH = 1,
    TERN_MEDIUM,
    TERN_LOW
};
enum tern_width {
    TERN_WIDTH_NONE = 0,
    TERN_WIDTH_SHORT,
    TERN_WIDTH_MEDIUM,
    TERN_WIDTH_LONG
};

enum tern_validator_kind {
    TERN_VALID_RANGE = 1,            /* min and max, each unless INT64_MIN / INT64_MAX; flags */
    TERN_VALID_ONE_OF,               /* strings, exact */
    TERN_VALID_ONE_OF_ANY_CASE,      /* strings, ASCII case ignored */
    TERN_VALID_NON_EMPTY,            /* null is fine */
    TERN_VALID_NON_EMPTY_NO_CONTROL, /* null is fine; no ISO control characters */
    TERN_VALID_NON_NULL,
    TERN_VALID_LIST,   /* flags; and each entry one of strings, if given */
    TERN_VALID_CUSTOM, /* check() */
};

enum {
    TERN_LIST_NOT_EMPTY = 1, /* an empty list is refused */
    TERN_ALLOW_NULL = 2,     /* LIST, RANGE: null is accepted */
};

struct tern_validator {
    enum tern_validator_kind kind;
    int64_t min, max;
    const char *const *strings; /* ends with NULL */
    unsigned flags;
    /* value is the text as given, NULL for null; the message follows "Invalid value ... : ". */
    int (*check)(const char *key, const char *value, struct tern_error *err);
    const char *description; /* CUSTOM: what documentation shows as valid values */
};

/* What a user interface may offer; both callbacks may be NULL. Thread: any. */
struct tern_recommender {
    /* Calls emit_value for each recommended value, given all values entered so far. */
    void (*values)(const char *key, const struct tern_config *config,
                   void (*emit_value)(void *arg, const char *value), void *arg);
    bool (*visible)(const char *key, const struct tern_config *config);
};

enum {
    TERN_REQUIRED = 1, /* no default: leaving the key out is an error */
    TERN_INTERNAL = 2, /* accepted, not documented */
};

#define TERN_UNBOUND SIZE_MAX

/* One key. A table ends with TERN_END. The rows are written {name, type, default, importance, at,
 * doc}. */
struct tern_config_key {
    const char *name;
    enum tern_config_type type;
    const char *fallback; /* the default as text; NULL: null (or none, with TERN_REQUIRED) */
    enum tern_importance importance;
    size_t at; /* offset in the settings struct, or TERN_UNBOUND */
    const char *doc;
    unsigned flags;
    const struct tern_validator *validator; /* NULL: anything */
    const char *group;                      /* NULL: none */
    int order;                              /* in the group; 0 without one is shown as -1 */
    enum tern_width width;
    const char *display_name;      /* NULL: the name */
    const char *const *dependents; /* ends with NULL; NULL: none */
    const struct tern_recommender *recommender;
};

#define TERN_END     \
    {                \
        .name = NULL \
    }
