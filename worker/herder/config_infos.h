/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * config_infos - what validation says of a configuration: definitions, values, errors, in order.
 *
 * Built by connector_validate.h; REST shows it, and refuses a connector with its message. The
 * documentation of a definition is borrowed from its table, everything else is owned.
 * Peer: org.apache.kafka.connect.runtime.rest.entities.ConfigInfos. Spec: connect-rest.md 6.1.
 */
#include "lib/conf/config_def.h"

#include <stdbool.h>
#include <stddef.h>

struct config_definition {
    enum tern_config_type type;
    bool required;
    char *default_text; /* NULL: null, or none when required */
    enum tern_importance importance;
    const char *doc;
    char *group; /* NULL: none */
    int order;   /* -1: none */
    enum tern_width width;
    char *display_name;
    const char *const *dependents; /* ends with NULL; NULL: none */
};

struct config_info {
    char *name;
    bool is_defined; /* definition counts */
    struct config_definition definition;
    char *value; /* NULL: null */
    struct config_texts errors;
    struct config_texts recommended;
    bool visible;
};

struct config_infos {
    char *name; /* as submitted */
    size_t error_count;
    struct config_texts groups; /* in order of first appearance */
    struct config_info *at;
    size_t count;
    size_t cap;
};

struct config_infos *config_infos_new(const char *name);
void config_infos_free(struct config_infos *infos);
static inline void config_infos_freep(struct config_infos **infos)
{
    config_infos_free(*infos);
}

/*
 * Appends a report's key, with a prefix before its name. The display name keeps the unprefixed
 * one. Counts no error.
 */
void config_infos_add(struct config_infos *infos, const char *prefix,
                      const struct config_key_report *key);
/* Fills in the groups from what is defined. */
void config_infos_group(struct config_infos *infos);
/*
 * Why a connector is refused: all errors in order; to be freed. Peer text of POST /connectors.
 */
char *config_infos_message(const struct config_infos *infos);
