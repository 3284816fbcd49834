/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * config_value - one value of a configuration, read by its type as Java does it.
 *
 * Text is trimmed of characters up to U+0020; numbers are decimal, with a sign, in any
 * script's digits; doubles are Java's (NaN, 1d, 0x1p3); a list is split at commas, blanks
 * around them dropped, empty items kept. A CLASS is not looked up here: that is the work of
 * the plugin registry. Peer: ConfigDef.parseType() and convertToString(). Thread: any.
 */
#include "lib/base/macros.h"

#include <tern/config.h>
#include <tern/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_value {
    enum tern_config_type type;
    bool is_null;
    bool boolean;    /* BOOL */
    int64_t integer; /* INT, SHORT, LONG */
    double real;     /* DOUBLE */
    char *text;      /* STRING, CLASS, PASSWORD; owned */
    char **items;    /* LIST; owned, each too */
    size_t count;    /* LIST */
};

#define CONFIG_VALUE_INIT \
    {                     \
        .is_null = true   \
    }

/*
 * Reads text, NULL being null, as a value of type; key is for the message. Fills
 * *ret_value, which config_value_fini() releases. Errors: TERN_EINVALID with Java's text,
 * "Invalid value x for configuration tasks.max: Not a number of type INT".
 */
int config_value_parse(const char *key, enum tern_config_type type, const char *text,
                       struct config_value *ret_value, struct tern_error *err) MUST_CHECK;

/* The same with a message of any length, to be freed; NULL on success. */
char *config_value_fault(const char *key, enum tern_config_type type, const char *text,
                         struct config_value *ret_value);

/* As REST and documents show it: a list joined with commas, a password "[hidden]"; NULL for null.
 */
char *config_value_text(const struct config_value *value);

/* As Java's messages show it: a list "[a, b]", a password "[hidden]", null "null". */
char *config_value_message_text(const struct config_value *value);

/* Drops all but the first of equal items of a list. True when there were any. */
bool config_value_remove_duplicates(struct config_value *value);
bool config_value_has_duplicates(const struct config_value *value);

/* Wipes a password. */
void config_value_fini(struct config_value *value);

/* The characters of text but for those up to U+0020 at both ends; NULL for NULL. To be freed. */
char *config_trim(const char *text);
