/* SPDX-License-Identifier: Apache-2.0 */
/* Which version is chosen, headers, and the names of errors. */
#include "lib/wire/msg_api_versions.h"
#include "lib/wire/wire_error.h"
#include "tests/lib/testing.h"

static const struct pick_case {
    const char *name;
    int16_t theirs_min, theirs_max, ours_min, ours_max, picked;
} pick_cases[] = {
    {"the same", 0, 9, 0, 9, 9},          {"they have more", 0, 12, 0, 9, 9},
    {"they have less", 0, 7, 0, 9, 7},    {"they dropped the old", 2, 9, 0, 9, 9},
    {"just one shared", 9, 12, 0, 9, 9},  {"we are too old", 10, 12, 0, 9, -1},
    {"they are too old", 0, 1, 2, 9, -1}, {"only the first", 0, 0, 0, 9, 0},
    {"nonsense", 5, 3, 0, 9, -1},
};

START_TEST(pick)
{
    const struct pick_case *row = &pick_cases[_i];
    struct msg_api_range ranges[] = {{10, 0, 1}, {11, row->theirs_min, row->theirs_max}};
    const struct msg_api_versions_response answer = {.apis = ranges, .api_count = 2};

    ck_assert_int_eq(api_versions_pick(&answer, WIRE_JOIN_GROUP, row->ours_min, row->ours_max),
                     row->picked);
    ck_assert_int_eq(api_versions_pick(&answer, WIRE_SYNC_GROUP, 0, 5), -1);
}
END_TEST

static const struct fallback_case {
    const char *name;
    size_t ranges;
    int16_t theirs_max, asked, again;
} fallback_cases[] = {
    {"told nothing", 0, 0, 4, 0},      {"told version 3", 1, 3, 4, 3},
    {"told version 0", 1, 0, 4, 0},    {"refuses what it told", 1, 4, 4, -1},
    {"refuses the last", 0, 0, 0, -1},
};

START_TEST(fallback)
{
    const struct fallback_case *row = &fallback_cases[_i];
    struct msg_api_range range = {18, 0, row->theirs_max};
    const struct msg_api_versions_response answer = {
        .error = 35, .apis = &range, .api_count = row->ranges};

    ck_assert_int_eq(msg_api_versions_fallback(&answer, row->asked), row->again);
}
END_TEST

/* Whatever was asked, the refusal has the form of version 0. */
START_TEST(refusal)
{
    CLEANUP(msg_api_versions_fini) struct msg_api_versions_response m = {0};
    struct tern_error err;

    ck_assert_ok(msg_api_versions_decode(slice_of("\0\x23\0\0\0\1\0\x12\0\0\0\3", 12), 4, &m, &err),
                 err);
    ck_assert_int_eq(m.error, WIRE_UNSUPPORTED_VERSION);
    ck_assert_uint_eq(m.api_count, 1);
    ck_assert_int_eq(m.apis[0].max, 3);
}
END_TEST

static const struct header_case {
    const char *name;
    enum wire_api api;
    int16_t version;
    const char *bytes;
    size_t len;
    size_t left;
} header_cases[] = {
    {"classic", WIRE_HEARTBEAT, 3, "\0\0\0\7ab", 6, 2},
    {"flexible", WIRE_HEARTBEAT, 4, "\0\0\0\7\0ab", 7, 2},
    {"flexible with a tag", WIRE_HEARTBEAT, 4, "\0\0\0\7\1\0\1xab", 10, 2},
    {"never flexible for versions", WIRE_API_VERSIONS, 4, "\0\0\0\7ab", 6, 2},
};

START_TEST(response_header)
{
    const struct header_case *row = &header_cases[_i];
    struct wire_reader r = wire_reader_of(slice_of(row->bytes, row->len), false);

    ck_assert_int_eq(wire_api_read_header(&r, row->api, row->version), 7);
    ck_assert_uint_eq(wire_left(&r), row->left);
    ck_assert(r.flexible == (row->version == 4));
}
END_TEST

START_TEST(request_header)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(64);
    struct wire_writer w = {.out = &out};

    wire_api_put_header(&w, WIRE_METADATA, 8, 1, (struct slice){0});
    ck_assert(!w.flexible);
    wire_api_put_header(&w, WIRE_METADATA, 9, 2, slice_str("c"));
    ck_assert(w.flexible);
    ck_assert(slice_equal(buf_slice(&out), slice_of("\0\3\0\x08\0\0\0\1\xff\xff"
                                                    "\0\3\0\x09\0\0\0\2\0\1c\0",
                                                    22)));
}
END_TEST

START_TEST(keys)
{
    enum wire_api api;

    for (unsigned i = 0; i < WIRE_API_COUNT; i++) {
        ck_assert(wire_api_find(wire_api_row((enum wire_api)i)->key, &api));
        ck_assert_uint_eq(api, i);
    }
    ck_assert(!wire_api_find(999, &api));
}
END_TEST

static const struct error_case {
    int16_t code;
    const char *name;
    bool is_retriable;
} error_cases[] = {
    {-1, "UNKNOWN_SERVER_ERROR", false},
    {WIRE_NONE, "NONE", false},
    {WIRE_COORDINATOR_LOAD_IN_PROGRESS, "COORDINATOR_LOAD_IN_PROGRESS", true},
    {WIRE_NOT_COORDINATOR, "NOT_COORDINATOR", true},
    {WIRE_UNKNOWN_MEMBER_ID, "UNKNOWN_MEMBER_ID", false},
    {WIRE_MEMBER_ID_REQUIRED, "MEMBER_ID_REQUIRED", false},
    {WIRE_FENCED_INSTANCE_ID, "FENCED_INSTANCE_ID", false},
    {-2, "UNKNOWN", false},
    {4711, "UNKNOWN", false},
    {INT16_MIN, "UNKNOWN", false},
};

START_TEST(error)
{
    const struct error_case *row = &error_cases[_i];

    ck_assert_str_eq(wire_error_name(row->code), row->name);
    ck_assert(wire_error_is_retriable(row->code) == row->is_retriable);
    ck_assert(wire_error_is_known(row->code) == (strcmp(row->name, "UNKNOWN") != 0));
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, pick, COUNT_OF(pick_cases));
    test_add_rows(suite, fallback, COUNT_OF(fallback_cases));
    test_add_rows(suite, response_header, COUNT_OF(header_cases));
    test_add_rows(suite, error, COUNT_OF(error_cases));
    test_add(suite, refusal);
    test_add(suite, request_header);
    test_add(suite, keys);
}

TEST_MAIN("wire_api", fill)
