/* SPDX-License-Identifier: Apache-2.0 */
/* The pure parts: escapes, queries, media types, header rules, origins, log lines. */
#include <string.h>

#include "lib/base/xmem.h"
#include "rest/access_line.h"
#include "rest/cors.h"
#include "rest/header_rules.h"
#include "rest/media_type.h"
#include "rest/reply.h"
#include "rest/url.h"
#include "tests/lib/testing.h"

static const struct {
    const char *text;
    const char *decoded; /* NULL: refused */
} escapes[] = {
    {"", ""},
    {"a", "a"},
    {"a%20b", "a b"},
    {"a+b", "a+b"},
    {"%C3%a9", "\xc3\xa9"},
    {"%2F%25", "/%"},
    {"%", NULL},
    {"%1", NULL},
    {"%1g", NULL},
    {"a%0", NULL},
    {"a%00b", NULL},
    {"%ff", NULL},
    {"%C3", NULL},
    {"\xff", NULL},
    {"%ED%A0%80", NULL},
    {"\xc3\xa9", "\xc3\xa9"},
};

START_TEST(decoding)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(1000);
    bool ok = url_decode(escapes[_i].text, strlen(escapes[_i].text), &out);

    ck_assert_int_eq(ok, escapes[_i].decoded != NULL);
    if (ok)
        ck_assert_str_eq(buf_str(&out), escapes[_i].decoded);
}
END_TEST

static const struct {
    const char *name;
    const char *segment;
    const char *location; /* connect-rest.md 5.4 */
} names[] = {
    {"a", "a", "a"},
    {"a b", "a%20b", "a%20b"},
    {"a/b;c", "a%2Fb%3Bc", "a/b;c"},
    {"a->b.Mirror", "a-%3Eb.Mirror", "a-%3Eb.Mirror"},
    {"50%", "50%25", "50%25"},
    {"a%2Fb", "a%252Fb", "a%2Fb"},
    {"{b}", "%7Bb%7D", "%7Bb%7D"},
    {"\xc3\xa9", "%C3%A9", "%C3%A9"},
    {"a:@!$&'()*+,=~_", "a%3A%40%21%24%26%27%28%29%2A%2B%2C%3D~_", "a:@!$&'()*+,=~_"},
};

START_TEST(encoding)
{
    CLEANUP(buf_fini) struct buf segment = BUF_INIT(1000), location = BUF_INIT(1000);
    CLEANUP(buf_fini) struct buf back = BUF_INIT(1000);

    url_encode(&segment, names[_i].name);
    ck_assert_str_eq(buf_str(&segment), names[_i].segment);
    ck_assert(url_decode(buf_str(&segment), segment.len, &back));
    ck_assert_str_eq(buf_str(&back), names[_i].name);
    url_encode_location(&location, names[_i].name);
    ck_assert_str_eq(buf_str(&location), names[_i].location);
}
END_TEST

START_TEST(queries)
{
    CLEANUP(url_query_fini) struct url_query query;

    url_query_parse(&query, "a=1&b=&c&a=2&d+e=f+%2B&=x&&bad=%zz&last=%41");
    ck_assert_str_eq(url_query_get(&query, "a"), "1");
    ck_assert_str_eq(url_query_get(&query, "b"), "");
    ck_assert_str_eq(url_query_get(&query, "c"), "");
    ck_assert_str_eq(url_query_get(&query, "d e"), "f +");
    ck_assert_str_eq(url_query_get(&query, ""), "x");
    ck_assert_str_eq(url_query_get(&query, "bad"), "%zz");
    ck_assert_str_eq(url_query_get(&query, "last"), "A");
    ck_assert_ptr_null(url_query_get(&query, "A"));
    ck_assert_uint_eq(query.parameters.count, 8);
}
END_TEST

static const struct {
    const char *text;
    enum media_type type;
} types[] = {
    {"application/json", MEDIA_JSON},
    {" Application/JSON ;charset=x", MEDIA_JSON},
    {"application/json; charset=\"a;b\"", MEDIA_JSON},
    {"application/jsonp", MEDIA_OTHER},
    {"application/vnd.x+json", MEDIA_OTHER},
    {"text/json", MEDIA_OTHER},
    {"text/plain", MEDIA_OTHER},
    {"bogus", MEDIA_INVALID},
    {"", MEDIA_INVALID},
    {"a/", MEDIA_INVALID},
    {"/b", MEDIA_INVALID},
    {"a/b c", MEDIA_INVALID},
};

START_TEST(content_types)
{
    ck_assert_int_eq((int)media_type_of(types[_i].text), (int)types[_i].type);
}
END_TEST

static const struct {
    const char *text;
    bool ok;
} accepts[] = {
    {NULL, true},
    {"", true},
    {"*/*", true},
    {"application/*", true},
    {"application/json", true},
    {"APPLICATION/json;q=0.5", true},
    {"text/html,application/json", true},
    {"text/html, */*; q=0.1", true},
    {"*", true},
    {"text/html", false},
    {"text/*", false},
    {"application/json;q=0", false},
    {"application/json; q=0.0, text/html", false},
    {"*/json", false},
    {"application/jsonx", false},
};

START_TEST(accepting)
{
    ck_assert_int_eq(media_type_accepts_json(accepts[_i].text), accepts[_i].ok);
}
END_TEST

START_TEST(log_lines)
{
    CLEANUP(freep)
    char *line = access_line_text(&(struct access_line){
        .remote = "127.0.0.1",
        .wall_ms = INT64_C(1795360845123),
        .method = "POST",
        .uri = "/conn\"ectors\n[x] INFO forged",
        .version = "HTTP/1.1",
        .status = 201,
        .body_len = 182,
        .user_agent = "curl\\\x1b\xc3\xa9",
    });

    ck_assert_str_eq(line, "127.0.0.1 - - [22/Nov/2026:15:20:45 +0000] "
                           "\"POST /conn\\x22ectors\\x0a[x] INFO forged HTTP/1.1\" 201 182 \"\" "
                           "\"curl\\x5c\\x1b\\xc3\\xa9\"");
}
END_TEST

/* The headers of a reply, "Name: value|". */
static char *headers_of(const struct rest_reply *reply)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(10000);

    for (size_t i = 0; i < reply->headers.count; i++)
        buf_add_fmt(&out, "%s: %s|", reply->headers.at[i].name, reply->headers.at[i].value);
    return buf_take_str(&out);
}

static const struct {
    const char *rules;
    const char *result; /* headers, or what the message holds */
    bool ok;
} rules[] = {
    {NULL, "", true},
    {"", "", true},
    {"set A: b", "A: b|", true},
    {"SET  A : b ", "A: b|", true},
    {"add A: 1, add A: 2, set B: 3", "A: 1|A: 2|B: 3|", true},
    {"add A: 1, set a: 2", "a: 2|", true},
    {"\"add Cache-Control: no-cache, no-store\", add X: y",
     "Cache-Control: no-cache, no-store|X: y|", true},
    {"setDate Expires: 86400000", "Expires: Fri, 02 Jan 1970 00:00:00 GMT|", true},
    {"addDate Date: -0", "Date: Thu, 01 Jan 1970 00:00:00 GMT|", true},
    {"set",
     "Invalid format of header config 'set'. Expected: '[action] [header name]:[header value]'",
     false},
    {"put A: b",
     "Invalid header config action: 'put'. Expected one of [set, add, setDate, addDate]", false},
    {"set A b", "Invalid format of header name and header value pair 'A b'", false},
    {"set A: b: c", "Expected: '[header name]:[header value]'", false},
    {"set A:", "Expected: '[header name]:[header value]'", false},
    {"set A b: c", "Invalid header name 'A b'. The '[header name]' cannot contain whitespace",
     false},
    {"set : c", "Invalid header name ''", false},
    {"setDate A: soon", "Invalid date of header config 'soon'", false},
};

START_TEST(configured_headers)
{
    CLEANUP(rest_reply_fini) struct rest_reply reply = REST_REPLY_INIT;
    struct header_rules *parsed = NULL;
    struct tern_error err;
    int rc = header_rules_parse(rules[_i].rules, &parsed, &err);

    ck_assert_int_eq(rc == 0, rules[_i].ok);
    if (rc == 0) {
        CLEANUP(freep) char *text = NULL;

        header_rules_apply(parsed, 0, &reply);
        text = headers_of(&reply);
        ck_assert_str_eq(text, rules[_i].result);
    } else {
        ck_assert_msg(strstr(err.msg, rules[_i].result) != NULL, "%s", err.msg);
    }
    header_rules_free(parsed);
}
END_TEST

static const struct {
    const char *origins, *method, *origin, *requested;
    const char *headers;
} cross[] = {
    {"", "GET", "https://a", NULL, ""},
    {" ", "GET", "https://a", NULL, ""},
    {"*", "GET", NULL, NULL, "Vary: Origin|"},
    {"*", "GET", "https://a", NULL, "Vary: Origin|Access-Control-Allow-Origin: https://a|"},
    {"https://a,https://b.*", "GET", "https://bc", NULL,
     "Vary: Origin|Access-Control-Allow-Origin: https://bc|"},
    {"https://a", "GET", "https://ab", NULL, "Vary: Origin|"},
    {"*", "OPTIONS", "https://a", NULL, "Vary: Origin|Access-Control-Allow-Origin: https://a|"},
    {"*", "OPTIONS", "https://a", "DELETE",
     "Vary: Origin|Access-Control-Allow-Origin: https://a|Access-Control-Allow-Methods: "
     "GET,POST,HEAD|Access-Control-Allow-Headers: Content-Type|Access-Control-Max-Age: 60|"},
    {"https://b", "OPTIONS", "https://a", "DELETE", "Vary: Origin|"},
};

START_TEST(origins)
{
    CLEANUP(rest_reply_fini) struct rest_reply reply = REST_REPLY_INIT;
    CLEANUP(freep) char *text = NULL;
    struct cors *cors;
    struct tern_error err;

    ck_assert_ok(cors_new(cross[_i].origins, "", &cors, &err), err);
    cors_apply(cors, cross[_i].method, cross[_i].origin, cross[_i].requested, &reply);
    text = headers_of(&reply);
    ck_assert_str_eq(text, cross[_i].headers);
    cors_free(cors);
}
END_TEST

START_TEST(errors_have_two_members)
{
    CLEANUP(rest_reply_fini) struct rest_reply reply = REST_REPLY_INIT;
    struct tern_error err;

    tern_fail_at(&err, "x", TERN_ENOTFOUND, "no \"x\"\n\xc3\xa9");
    rest_reply_fail(&reply, &err);
    ck_assert_int_eq(reply.status, 404);
    ck_assert_str_eq(buf_str(&reply.body),
                     "{\"error_code\":404,\"message\":\"no \\\"x\\\"\\n\xc3\xa9\"}");
    rest_reply_error_text(&reply, 500, 409, NULL);
    ck_assert_str_eq(buf_str(&reply.body), "{\"error_code\":409,\"message\":null}");
    rest_reply_error_text(&reply, 500, 500, "\xff");
    ck_assert_str_eq(
        buf_str(&reply.body),
        "{\"error_code\":500,\"message\":\"The cause cannot be represented as text\"}");
    ck_assert_int_eq(rest_status_of(TERN_EINVALID), 400);
    ck_assert_int_eq(rest_status_of(TERN_ECONFLICT), 409);
    ck_assert_int_eq(rest_status_of(TERN_ETIMEOUT), 500);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, decoding, COUNT_OF(escapes));
    test_add_rows(suite, encoding, COUNT_OF(names));
    test_add(suite, queries);
    test_add_rows(suite, content_types, COUNT_OF(types));
    test_add_rows(suite, accepting, COUNT_OF(accepts));
    test_add(suite, log_lines);
    test_add_rows(suite, configured_headers, COUNT_OF(rules));
    test_add_rows(suite, origins, COUNT_OF(cross));
    test_add(suite, errors_have_two_members);
}

TEST_MAIN("text", fill)
