/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/jsondoc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/jsondoc_priv.h"
#include "lib/base/strmap.h"
#include "lib/base/utf8.h"
#include "lib/base/xmem.h"

enum {
    NODES_PER_CHUNK = 256,
    TEXT_SLACK = 16,
};

struct chunk {
    struct chunk *next;
    struct jsondoc_node nodes[NODES_PER_CHUNK];
};

struct jsondoc {
    struct buf text;    /* the document; strings are decoded where they stand */
    struct buf numbers; /* texts of numbers, each with its NUL; never moves: reserved at once */
    struct chunk *chunks;
    size_t in_chunk; /* nodes used of the first chunk */
    size_t values;
    struct jsondoc_node *root;
};

struct frame {
    struct jsondoc_node *container;
    const struct jsondoc_node **tail;
};

struct parser {
    struct jsondoc *doc;
    char *at, *end;         /* *end is NUL */
    const char *line_start; /* a line ends between values only: no string holds a line end */
    long line;
    struct tern_error *err;
    size_t depth;
    struct frame frames[JSONDOC_MAX_DEPTH];
};

void jsondoc_free(struct jsondoc *doc)
{
    if (!doc)
        return;
    while (doc->chunks) {
        struct chunk *next = doc->chunks->next;

        free(doc->chunks);
        doc->chunks = next;
    }
    buf_fini(&doc->text);
    buf_fini(&doc->numbers);
    free(doc);
}

const struct jsondoc_node *jsondoc_root(const struct jsondoc *doc)
{
    return doc->root;
}

const char *jsondoc_kind_name(enum jsondoc_kind kind)
{
    static const char *const names[] = {"Null", "Boolean", "Number", "String", "Array", "Object"};

    return names[kind];
}

const struct jsondoc_node *jsondoc_member(const struct jsondoc_node *object, const char *name)
{
    const struct jsondoc_node *found = NULL;

    if (object->kind != JSONDOC_OBJECT)
        return NULL;
    for (const struct jsondoc_node *n = object->child; n; n = n->next) {
        if (strcmp(n->name, name) == 0)
            found = n;
    }
    return found;
}

/* ---- parsing ---- */

static int fault(struct parser *p, const char *what)
{
    return tern_fail(p->err, TERN_EINVALID, "%s at line %ld, column %ld", what, p->line,
                     (long)(p->at - p->line_start) + 1);
}

static struct jsondoc_node *new_node(struct jsondoc *doc)
{
    if (!doc->chunks || doc->in_chunk == NODES_PER_CHUNK) {
        struct chunk *chunk = xmalloc(sizeof(*chunk));

        chunk->next = doc->chunks;
        doc->chunks = chunk;
        doc->in_chunk = 0;
    }
    doc->values++;
    return memset(&doc->chunks->nodes[doc->in_chunk++], 0, sizeof(struct jsondoc_node));
}

static void skip_blanks(struct parser *p)
{
    for (; *p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'; p->at++) {
        if (*p->at == '\n') {
            p->line++;
            p->line_start = p->at + 1;
        }
    }
}

static bool read_hex4(const char *text, unsigned *ret_code)
{
    unsigned code = 0;

    for (int i = 0; i < 4; i++) {
        char c = text[i];

        if (c >= '0' && c <= '9')
            code = code << 4 | (unsigned)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            code = code << 4 | (unsigned)((c | 0x20) - 'a' + 10);
        else
            return false;
    }
    *ret_code = code;
    return true;
}

/* The \u escape at p->at; never longer as UTF-8 than it was. */
static int read_unicode(struct parser *p, char **to)
{
    char bytes[8];
    struct buf out = {.data = (uint8_t *)bytes, .cap = sizeof(bytes), .limit = sizeof(bytes) - 1};
    unsigned code, low;

    if (!read_hex4(p->at + 2, &code))
        return fault(p, "a \\u escape without four hexadecimal digits");
    if (code == 0)
        return fault(p, "a string with the character U+0000");
    if (code >= 0xdc00 && code <= 0xdfff)
        return fault(p, "the second half of a surrogate pair without the first");
    if (code >= 0xd800 && code <= 0xdbff) {
        if (p->at[6] != '\\' || p->at[7] != 'u' || !read_hex4(p->at + 8, &low) || low < 0xdc00 ||
            low > 0xdfff)
            return fault(p, "the first half of a surrogate pair without the second");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        p->at += 6;
    }
    p->at += 6;
    utf8_add(&out, code);
    memcpy(*to, bytes, out.len);
    *to += out.len;
    return 0;
}

static int read_escape(struct parser *p, char **to)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    const char *found;

    if (p->at[1] == 'u')
        return read_unicode(p, to);
    found = p->at[1] ? strchr(from, p->at[1]) : NULL;
    if (!found)
        return fault(p, "an unknown escape");
    *(*to)++ = into[found - from];
    p->at += 2;
    return 0;
}

/* The string whose opening quote is at p->at, decoded where it stands; NULL on failure. */
static const char *read_string(struct parser *p)
{
    char *start = p->at + 1, *to = start;

    for (p->at = start; *p->at != '"';) {
        if (*p->at == '\\') {
            if (read_escape(p, &to) < 0)
                return NULL;
        } else if ((unsigned char)*p->at < 0x20) {
            fault(p,
                  p->at == p->end ? "a string without its end" : "a control character in a string");
            return NULL;
        } else {
            *to++ = *p->at++;
        }
    }
    p->at++;
    *to = '\0';
    return start;
}

static void skip_digits(const char **c)
{
    while (**c >= '0' && **c <= '9')
        (*c)++;
}

/* The end of the number at c, or NULL. */
static const char *number_end(const char *c)
{
    const char *digits;

    c += *c == '-';
    digits = c;
    skip_digits(&c);
    if (c == digits || (*digits == '0' && c - digits > 1))
        return NULL;
    if (*c == '.') {
        digits = ++c;
        skip_digits(&c);
        if (c == digits)
            return NULL;
    }
    if (*c == 'e' || *c == 'E') {
        c++;
        c += *c == '+' || *c == '-';
        digits = c;
        skip_digits(&c);
        if (c == digits)
            return NULL;
    }
    return c;
}

static int read_number(struct parser *p, struct jsondoc_node *node)
{
    const char *end = number_end(p->at);
    size_t len;

    if (!end)
        return fault(p, "a malformed number");
    len = (size_t)(end - p->at);
    if (len > JSONDOC_MAX_NUMBER_LENGTH)
        return fault(p, "a number of more than 1000 characters");
    node->kind = JSONDOC_NUMBER;
    node->text = (const char *)p->doc->numbers.data + p->doc->numbers.len;
    buf_add(&p->doc->numbers, p->at, len);
    buf_add_char(&p->doc->numbers, '\0');
    p->at += len;
    return 0;
}

static int read_word(struct parser *p, struct jsondoc_node *node)
{
    static const struct {
        const char *text;
        enum jsondoc_kind kind;
    } words[] = {{"null", JSONDOC_NULL}, {"true", JSONDOC_BOOL}, {"false", JSONDOC_BOOL}};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (str_starts_with(p->at, words[i].text)) {
            node->kind = words[i].kind;
            node->text = words[i].text;
            p->at += strlen(words[i].text);
            return 0;
        }
    }
    return fault(p, p->at == p->end ? "unexpected end of the text" : "unexpected character");
}

/* One value; of a container only its opening. */
static int read_value(struct parser *p, struct jsondoc_node *node)
{
    if (*p->at == '"') {
        node->kind = JSONDOC_STRING;
        node->text = read_string(p);
        return node->text ? 0 : -1;
    }
    if (*p->at == '-' || (*p->at >= '0' && *p->at <= '9'))
        return read_number(p, node);
    if (*p->at != '{' && *p->at != '[')
        return read_word(p, node);
    if (p->depth == JSONDOC_MAX_DEPTH)
        return fault(p, "more than 1000 levels");
    node->kind = *p->at++ == '{' ? JSONDOC_OBJECT : JSONDOC_ARRAY;
    p->frames[p->depth++] = (struct frame){node, &node->child};
    return 0;
}

static int read_name(struct parser *p, struct jsondoc_node *node)
{
    if (*p->at != '"')
        return fault(p,
                     p->at == p->end ? "unexpected end of the text" : "expected a member's name");
    node->name = read_string(p);
    if (!node->name)
        return -1;
    skip_blanks(p);
    if (*p->at != ':')
        return fault(p, p->at == p->end ? "unexpected end of the text"
                                        : "expected ':' after a member's name");
    p->at++;
    skip_blanks(p);
    return 0;
}

/* The next element of the innermost container, or its end. */
static int read_element(struct parser *p)
{
    struct frame *f = &p->frames[p->depth - 1];
    bool is_object = f->container->kind == JSONDOC_OBJECT;
    struct jsondoc_node *node;

    skip_blanks(p);
    if (*p->at == (is_object ? '}' : ']')) {
        p->at++;
        p->depth--;
        return 0;
    }
    if (f->container->child) {
        if (*p->at != ',')
            return fault(p, p->at == p->end ? "unexpected end of the text" : "expected ','");
        p->at++;
        skip_blanks(p);
    }
    if (p->doc->values == JSONDOC_MAX_VALUES)
        return fault(p, "more than 1000000 values");
    node = new_node(p->doc);
    *f->tail = node;
    f->tail = &node->next;
    if (is_object && read_name(p, node) < 0)
        return -1;
    return read_value(p, node);
}

static int parse(struct parser *p)
{
    p->doc->root = new_node(p->doc);
    skip_blanks(p);
    if (p->at == p->end)
        return 0; /* null */
    if (read_value(p, p->doc->root) < 0)
        return -1;
    while (p->depth > 0) {
        if (read_element(p) < 0)
            return -1;
    }
    skip_blanks(p);
    return p->at == p->end ? 0 : fault(p, "unexpected text after the document");
}

/* A NUL would end the text for the parser, so it is looked for before. */
static int check_text(struct parser *p)
{
    const char *nul = memchr(p->at, 0, (size_t)(p->end - p->at));

    if (nul) {
        p->at += nul - p->at;
        return fault(p, "the character U+0000");
    }
    if (utf8_is_valid(p->at, (size_t)(p->end - p->at)))
        return 0;
    for (size_t n = 1; n; p->at += n)
        n = utf8_length(p->at, (size_t)(p->end - p->at));
    return fault(p, "invalid UTF-8");
}

int jsondoc_parse(const void *data, size_t len, struct jsondoc **ret_doc, struct tern_error *err)
{
    CLEANUP(jsondoc_freep) struct jsondoc *doc = xcalloc(1, sizeof(*doc));
    struct parser p = {.doc = doc, .line = 1, .err = err, .depth = 0};

    /* UTF-16 becomes at most half as long again; all numbers, with their NULs, twice the text */
    doc->text.limit = 2 * len + TEXT_SLACK;
    doc->numbers.limit = 4 * len + TEXT_SLACK;
    if (!jsondoc_decode(data, len, &doc->text))
        return tern_fail(err, TERN_EINVALID, "the text is no UTF-8, UTF-16 or UTF-32");
    (void)buf_str(&doc->text); /* there is a zero byte, even of nothing */
    p.at = (char *)doc->text.data;
    p.end = p.at + doc->text.len;
    p.line_start = p.at;
    if (check_text(&p) < 0)
        return -1;
    buf_reserve(&doc->numbers, 2 * doc->text.len + 1);
    if (parse(&p) < 0)
        return -1;
    *ret_doc = TAKE(doc);
    return 0;
}

/* ---- as jansson has it ---- */

static int number_to_json(const char *text, json_t **ret_json, struct tern_error *err)
{
    json_t *json = NULL;

    errno = 0;
    if (strpbrk(text, ".eE")) {
        json = json_real(strtod(text, NULL)); /* NULL for infinity */
    } else {
        long long number = strtoll(text, NULL, 10);

        if (errno != ERANGE)
            json = json_integer(number);
    }
    if (!json)
        return tern_fail(err, TERN_EINVALID, "the number '%.60s' is out of range", text);
    *ret_json = json;
    return 0;
}

static int children_to_json(const struct jsondoc_node *node, json_t *into, struct tern_error *err)
{
    for (const struct jsondoc_node *n = node->child; n; n = n->next) {
        json_t *value;
        int rc;

        if (jsondoc_to_json(n, &value, err) < 0)
            return -1;
        rc = n->name ? json_object_set_new(into, n->name, value)
                     : json_array_append_new(into, value);
        if (rc < 0)
            return tern_fail(err, TERN_EINVALID, "the value cannot be represented");
    }
    return 0;
}

/* The depth is bounded by the parser. */
int jsondoc_to_json(const struct jsondoc_node *node, json_t **ret_json, struct tern_error *err)
{
    json_t *json;

    switch (node->kind) {
    case JSONDOC_NULL:
        json = json_null();
        break;
    case JSONDOC_BOOL:
        json = json_boolean(node->text[0] == 't');
        break;
    case JSONDOC_NUMBER:
        return number_to_json(node->text, ret_json, err);
    case JSONDOC_STRING:
        json = json_string(node->text);
        break;
    default:
        json = node->kind == JSONDOC_ARRAY ? json_array() : json_object();
        if (children_to_json(node, json, err) < 0) {
            json_decref(json);
            return -1;
        }
    }
    if (!json)
        return tern_fail(err, TERN_EINVALID, "the value cannot be represented");
    *ret_json = json;
    return 0;
}
