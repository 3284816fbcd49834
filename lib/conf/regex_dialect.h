/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * regex_dialect - a pattern of java.util.regex in the words of PCRE2.
 *
 * Rewritten: unions and intersections in classes ([a[b]], [a&&b]), \uXXXX, \0nn, \cX, \x, \Q...\E,
 * back references, POSIX properties such as \p{Alpha}, flags (?u), {n} after nothing. Refused, with
 * the offset: what Java refuses and PCRE2 would take for something else ("a{1", "(*", unknown
 * escapes), and what PCRE2 has not: flags (?xdU), \N, blocks (\p{InGreek}), java* properties, {n}
 * on an assertion, references to groups that are not there. Thread: any.
 */
#include "lib/base/buf.h"

#include <tern/error.h>

/* Where a translation may be cut into patterns that match, taken together, what the whole does. */
struct regex_bars {
    size_t *at; /* owned: offsets in the translation of each | outside groups */
    size_t count;
    size_t cap;
    bool apart; /* nothing in one alternative has a meaning in another: no references, no flags */
};

void regex_bars_fini(struct regex_bars *bars);

/* Appends the translation to out and fills bars. Errors: TERN_EINVALID, "<what> at offset <n>". */
int regex_dialect_translate(const char *pattern, struct buf *out, struct regex_bars *bars,
                            struct tern_error *err) MUST_CHECK;
