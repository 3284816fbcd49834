/* SPDX-License-Identifier: Apache-2.0 */
/* What is refused and what is tolerated; Java's bytes are in tests/golden. */
#include "worker/group/protocol.h"

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

enum {
    LIMIT = 1 << 20,
};

#define HEAD   \
    "00020000" \
    "00016c"   \
    "000175"   \
    "0000000000000005" /* leader "l", URL "u", offset 5 */

static const struct assignment_case {
    const char *name;
    const char *hex;
    bool is_right;
    size_t connectors, tasks, revoked;
} assignment_cases[] = {
    {"all there",
     HEAD "00000001"
          "000163"
          "00000003"
          "ffffffff"
          "00000000"
          "00000001"
          "00000000"
          "00000007",
     true, 1, 2, 0},
    {"the connector last",
     HEAD "00000001"
          "000163"
          "00000002"
          "00000000"
          "ffffffff"
          "ffffffff"
          "00000007",
     true, 1, 1, 0},
    {"without tasks",
     HEAD "00000001"
          "000163"
          "00000000",
     true, 0, 0, 0},
    {"nothing but the head", HEAD, true, 0, 0, 0},
    {"revoked",
     HEAD "ffffffff"
          "00000001"
          "000163"
          "00000001"
          "00000004",
     true, 0, 0, 1},
    {"half a delay",
     HEAD "00000000"
          "00000000"
          "0000",
     false, 0, 0, 0},
    {"half an array", HEAD "0000", false, 0, 0, 0},
    {"less entries than told",
     HEAD "00000002"
          "000163"
          "00000000",
     false, 0, 0, 0},
    {"less tasks than told",
     HEAD "00000001"
          "000163"
          "00000009"
          "00000000",
     false, 0, 0, 0},
    {"a null array of tasks",
     HEAD "00000001"
          "000163"
          "ffffffff"
          "00000000"
          "00000000",
     false, 0, 0, 0},
    {"task -2",
     HEAD "00000001"
          "000163"
          "00000001"
          "fffffffe"
          "00000000"
          "00000000",
     false, 0, 0, 0},
    {"a zero byte in a name",
     HEAD "00000001"
          "0001"
          "00"
          "00000001"
          "00000000",
     false, 0, 0, 0},
    {"a null name",
     HEAD "00000001"
          "ffff"
          "00000001"
          "00000000",
     false, 0, 0, 0},
    {"no leader",
     "00020000"
     "ffff"
     "000175"
     "0000000000000005",
     false, 0, 0, 0},
    {"half a version", "00", false, 0, 0, 0},
};

START_TEST(assignments)
{
    const struct assignment_case *row = &assignment_cases[_i];
    CLEANUP(protocol_assignment_fini) struct protocol_assignment a = {0};
    CLEANUP(buf_fini) struct buf bytes = BUF_INIT(LIMIT);
    struct tern_error err;

    test_unhex(row->hex, &bytes);
    if (!row->is_right) {
        ck_assert_int_eq(protocol_assignment_decode(buf_slice(&bytes), &a, &err), -1);
        ck_assert_int_eq(err.code, TERN_EINVALID);
        return;
    }
    ck_assert_ok(protocol_assignment_decode(buf_slice(&bytes), &a, &err), err);
    ck_assert_uint_eq(a.assigned.connectors.count, row->connectors);
    ck_assert_uint_eq(a.assigned.tasks.count, row->tasks);
    ck_assert_uint_eq(a.revoked.tasks.count, row->revoked);
}
END_TEST

static const struct metadata_case {
    const char *name;
    const char *hex;
    bool is_right, has_current;
} metadata_cases[] = {
    {"nothing assigned yet",
     "0002"
     "000175"
     "0000000000000005"
     "ffffffff",
     true, false},
    {"without the field",
     "0002"
     "000175"
     "0000000000000005",
     true, false},
    {"version 0 with more",
     "0000"
     "000175"
     "0000000000000005"
     "00000001"
     "00",
     true, false},
    {"a later version with more",
     "0007"
     "000175"
     "0000000000000005"
     "ffffffff"
     "abcd",
     true, false},
    {"an assignment of none",
     "0002"
     "000175"
     "0000000000000005"
     "00000012" HEAD,
     true, true},
    {"an empty assignment",
     "0002"
     "000175"
     "0000000000000005"
     "00000000",
     false, false},
    {"half an assignment",
     "0002"
     "000175"
     "0000000000000005"
     "00000002"
     "0002",
     false, false},
    {"a length too long",
     "0002"
     "000175"
     "0000000000000005"
     "00000009"
     "0002",
     false, false},
    {"an assignment of version -1",
     "0002"
     "000175"
     "0000000000000005"
     "00000002"
     "ffff",
     false, false},
    {"version -1",
     "ffff"
     "000175"
     "0000000000000005"
     "ffffffff",
     false, false},
    {"no offset",
     "0002"
     "000175",
     false, false},
    {"none", "", false, false},
};

START_TEST(metadata)
{
    const struct metadata_case *row = &metadata_cases[_i];
    CLEANUP(protocol_metadata_fini) struct protocol_metadata m = {0};
    CLEANUP(buf_fini) struct buf bytes = BUF_INIT(LIMIT);
    struct tern_error err;
    int rc;

    test_unhex(row->hex, &bytes);
    rc = protocol_metadata_decode(buf_slice(&bytes), &m, &err);
    ck_assert_int_eq(rc, row->is_right ? 0 : -1);
    if (rc < 0) {
        ck_assert_int_eq(err.code, TERN_EINVALID);
        return;
    }
    ck_assert_str_eq(m.url, "u");
    ck_assert_int_eq(m.offset, 5);
    ck_assert(m.has_current == row->has_current);
}
END_TEST

/* Tasks of one connector are one entry, wherever they stand; what is too long fails. */
START_TEST(encode)
{
    CLEANUP(protocol_assignment_fini) struct protocol_assignment a = {0};
    CLEANUP(buf_fini) struct buf out = BUF_INIT(LIMIT), expected = BUF_INIT(LIMIT);
    char *longest = xcalloc(1, 32769);

    a.leader = xstrdup("l");
    a.leader_url = xstrdup("u");
    a.offset = 5;
    work_list_add(&a.assigned, "d", 1);
    work_list_add(&a.assigned, "c", WORK_CONNECTOR);
    work_list_add(&a.assigned, "d", 0);
    protocol_assignment_encode(&a, 2, &out);
    test_unhex(HEAD "00000002"
                    "000163"
                    "00000001"
                    "ffffffff"
                    "000164"
                    "00000002"
                    "00000001"
                    "00000000"
                    "00000000"
                    "00000000",
               &expected);
    ck_assert(slice_equal(buf_slice(&out), buf_slice(&expected)));
    memset(longest, 'x', 32768);
    work_list_add(&a.assigned, longest, 0);
    protocol_assignment_encode(&a, 2, &out);
    ck_assert(out.failed);
    free(longest);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, assignments, COUNT_OF(assignment_cases));
    test_add_rows(suite, metadata, COUNT_OF(metadata_cases));
    test_add(suite, encode);
}

TEST_MAIN("protocol", fill)
