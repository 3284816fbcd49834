/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex - compiled by PCRE2 without JIT: its limit of steps counts the same everywhere.
 *
 * Line ends are PCRE2's "any": the five of Java (LF, CR, NEL, LS, PS) and VT and FF. The
 * other choice, CR and LF only, would let . match three characters that Java's does not;
 * this one keeps it from two that Java's does. Names of topics have none of them.
 *
 * PCRE2 compiles a pattern into at most 64 KiB. A longer one, which is a list of many names,
 * is cut at bars outside its groups into several; a text matches if it matches one of them.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "lib/conf/regex.h"

#include <pcre2.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/conf/regex_dialect.h"

enum {
    MAX_PATTERN_BYTES = 1 << 20,
    MAX_STEPS = 1000000, /* some 10 ms; an ordinary match of a name takes less than 1000 */
    MAX_HEAP_KB = 16384,
    PIECE_BYTES = 8192, /* of a pattern that is cut */
};

struct regex {
    VEC(pcre2_code *) codes; /* none: matches nothing */
    pcre2_match_context *limits;
};

void regex_free(struct regex *regex)
{
    if (!regex)
        return;
    for (size_t i = 0; i < regex->codes.count; i++)
        pcre2_code_free(regex->codes.at[i]);
    vec_fini(&regex->codes);
    pcre2_match_context_free(regex->limits);
    free(regex);
}

static void free_context(pcre2_compile_context **context)
{
    pcre2_compile_context_free(*context);
}

static struct regex *regex_new(void)
{
    struct regex *regex = xcalloc(1, sizeof(*regex));

    regex->limits = pcre2_match_context_create(NULL);
    if (regex->limits) {
        pcre2_set_match_limit(regex->limits, MAX_STEPS);
        pcre2_set_heap_limit(regex->limits, MAX_HEAP_KB);
    }
    return regex;
}

/* The pattern, cut, for a message. */
static int fail(const char *pattern, const char *why, struct tern_error *err)
{
    return tern_fail(err, TERN_EINVALID, "invalid regex '%.200s%s': %s", pattern,
                     strnlen(pattern, 201) > 200 ? "..." : "", why);
}

static int compile_piece(struct regex *regex, const char *pattern, const uint8_t *piece, size_t len,
                         struct tern_error *err)
{
    CLEANUP(free_context) pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    uint32_t options =
        PCRE2_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_ANCHORED | PCRE2_ENDANCHORED;
    pcre2_code *code;
    PCRE2_UCHAR why[256];
    PCRE2_SIZE at;
    int rc;

    if (!context || !regex->limits)
        return fail(pattern, "out of memory", err);
    pcre2_set_newline(context, PCRE2_NEWLINE_ANY);
    code = pcre2_compile(piece, len, options, &rc, &at, context);
    if (!code) {
        pcre2_get_error_message(rc, why, sizeof(why));
        return fail(pattern, (const char *)why, err);
    }
    vec_push(&regex->codes, code);
    return 0;
}

/* Compiles the translation, in pieces of whole alternatives where it is long. */
static int compile(struct regex *regex, const char *pattern, const struct buf *translated,
                   const struct regex_bars *bars, struct tern_error *err)
{
    size_t start = 0;

    for (size_t i = 0; bars->apart && translated->len > PIECE_BYTES && i < bars->count; i++) {
        size_t next = i + 1 < bars->count ? bars->at[i + 1] : translated->len;

        if (next - start <= PIECE_BYTES)
            continue;
        if (compile_piece(regex, pattern, translated->data + start, bars->at[i] - start, err) < 0)
            return -1;
        start = bars->at[i] + 1;
    }
    return compile_piece(regex, pattern, translated->data + start, translated->len - start, err);
}

int regex_compile(const char *pattern, struct regex **ret_regex, struct tern_error *err)
{
    CLEANUP(regex_freep) struct regex *regex = regex_new();
    CLEANUP(buf_fini) struct buf translated = BUF_INIT(8 * (size_t)MAX_PATTERN_BYTES);
    CLEANUP(regex_bars_fini) struct regex_bars bars = {0};
    struct tern_error why;

    if (strlen(pattern) > MAX_PATTERN_BYTES)
        return fail(pattern, "the pattern is too long", err);
    buf_str(&translated);
    if (regex_dialect_translate(pattern, &translated, &bars, &why) < 0)
        return fail(pattern, why.msg, err);
    if (translated.failed)
        return fail(pattern, "the pattern is too long", err);
    if (compile(regex, pattern, &translated, &bars, err) < 0)
        return -1;
    *ret_regex = TAKE(regex);
    return 0;
}

int regex_compile_list(const char *const *items, size_t count, struct regex **ret_regex,
                       struct tern_error *err)
{
    CLEANUP(buf_fini) struct buf joined = BUF_INIT(MAX_PATTERN_BYTES);

    if (count == 0) {
        *ret_regex = regex_new();
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_char(&joined, '|');
        buf_add_str(&joined, items[i]);
    }
    if (joined.failed)
        return fail(items[0], "the list of patterns is too long", err);
    return regex_compile(buf_str(&joined), ret_regex, err);
}

bool regex_matches(const struct regex *regex, const char *text)
{
    pcre2_match_data *match = pcre2_match_data_create(1, NULL);
    bool matches = false;

    for (size_t i = 0; match && !matches && i < regex->codes.count; i++) {
        /* below 0: no match, text that is not UTF-8, or a limit */
        matches = pcre2_match(regex->codes.at[i], (PCRE2_SPTR)text, strlen(text), 0, 0, match,
                              regex->limits) >= 0;
    }
    pcre2_match_data_free(match);
    return matches;
}
