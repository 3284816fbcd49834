/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * regex - Java's regular expressions, matched against a whole text (Pattern.matches()).
 *
 * A pattern is translated from Java's dialect into PCRE2's (regex_dialect.h): what Java
 * refuses is refused, what PCRE2 would read differently is rewritten or refused, and never
 * matched with another meaning. A match has a limited number of steps, so that no pattern
 * can hang a thread: a text that needs more counts as not matching (Java would spin).
 *
 * Other differences from Java: . does not match U+000B and U+000C; (?i) knows all of Unicode;
 * lookbehind needs a fixed length per alternative. Peer: java.util.regex.Pattern.
 */
#include "lib/base/macros.h"

#include <tern/error.h>

#include <stdbool.h>
#include <stddef.h>

struct regex;

/* Errors: TERN_EINVALID, "invalid regex '<pattern>': <what>". Thread: any. */
int regex_compile(const char *pattern, struct regex **ret_regex, struct tern_error *err) MUST_CHECK;

/*
 * All items joined with | into one pattern, as MirrorMaker 2's filters do it. No item at
 * all: matches nothing. An empty item matches the empty text.
 */
int regex_compile_list(const char *const *items, size_t count, struct regex **ret_regex,
                       struct tern_error *err) MUST_CHECK;

/* Whether the pattern matches all of text, which is UTF-8. Thread: any, several at a time. */
bool regex_matches(const struct regex *regex, const char *text);

void regex_free(struct regex *regex);
static inline void regex_freep(struct regex **regex)
{
    regex_free(*regex);
}
