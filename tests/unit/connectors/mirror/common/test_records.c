/* SPDX-License-Identifier: Apache-2.0 */
/* Cut records, long strings, full buffers. */
#include "connectors/mirror/common/checkpoint.h"
#include "connectors/mirror/common/heartbeat.h"
#include "connectors/mirror/common/offset_sync.h"
#include "tests/lib/testing.h"

#include <string.h>

#include "lib/base/xmem.h"

#define LONGEST 32767

struct record {
    struct buf key, value;
};

static void record_fini(struct record *r)
{
    buf_fini(&r->key);
    buf_fini(&r->value);
}

#define RECORD_INIT                          \
    {                                        \
        BUF_INIT(1 << 20), BUF_INIT(1 << 20) \
    }

typedef int decode_fn(struct slice key, struct slice value, struct tern_error *err);

static int decode_sync(struct slice key, struct slice value, struct tern_error *err)
{
    struct offset_sync out;

    return offset_sync_decode(key, value, &out, err);
}

static int decode_checkpoint(struct slice key, struct slice value, struct tern_error *err)
{
    struct checkpoint out;

    return checkpoint_decode(key, value, &out, err);
}

static int decode_heartbeat(struct slice key, struct slice value, struct tern_error *err)
{
    struct heartbeat out;

    return heartbeat_decode(key, value, &out, err);
}

/* Every part of a record that is shorter than the whole is refused, read from exact memory. */
static void refuse_cut(const struct record *r, decode_fn *decode)
{
    struct slice key = buf_slice(&r->key), value = buf_slice(&r->value);
    struct tern_error err;

    ck_assert_int_eq(decode(key, value, &err), 0);
    for (size_t n = 0; n < key.len; n++) {
        CLEANUP(freep) void *cut = xmemdup(key.at, n);

        ck_assert_int_eq(decode(slice_of(cut, n), value, &err), -1);
        ck_assert_int_eq(err.code, TERN_EINVALID);
        ck_assert_ptr_nonnull(strstr(err.msg, "malformed key"));
    }
    for (size_t n = 0; n < value.len; n++) {
        CLEANUP(freep) void *cut = xmemdup(value.at, n);

        ck_assert_int_eq(decode(key, slice_of(cut, n), &err), -1);
        ck_assert_ptr_nonnull(strstr(err.msg, "malformed value"));
    }
    ck_assert_int_eq(decode((struct slice){0}, value, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, "null"));
    ck_assert_int_eq(decode(key, (struct slice){0}, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, "null"));
}

START_TEST(cut_records)
{
    CLEANUP(record_fini) struct record s = RECORD_INIT;
    CLEANUP(record_fini) struct record c = RECORD_INIT;
    CLEANUP(record_fini) struct record h = RECORD_INIT;
    struct offset_sync sync = {slice_str("topic"), 3, 4, 5};
    struct checkpoint checkpoint = {slice_str("g"), slice_str("t"), 1, 2, 3, slice_str("m")};
    struct heartbeat heartbeat = {slice_str("A"), slice_str("B"), 42};
    struct tern_error err;

    ck_assert_int_eq(offset_sync_encode(&sync, &s.key, &s.value, &err), 0);
    refuse_cut(&s, decode_sync);
    ck_assert_int_eq(checkpoint_encode(&checkpoint, &c.key, &c.value, &err), 0);
    refuse_cut(&c, decode_checkpoint);
    ck_assert_int_eq(heartbeat_encode(&heartbeat, &h.key, &h.value, &err), 0);
    refuse_cut(&h, decode_heartbeat);
}
END_TEST

START_TEST(failure_leaves_the_result_alone)
{
    struct offset_sync out = {.partition = 77};
    struct tern_error err;

    ck_assert_int_eq(offset_sync_decode(slice_str("\0\7hi"), slice_str(""), &out, &err), -1);
    ck_assert_int_eq(out.partition, 77);
}
END_TEST

START_TEST(longest_strings)
{
    CLEANUP(freep) char *text = xmalloc(LONGEST + 1);
    struct tern_error err;

    memset(text, 'x', LONGEST + 1);
    for (size_t len = LONGEST; len <= LONGEST + 1; len++) {
        CLEANUP(record_fini) struct record r = RECORD_INIT;
        struct checkpoint in = {slice_of(text, len), slice_str("t"), 0, 0, 0, slice_str("")};
        struct checkpoint out;
        bool fits = len == LONGEST;

        ck_assert_int_eq(checkpoint_encode(&in, &r.key, &r.value, &err), fits ? 0 : -1);
        if (!fits)
            continue;
        ck_assert_int_eq(checkpoint_decode(buf_slice(&r.key), buf_slice(&r.value), &out, &err), 0);
        ck_assert_uint_eq(out.group.len, LONGEST);
    }
}
END_TEST

START_TEST(full_buffer)
{
    struct buf key = BUF_INIT(4), value = BUF_INIT(100);
    struct heartbeat in = {slice_str("A"), slice_str("B"), 1};
    struct tern_error err;

    ck_assert_int_eq(heartbeat_encode(&in, &key, &value, &err), -1);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    buf_fini(&key);
    buf_fini(&value);
}
END_TEST

START_TEST(extreme_numbers)
{
    static const int64_t offsets[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    static const int32_t partitions[] = {INT32_MIN, -1, 0, 1, INT32_MAX};

    for (size_t i = 0; i < COUNT_OF(offsets); i++) {
        CLEANUP(record_fini) struct record r = RECORD_INIT;
        struct offset_sync in = {slice_str("t"), partitions[i], offsets[i], offsets[4 - i]}, out;
        struct tern_error err;

        ck_assert_int_eq(offset_sync_encode(&in, &r.key, &r.value, &err), 0);
        ck_assert_int_eq(offset_sync_decode(buf_slice(&r.key), buf_slice(&r.value), &out, &err), 0);
        ck_assert_int_eq(out.partition, in.partition);
        ck_assert_int_eq(out.upstream_offset, in.upstream_offset);
        ck_assert_int_eq(out.downstream_offset, in.downstream_offset);
    }
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, cut_records);
    test_add(suite, failure_leaves_the_result_alone);
    test_add(suite, longest_strings);
    test_add(suite, full_buffer);
    test_add(suite, extreme_numbers);
}

TEST_MAIN("records", fill)
