/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * connector_validate_priv - one validation under way, and its parts:
 *
 *   connector_validate.c            the order of things, merging, counting
 *   connector_validate_classes.c    converters, transforms and predicates: classes and versions
 *   connector_validate_clients.c    producer.override.* and the like
 *   connector_validate_rules.c      checks of more than one key
 */
#include "worker/herder/connector_validate.h"

/* A connector class, as far as validation needs it. */
struct validate_class {
    enum plugin_kind kind; /* PLUGIN_SOURCE or PLUGIN_SINK */
    const struct tern_connector_class *connector;
};

struct validation {
    const struct validate_worker *worker;
    const struct tern_config *config;
    struct plugin_catalog catalog;
    struct validate_class subject;
    struct config_report *framework; /* what the worker defines; merged with the rest at the end */
    struct config_report *own;       /* what the class defines */
    struct config_texts texts;       /* owned; defaults and names that rows point to */
    struct config_infos *infos;      /* converters and overrides go there after the merge */
};

/* Keeps a text for the life of the validation; takes it. */
const char *validation_keep(struct validation *v, char *text);
/* The row of a report; it must be there. */
struct config_key_report *validation_row(struct config_report *report, const char *name);
/* Appends one that is defined, and not there yet. */
struct config_key_report *validation_define(struct config_report *report,
                                            const struct tern_config_key *key);
bool validation_has_key(const struct config_report *report, const char *name);

/* ---- classes ---- */

/*
 * Looks up what the three converter keys of a report name, and their versions. enriched: with the
 * worker's own as defaults, and what can be recommended; else as a class repeats these keys.
 */
void validate_converters(struct validation *v, struct config_report *report, bool is_enriched);
/* Rows for each alias of "transforms" and "predicates". */
void validate_aliases(struct validation *v);
/* Finds faults of the converters that the configuration names: errors of the class keys. */
void validate_converter_choice(struct validation *v);
/* The keys of these converters, appended to infos. */
void validate_converter_keys(struct validation *v);

/* ---- clients ---- */

int validate_overrides(struct validation *v, struct tern_error *err) MUST_CHECK;

/* ---- rules ---- */

/* Settings that do not go together: topics of a sink, groups, exactly once. */
void validate_rules(struct validation *v);
/* Keys that are null. */
void validate_nulls(struct validation *v);
