/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * config_def - tables of configuration keys at work: bound, checked, described.
 *
 * A definition is an array of tables (include/tern/config.h) that ends with NULL; its
 * order of keys is the order of the rows. Two modes, as in the peer: *binding* fills a
 * settings struct and stops at the first fault, *validating* reports on every key, for
 * REST. They differ in that binding drops repeated items of a list that has a LIST
 * validator, which validating refuses.
 *
 * Peer: org.apache.kafka.common.config.ConfigDef. Messages are its own. Difference: a key
 * that two others name as their dependent is checked once, not twice. Thread: any.
 */
#include "lib/base/macros.h"

#include <tern/config.h>
#include <tern/error.h>
#include <tern/plugin.h>

#include <stdbool.h>
#include <stddef.h>

/* Tables that were perhaps compiled elsewhere, with a struct tern_config_key of another size. */
struct config_def {
    const struct tern_config_key *const *tables;
    size_t key_size;
};

#define CONFIG_DEF(tables_)                                             \
    {                                                                   \
        .tables = (tables_), .key_size = sizeof(struct tern_config_key) \
    }

/* Walks the keys: struct config_walk w = {0}; while (config_walk_next(&def, &w)) ... w.key ... */
struct config_walk {
    size_t table, row;
    struct tern_config_key key; /* a copy; members that the table's maker did not know are 0 */
};

bool config_walk_next(const struct config_def *def, struct config_walk *walk);
/* Copies the row of a key; false when there is none. */
bool config_def_find(const struct config_def *def, const char *name,
                     struct tern_config_key *ret_key);

/* ---- binding ---- */

/* What bound strings and lists live in. */
struct config_memory;
void config_memory_free(struct config_memory *memory);
static inline void config_memory_freep(struct config_memory **memory)
{
    config_memory_free(*memory);
}

/*
 * Reads every key of the tables from config, or its default, and writes it to
 * settings + key.at. Keys TERN_UNBOUND are checked all the same; keys of config that no table
 * knows are ignored. Strings and lists point into *ret_memory; a null number, bool or list
 * leaves its member as it was, so that the caller can set it before, a null string is NULL.
 * Nothing is written on failure. Errors: TERN_EINVALID, the first in order of definition.
 */
int config_bind(const struct tern_config_key *const *tables, const struct tern_config *config,
                void *settings, struct config_memory **ret_memory,
                struct tern_error *err) MUST_CHECK;

/* The same, but calls fault for every key that is wrong before it fails; *err holds the first. */
int config_bind_all(const struct tern_config_key *const *tables, const struct tern_config *config,
                    void *settings, tern_config_fault *fault, void *arg,
                    struct config_memory **ret_memory, struct tern_error *err) MUST_CHECK;

/* ---- validating ---- */

struct config_texts {
    char **at; /* owned, each too */
    size_t count;
    size_t cap;
};

/* What REST says of one key. */
struct config_key_report {
    char *name;
    bool defined;               /* false: only named as a dependent of some key; the row is empty */
    struct tern_config_key key; /* the row; its strings are the table's */
    char *value;                /* text, NULL for null */
    struct config_texts errors;
    struct config_texts recommended;
    bool visible;
};

/* In order of definition; after them dependents that are not defined. */
struct config_report {
    struct config_key_report *keys;
    size_t count;
    size_t cap;
};

/* Returns owned. Borrows the tables for the life of the report. */
struct config_report *config_validate(const struct config_def *def,
                                      const struct tern_config *config);
void config_report_free(struct config_report *report);
static inline void config_report_freep(struct config_report **report)
{
    config_report_free(*report);
}

/* NULL when the report has no such key. */
struct config_key_report *config_report_find(const struct config_report *report, const char *name);
/* Appends one that is not defined, visible and null. */
struct config_key_report *config_report_append(struct config_report *report, const char *name);
/* Finds a key or appends it. */
struct config_key_report *config_report_want(struct config_report *report, const char *name);
void config_report_set_value(struct config_key_report *key, const char *value);
void config_report_add_error(struct config_key_report *key, const char *message);
void config_report_clear_errors(struct config_key_report *key);
void config_report_add_recommended(struct config_key_report *key, const char *value);
size_t config_report_error_count(const struct config_report *report);

/* ---- describing: as REST and documents show it ---- */

const char *config_type_name(enum tern_config_type type);            /* "BOOLEAN" */
const char *config_importance_name(enum tern_importance importance); /* "HIGH" */
const char *config_width_name(enum tern_width width);                /* "NONE" */
bool config_key_required(const struct tern_config_key *key);
int config_key_order(const struct tern_config_key *key); /* -1: none */
const char *config_key_display_name(const struct tern_config_key *key);
/* The default as text, to be freed; NULL when it is null or there is none. */
char *config_key_default_text(const struct tern_config_key *key);
/* What documents show as valid values, to be freed; NULL when anything is valid. */
char *config_key_valid_values(const struct tern_config_key *key);

/* ---- keys that nobody knows ---- */

/* Remarks on key: what it is, and nearest (NULL: none) as what may have been meant. */
void config_remark(tern_config_fault *remark, void *arg, const char *key, const char *what,
                   const char *nearest);
/* The key of the tables nearest to name by edit distance, NULL when none comes close. */
const char *config_nearest_key(const struct config_def *def, const char *name);

/*
 * Checks the tables themselves: no key twice, members in their ranges, validators that fit
 * the types, every default valid, every dependent defined. For tests, and for the tables of a
 * plugin before anything else is done with them. Errors: TERN_EINTERNAL naming the key.
 */
int config_def_check(const struct config_def *def, struct tern_error *err) MUST_CHECK;
