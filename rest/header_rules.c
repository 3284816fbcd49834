/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/header_rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"
#include "rest/reply.h"

static const struct action {
    const char *name;
    bool replaces;
    bool is_date;
} actions[] = {
    {"set", true, false},
    {"add", false, false},
    {"setDate", true, true},
    {"addDate", false, true},
};

struct rule {
    const struct action *action;
    char *name;
    char *value;
    int64_t offset_ms; /* of a date, from now */
};

struct header_rules {
    VEC(struct rule) at;
};

void header_rules_free(struct header_rules *rules)
{
    if (!rules)
        return;
    for (size_t i = 0; i < rules->at.count; i++) {
        free(rules->at.at[i].name);
        free(rules->at.at[i].value);
    }
    vec_fini(&rules->at);
    free(rules);
}

static void header_rules_freep(struct header_rules **rules)
{
    header_rules_free(*rules);
}

static const struct action *action_of(const char *name, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(actions); i++) {
        if (strlen(actions[i].name) == len && strncasecmp(actions[i].name, name, len) == 0)
            return &actions[i];
    }
    return NULL;
}

/* The offset of a date action. */
static int read_offset(const char *text, int64_t *ret_ms, struct tern_error *err)
{
    char *end;

    errno = 0;
    *ret_ms = strtoll(text, &end, 10);
    if (errno || end == text || *end) {
        return tern_fail(err, TERN_EINVALID,
                         "Invalid date of header config '%s'. Expected: milliseconds from now",
                         text);
    }
    return 0;
}

/* "X-Frame-Options: DENY", as the rest of a rule. */
static int read_pair(const char *pair, struct rule *rule, struct tern_error *err)
{
    const char *colon = strchr(pair, ':');
    CLEANUP(freep) char *raw_name = NULL;
    CLEANUP(freep) char *name = NULL;
    CLEANUP(freep) char *value = NULL;

    if (!colon || strchr(colon + 1, ':') || !colon[1]) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Invalid format of header name and header value pair '%s'. Expected: "
                         "'[header name]:[header value]'",
                         pair);
    }
    raw_name = xstrndup(pair, (size_t)(colon - pair));
    name = config_trim(raw_name);
    if (!name[0] || strpbrk(name, " \t")) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Invalid header name '%s'. The '[header name]' cannot contain whitespace",
                         name);
    }
    value = config_trim(colon + 1);
    if (rule->action->is_date && read_offset(value, &rule->offset_ms, err) < 0)
        return -1;
    rule->name = TAKE(name);
    rule->value = TAKE(value);
    return 0;
}

static int add_rule(struct header_rules *rules, const char *text, struct tern_error *err)
{
    size_t action_len = strcspn(text, " \t");
    const char *pair = text + action_len + strspn(text + action_len, " \t");
    struct rule rule = {.action = action_of(text, action_len)};

    if (!*pair) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Invalid format of header config '%s'. Expected: '[action] [header "
                         "name]:[header value]'",
                         text);
    }
    if (!rule.action) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Invalid header config action: '%.*s'. Expected one of [set, add, "
                         "setDate, addDate]",
                         (int)action_len, text);
    }
    if (read_pair(pair, &rule, err) < 0)
        return -1;
    vec_push(&rules->at, rule);
    return 0;
}

/* The rule that begins at text, unquoted and trimmed; *ret_len is what it takes up. */
static char *cut_rule(const char *text, size_t *ret_len)
{
    CLEANUP(freep) char *raw = NULL;
    CLEANUP(freep) char *plain = NULL;
    bool is_quoted = false;
    size_t len = 0, to = 0;

    for (; text[len] && (text[len] != ',' || is_quoted); len++)
        is_quoted ^= text[len] == '"';
    *ret_len = len;
    raw = xstrndup(text, len);
    plain = config_trim(raw);
    for (size_t i = 0; plain[i]; i++) {
        if (plain[i] != '"')
            plain[to++] = plain[i];
    }
    plain[to] = '\0';
    return config_trim(plain);
}

int header_rules_parse(const char *text, struct header_rules **ret_rules, struct tern_error *err)
{
    CLEANUP(header_rules_freep) struct header_rules *rules = xcalloc(1, sizeof(*rules));

    while (text && *text) {
        size_t len;
        CLEANUP(freep) char *rule = cut_rule(text, &len);

        if (rule[0] && add_rule(rules, rule, err) < 0)
            return tern_context(err, "response.http.headers.config");
        text += len;
        text += *text == ',';
    }
    *ret_rules = TAKE(rules);
    return 0;
}

void http_date(int64_t wall_ms, char out[32])
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm tm = {0};

    if (!gmtime_r(&seconds, &tm)) /* a year that no int holds */
        memset(&tm, 0, sizeof(tm));
    snprintf(out, 32, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[(unsigned)tm.tm_wday % 7],
             (unsigned)tm.tm_mday % 100, months[(unsigned)tm.tm_mon % 12],
             (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)tm.tm_hour % 100,
             (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
}

void header_rules_apply(const struct header_rules *rules, int64_t now_ms, struct rest_reply *reply)
{
    for (size_t i = 0; rules && i < rules->at.count; i++) {
        const struct rule *rule = &rules->at.at[i];
        const char *value = rule->value;
        char date[32];

        if (rule->action->is_date) {
            int64_t then;

            if (__builtin_add_overflow(now_ms, rule->offset_ms, &then))
                then = now_ms;
            http_date(then, date);
            value = date;
        }
        if (rule->action->replaces)
            rest_reply_set_header(reply, rule->name, value);
        else
            rest_reply_add_header(reply, rule->name, value);
    }
}
