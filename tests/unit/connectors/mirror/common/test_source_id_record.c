/* SPDX-License-Identifier: Apache-2.0 */
/* The records that say which topic a stored offset belongs to. */
#include "connectors/mirror/common/source_id_record.h"
#include "tests/lib/testing.h"

#include "lib/base/xmem.h"

START_TEST(key)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(SOURCE_ID_RECORD_MAX);

    source_id_key(&out, "A->B \"x\"", "A", "orders", 7);
    ck_assert_str_eq(
        buf_str(&out),
        "[\"A->B \\\"x\\\"\",{\"cluster\":\"A\",\"partition\":7,\"topic\":\"orders\"}]");
}
END_TEST

START_TEST(value_there_and_back)
{
    struct source_id id = {.epoch = 5}, back;
    CLEANUP(buf_fini) struct buf out = BUF_INIT(SOURCE_ID_RECORD_MAX);
    struct tern_error err;

    for (uint8_t i = 0; i < 16; i++)
        id.id.bytes[i] = (uint8_t)(i * 17);
    source_id_value(&out, &id);
    ck_assert_str_eq(buf_str(&out),
                     "{\"topicId\":\"00112233445566778899aabbccddeeff\",\"leaderEpoch\":5}");
    ck_assert_ok(source_id_parse(buf_slice(&out), &back, &err), err);
    ck_assert_mem_eq(&back.id, &id.id, sizeof(id.id));
    ck_assert_int_eq(back.epoch, 5);
}
END_TEST

static const struct value_case {
    const char *what, *text, *error;
} bad_values[] = {
    {"no JSON", "{", ""},
    {"null", "null", "topicId"},
    {"an array", "[]", "topicId"},
    {"no id", "{\"leaderEpoch\":1}", "topicId"},
    {"short", "{\"topicId\":\"00\",\"leaderEpoch\":1}", "topicId"},
    {"no hexadecimal", "{\"topicId\":\"0011223344556677889 aabbccddeeff\",\"leaderEpoch\":1}",
     "topicId"},
    {"no epoch", "{\"topicId\":\"00112233445566778899aabbccddeeff\"}", "leaderEpoch"},
    {"epoch as text", "{\"topicId\":\"00112233445566778899aabbccddeeff\",\"leaderEpoch\":\"1\"}",
     "leaderEpoch"},
    {"epoch out of range",
     "{\"topicId\":\"00112233445566778899aabbccddeeff\",\"leaderEpoch\":2147483648}",
     "leaderEpoch"},
};

START_TEST(bad_value)
{
    const struct value_case *c = &bad_values[_i];
    struct source_id id;
    struct tern_error err;

    ck_assert_msg(source_id_parse(slice_str(c->text), &id, &err) < 0, "%s", c->what);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_msg(strstr(err.msg, c->error) != NULL, "%s: %s", c->what, err.msg);
}
END_TEST

START_TEST(topic)
{
    CLEANUP(freep) char *name = source_id_topic("us-east");

    ck_assert_str_eq(name, "mm2-topic-ids.us-east.internal");
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, key);
    test_add(suite, value_there_and_back);
    test_add_rows(suite, bad_value, COUNT_OF(bad_values));
    test_add(suite, topic);
}

TEST_MAIN("source_id_record", fill)
