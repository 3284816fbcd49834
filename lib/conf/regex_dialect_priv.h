/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* regex_dialect_priv - what regex_dialect.c and regex_class.c share. */
#include "lib/conf/regex_dialect.h"

struct regex_translator {
    const char *start, *at;
    struct buf *out;
    struct regex_bars *bars;
    unsigned depth;    /* groups that are open */
    unsigned groups;   /* capturing ones opened so far */
    bool repeatable;   /* the last thing written can take a quantifier */
    const char *fault; /* the first; at then stands where */
};

/* Says what is wrong, if nothing was before. */
void regex_fail(struct regex_translator *t, const char *fault);
/* Steps over text, if it is what comes next. */
bool regex_take(struct regex_translator *t, const char *text);
/* Writes a character that stands for itself. */
void regex_emit_literal(struct regex_translator *t, char c);
/* At a backslash. */
void regex_escape(struct regex_translator *t, bool in_class);

/* At '['. A ']' that comes first stands for itself. depth: of the class in others. */
void regex_class(struct regex_translator *t, unsigned depth);
