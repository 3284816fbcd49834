/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/plugin/version_order.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "lib/base/vec.h"

/* What stands between two separators. */
struct token {
    bool after_hyphen;
    bool is_number;
    const char *text;
    size_t len;
};

struct tokens {
    struct token *at;
    size_t count;
    size_t cap;
};

static const char *const known_words[] = {"alpha", "beta", "milestone", "rc", "snapshot", "", "sp"};
enum {
    RANK_OF_NOTHING = 5,
    KNOWN_WORDS = sizeof(known_words) / sizeof(known_words[0])
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(const struct token *t, const char *word)
{
    return t->len == strlen(word) && strncasecmp(t->text, word, t->len) == 0;
}

/* KNOWN_WORDS for a word that is not known. */
static int rank_of(const struct token *t)
{
    static const struct {
        const char *word;
        int rank;
    } also[] = {{"cr", 3},
                {"ga", RANK_OF_NOTHING},
                {"final", RANK_OF_NOTHING},
                {"release", RANK_OF_NOTHING}};

    for (int i = 0; i < KNOWN_WORDS; i++) {
        if (is_word(t, known_words[i]))
            return i;
    }
    for (size_t i = 0; i < sizeof(also) / sizeof(also[0]); i++) {
        if (is_word(t, also[i].word))
            return also[i].rank;
    }
    return KNOWN_WORDS;
}

static bool is_nothing(const struct token *t)
{
    if (!t->is_number)
        return rank_of(t) == RANK_OF_NOTHING;
    for (size_t i = 0; i < t->len; i++) {
        if (t->text[i] != '0')
            return false;
    }
    return true;
}

/* "a", "b" and "m" right before a digit are short for longer words. */
static void push_token(struct tokens *to, struct token t, char next)
{
    static const char *const longer[] = {"alpha", "beta", "milestone"};

    for (int i = 0; !t.is_number && t.len == 1 && is_digit(next) && i < 3; i++) {
        if (tolower((unsigned char)t.text[0]) == longer[i][0]) {
            t.text = longer[i];
            t.len = strlen(longer[i]);
            break;
        }
    }
    vec_push(to, t);
}

static void cut(const char *version, struct tokens *to)
{
    const char *p = version;
    bool after_hyphen = false;

    for (;;) {
        const char *start = p;
        bool is_number = is_digit(*p);

        if (*p == '\0' || *p == '.' || *p == '-') {
            push_token(to, (struct token){after_hyphen, true, "0", 1}, '\0');
        } else {
            while (*p && *p != '.' && *p != '-' && is_digit(*p) == is_number)
                p++;
            /* a word after a dot is as good as one after a hyphen */
            after_hyphen |= !is_number && to->count > 0;
            push_token(to, (struct token){after_hyphen, is_number, start, (size_t)(p - start)}, *p);
        }
        if (!*p)
            return;
        after_hyphen = *p != '.'; /* where digits meet letters it is as if a hyphen stood there */
        if (*p == '.' || *p == '-')
            p++;
    }
}

/* Drops what means nothing before each hyphen and at the end. */
static void trim(struct tokens *t)
{
    size_t i = t->count;

    while (i > 0) {
        while (i > 0 && is_nothing(&t->at[i - 1])) {
            vec_remove(t, i - 1);
            i--;
        }
        while (i > 0 && !t->at[i - 1].after_hyphen)
            i--;
        if (i > 0)
            i--; /* the part before that hyphen ends here */
    }
}

static int compare_numbers(const struct token *a, const struct token *b)
{
    const char *x = a->text, *y = b->text;
    size_t m = a->len, n = b->len;

    for (; m > 1 && *x == '0'; x++)
        m--;
    for (; n > 1 && *y == '0'; y++)
        n--;
    return m != n ? (m < n ? -1 : 1) : memcmp(x, y, m);
}

static int compare_words(const struct token *a, const struct token *b)
{
    int x = rank_of(a), y = rank_of(b), order;

    if (x != y || x < KNOWN_WORDS)
        return x - y;
    order = strncasecmp(a->text, b->text, a->len < b->len ? a->len : b->len);
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

static int compare_tokens(const struct token *a, const struct token *b)
{
    if (a->is_number != b->is_number)
        return a->is_number ? 1 : -1;
    if (!a->is_number)
        return compare_words(a, b);
    if (a->after_hyphen != b->after_hyphen)
        return a->after_hyphen ? -1 : 1;
    return compare_numbers(a, b);
}

/* What a shorter version has where the other goes on: 0 for a number, else nothing. */
static struct token filler(const struct token *other)
{
    bool number = other->is_number && !other->after_hyphen;

    return (struct token){other->after_hyphen, number, number ? "0" : "", number};
}

static int compare_cut(const struct tokens *a, const struct tokens *b)
{
    size_t longer = a->count > b->count ? a->count : b->count;

    for (size_t i = 0; i < longer; i++) {
        struct token x = i < a->count ? a->at[i] : filler(&b->at[i]);
        struct token y = i < b->count ? b->at[i] : filler(&a->at[i]);
        int order = compare_tokens(&x, &y);

        if (order)
            return order;
    }
    return 0;
}

int version_compare(const char *a, const char *b)
{
    struct tokens x = {0}, y = {0};
    int order;

    if (!a || !b)
        return !!a - !!b;
    if (strcmp(a, "undefined") == 0 || strcmp(b, "undefined") == 0)
        return (strcmp(a, "undefined") != 0) - (strcmp(b, "undefined") != 0);
    cut(a, &x);
    cut(b, &y);
    trim(&x);
    trim(&y);
    order = compare_cut(&x, &y);
    vec_fini(&x);
    vec_fini(&y);
    return order;
}
