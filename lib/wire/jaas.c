/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/jaas.h"

#include <string.h>
#include <strings.h>

#include "lib/base/buf.h"
#include "lib/base/strmap.h"
#include "lib/base/utf8.h"
#include "lib/base/xmem.h"
#include "lib/wire/tls_material.h"

/* ---- tokens ---- */

enum token {
    TOKEN_END,
    TOKEN_TEXT, /* a word, or what stood in quotes */
    TOKEN_MARK, /* any other character */
    TOKEN_NUMBER,
};

struct tokens {
    const char *at;
    enum token token;
    char mark;
    struct buf text; /* wiped; every character that may be there, hence as long as the whole */
};

static bool is_number_part(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == '-';
}

static bool is_word_part(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
           (unsigned char)c >= 0x80 || is_number_part(c);
}

static void skip_line(struct tokens *t)
{
    t->at += strcspn(t->at, "\r\n");
}

/* A '/' alone begins a comment as well. */
static void skip_blanks(struct tokens *t)
{
    for (;;) {
        while (*t->at && (unsigned char)*t->at <= ' ')
            t->at++;
        if (t->at[0] == '/' && t->at[1] == '*') {
            const char *end = strstr(t->at + 2, "*/");

            t->at = end ? end + 2 : t->at + strlen(t->at);
        } else if (t->at[0] == '/') {
            skip_line(t);
        } else {
            return;
        }
    }
}

/* Up to three digits, two when the first is above 3. */
static unsigned read_octal(struct tokens *t)
{
    int most = *t->at <= '3' ? 3 : 2;
    unsigned code = 0;

    for (int i = 0; i < most && *t->at >= '0' && *t->at <= '7'; i++)
        code = code * 8 + (unsigned)(*t->at++ - '0');
    return code;
}

static void read_escape(struct tokens *t)
{
    static const char names[] = "abfnrtv", meant[] = "\a\b\f\n\r\t\v";
    const char *name;

    if (*t->at >= '0' && *t->at <= '7') {
        utf8_add(&t->text, read_octal(t));
        return;
    }
    if (!*t->at)
        return;
    name = strchr(names, *t->at);
    if (name)
        buf_add_char(&t->text, meant[name - names]);
    else
        buf_add_char(&t->text, *t->at);
    t->at++;
}

/* Ends at the quote, or where the line does. */
static void read_quoted(struct tokens *t)
{
    char quote = *t->at++;

    while (*t->at && *t->at != quote && *t->at != '\n' && *t->at != '\r') {
        if (*t->at == '\\') {
            t->at++;
            read_escape(t);
        } else {
            buf_add_char(&t->text, *t->at++);
        }
    }
    if (*t->at == quote)
        t->at++;
}

static enum token read_token(struct tokens *t)
{
    skip_blanks(t);
    buf_clear(&t->text);
    if (!*t->at)
        return TOKEN_END;
    if (*t->at == '"' || *t->at == '\'') {
        read_quoted(t);
        return TOKEN_TEXT;
    }
    if (is_number_part(*t->at)) {
        while (is_number_part(*t->at))
            t->at++;
        return TOKEN_NUMBER;
    }
    if (is_word_part(*t->at)) {
        while (is_word_part(*t->at))
            buf_add_char(&t->text, *t->at++);
        return TOKEN_TEXT;
    }
    t->mark = *t->at++;
    return TOKEN_MARK;
}

static enum token next(struct tokens *t)
{
    t->token = read_token(t);
    return t->token;
}

static bool is_mark(const struct tokens *t, char mark)
{
    return t->token == TOKEN_MARK && t->mark == mark;
}

/* ---- entries ---- */

/* What is looked for; option NULL: nothing. */
struct search {
    const char *option;
    char *value; /* owned, to be wiped */
};

#define refused(err, ...) \
    tern_fail(err, TERN_EINVALID, "Invalid value for configuration sasl.jaas.config: " __VA_ARGS__)

static int read_head(struct tokens *t, struct tern_error *err)
{
    static const char *const flags[] = {"required", "requisite", "sufficient", "optional"};

    if (next(t) == TOKEN_END) /* peer text, as are those below */
        return refused(err, "Login module control flag not specified in JAAS config");
    if (t->token != TOKEN_TEXT)
        return refused(err, "Login module control flag is not available in the JAAS config");
    for (size_t i = 0; i < COUNT_OF(flags); i++) {
        if (strcasecmp(buf_str(&t->text), flags[i]) == 0)
            return 0;
    }
    return refused(err, "Invalid login module control flag in JAAS config: it is required, "
                        "requisite, sufficient or optional");
}

static int read_option(struct tokens *t, size_t number, struct search *s, struct tern_error *err)
{
    bool is_wanted =
        t->token == TOKEN_TEXT && s->option && strcmp(buf_str(&t->text), s->option) == 0;

    if (t->token == TOKEN_TEXT && next(t) != TOKEN_END && is_mark(t, '=') &&
        next(t) == TOKEN_TEXT) {
        if (!is_wanted)
            return 0;
        tls_wipe_textp(&s->value);
        s->value = xstrdup(buf_str(&t->text));
        return 0;
    }
    return refused(err,
                   "Value not specified for option %zu in JAAS config: a value that is not a word "
                   "of letters must be in quotes, and a quote in it be written \\\"",
                   number);
}

/* After the login module's name. */
static int read_entry(struct tokens *t, struct search *s, struct tern_error *err)
{
    if (read_head(t, err) < 0)
        return -1;
    for (size_t number = 1; next(t) != TOKEN_END && !is_mark(t, ';'); number++) {
        if (read_option(t, number, s, err) < 0)
            return -1;
    }
    return t->token == TOKEN_END ? refused(err, "JAAS config entry not terminated by semi-colon")
                                 : 0;
}

static int read_all(struct tokens *t, struct search *s, struct tern_error *err)
{
    size_t modules = 0;

    for (; next(t) != TOKEN_END; modules++) {
        if (read_entry(t, s, err) < 0)
            return -1;
    }
    if (modules == 0)
        return refused(err, "Login module not specified in JAAS config");
    if (modules > 1) {
        return refused(err, "JAAS config property contains %zu login modules, should be 1 module",
                       modules);
    }
    return 0;
}

static int search(const char *jaas, struct search *s, struct tern_error *err)
{
    const char *variable = jaas + strspn(jaas, " \t\r\n");
    struct tokens t = {.at = jaas, .text = BUF_INIT(2 * strlen(jaas) + 1)};
    int rc;

    if (str_starts_with(variable, "${") && !strpbrk(variable, " ;"))
        return refused(err, "a variable that no config provider replaced");
    rc = read_all(&t, s, err);
    tls_wipe_buf(&t.text);
    return rc;
}

int jaas_check(const char *jaas, struct tern_error *err)
{
    struct search nothing = {NULL, NULL};

    return search(jaas, &nothing, err);
}

char *jaas_option(const char *jaas, const char *option)
{
    struct search s = {option, NULL};
    struct tern_error err;

    if (search(jaas, &s, &err) < 0) {
        tls_wipe_textp(&s.value);
        s.value = NULL;
    }
    return s.value;
}

bool jaas_names_token(const char *jaas)
{
    CLEANUP(freep) char *text = jaas_option(jaas, "tokenauth");

    return text && strcasecmp(text, "true") == 0;
}
