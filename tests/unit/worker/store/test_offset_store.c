/* SPDX-License-Identifier: Apache-2.0 */
/* offset_store over a topic in memory. */
#include "worker/store/offset_store.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/worker/store/fake_log.h"

static struct offset_store *open_store(void)
{
    struct offset_store_conf conf = {.topic = "offsets"};
    struct offset_store *s;
    struct tern_error err;

    ck_assert_ok(offset_store_open(&conf, clock_deadline_ms(10000), &s, &err), err);
    return s;
}

static char *read_one(struct offset_store *s, const char *key)
{
    struct tern_error err;
    char *value;

    ck_assert_ok(offset_store_read(s, &key, 1, clock_deadline_ms(10000), &value, &err), err);
    return value;
}

static void check_value(struct offset_store *s, const char *key, const char *wanted)
{
    CLEANUP(freep) char *value = read_one(s, key);

    ck_assert_pstr_eq(value, wanted);
}

START_TEST(read_goes_to_the_end)
{
    struct offset_store *s;

    fake_log_add("[\"c\",{\"p\":1}]", "{\"o\":1}");
    s = open_store();
    check_value(s, "[\"c\",{\"p\":1}]", "{\"o\":1}");
    fake_log_add("[\"c\",{\"p\":1}]", "{\"o\":2}"); /* another worker, just now */
    check_value(s, "[\"c\",{\"p\":1}]", "{\"o\":2}");
    fake_log_add("[\"c\",{\"p\":1}]", NULL);
    check_value(s, "[\"c\",{\"p\":1}]", NULL);
    offset_store_free(s);
}
END_TEST

START_TEST(read_many)
{
    static const char *const keys[] = {"[\"c\",{\"p\":1}]", "[\"c\",{\"p\":2}]", "[\"d\",{}]"};
    char *values[COUNT_OF(keys)];
    struct offset_store *s;
    struct tern_error err;

    fake_log_add(keys[0], "{\"o\":1}");
    fake_log_add(keys[2], "{\"o\":3}");
    s = open_store();
    ck_assert_ok(offset_store_read(s, keys, COUNT_OF(keys), clock_deadline_ms(10000), values, &err),
                 err);
    ck_assert_str_eq(values[0], "{\"o\":1}");
    ck_assert_ptr_null(values[1]);
    ck_assert_str_eq(values[2], "{\"o\":3}");
    free(values[0]);
    free(values[2]);
    fake_log_fail_reads(true);
    ck_assert_int_lt(offset_store_read(s, keys, 1, clock_deadline_ms(0), values, &err), 0);
    ck_assert_int_eq(err.code, TERN_ETIMEOUT);
    offset_store_free(s);
}
END_TEST

START_TEST(foreign_records_are_skipped)
{
    struct offset_store *s;

    fake_log_add("[\"c\",{}]", "{\"o\":1}");
    fake_log_add("junk", "{}");
    fake_log_add_bytes(slice_str(NULL), slice_str("{}"));
    fake_log_add_bytes(slice_of("\xff\xfe", 2), slice_str("{}"));
    fake_log_add_bytes(slice_str("[\"c\",{}]"), slice_of("a\0b", 3));
    s = open_store();
    check_value(s, "[\"c\",{}]", "{\"o\":1}");
    check_value(s, "junk", NULL);
    offset_store_free(s);
}
END_TEST

/* ---- writing ---- */

static struct {
    struct gate gate;
    int count;      /* gate */
    char error[64]; /* gate */
} outcome;

static void done(void *arg, const char *error)
{
    ck_assert_ptr_eq(arg, &outcome);
    gate_lock(&outcome.gate);
    outcome.count++;
    snprintf(outcome.error, sizeof(outcome.error), "%s", error ? error : "none");
    gate_wake(&outcome.gate);
    gate_unlock(&outcome.gate);
}

static void check_outcome(int count, const char *error)
{
    gate_lock(&outcome.gate);
    ck_assert_int_eq(outcome.count, count);
    if (count)
        ck_assert_str_eq(outcome.error, error);
    gate_unlock(&outcome.gate);
}

static const struct offset_entry entries[] = {
    {"[\"c\",{\"p\":1}]", "{\"o\":1}"},
    {"[\"c\",{\"p\":2}]", NULL},
    {"[\"c\",{\"p\":3}]", "{\"o\":3}"},
};

START_TEST(write_is_told_once)
{
    CLEANUP(freep) char *journal = NULL;
    struct offset_store *s = open_store();

    gate_init(&outcome.gate);
    fake_log_hold_acks(true);
    offset_store_write(s, entries, COUNT_OF(entries), done, &outcome);
    fake_log_settle();
    check_outcome(0, NULL);
    fake_log_hold_acks(false);
    fake_log_settle();
    check_outcome(1, "none");
    journal = fake_log_journal();
    ck_assert_str_eq(journal, "[\"c\",{\"p\":1}]={\"o\":1};[\"c\",{\"p\":2}]=null;"
                              "[\"c\",{\"p\":3}]={\"o\":3};");
    check_value(s, entries[2].key, "{\"o\":3}");
    offset_store_free(s);
}
END_TEST

START_TEST(write_that_fails_is_told_once)
{
    struct offset_store *s = open_store();

    gate_init(&outcome.gate);
    fake_log_fail_writes(2, TERN_EINTERNAL, "the topic is gone");
    offset_store_write(s, entries, COUNT_OF(entries), done, &outcome);
    fake_log_settle();
    check_outcome(1, "the topic is gone");
    offset_store_write(s, entries, COUNT_OF(entries), NULL, NULL);
    offset_store_write(s, entries, 0, done, &outcome);
    check_outcome(2, "none");
    offset_store_free(s);
}
END_TEST

START_TEST(write_under_way_is_told_at_the_end)
{
    struct offset_store *s = open_store();

    gate_init(&outcome.gate);
    fake_log_hold_acks(true);
    offset_store_write(s, entries, COUNT_OF(entries), done, &outcome);
    offset_store_free(s);
    check_outcome(1, "none");
}
END_TEST

/* ---- listing ---- */

static void list(struct offset_store *s, const char *connector, struct buf *out)
{
    struct offset_pair *pairs;
    struct tern_error err;
    size_t n;

    buf_clear(out);
    ck_assert_ok(offset_store_list(s, connector, clock_deadline_ms(60000), &pairs, &n, &err), err);
    for (size_t i = 0; i < n; i++)
        buf_add_fmt(out, "%s=%s;", pairs[i].key, pairs[i].value);
    offset_pairs_free(pairs, n);
}

START_TEST(each_of_a_connector)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(1 << 16);
    struct offset_store *s;

    fake_log_add("[\"c\",{\"p\":2}]", "{\"o\":2}");
    fake_log_add("[\"c\",{\"p\":1}]", "{\"o\":1}");
    fake_log_add("[\"c2\",{\"p\":1}]", "{\"o\":9}");
    fake_log_add("[\"c\",null]", "{\"o\":9}");
    s = open_store();
    list(s, "c", &text);
    ck_assert_str_eq(buf_str(&text), "[\"c\",{\"p\":1}]={\"o\":1};[\"c\",{\"p\":2}]={\"o\":2};");
    list(s, "nobody", &text);
    ck_assert_str_eq(buf_str(&text), "");
    offset_store_free(s);
}
END_TEST

START_TEST(a_write_that_is_waited_for)
{
    struct offset_store *s = open_store();
    struct tern_error err;

    ck_assert_ok(
        offset_store_write_now(s, entries, COUNT_OF(entries), clock_deadline_ms(60000), &err), err);
    ck_assert_ok(offset_store_write_now(s, entries, 0, clock_deadline_ms(60000), &err), err);
    fake_log_hold_acks(true);
    ck_assert_int_lt(
        offset_store_write_now(s, entries, COUNT_OF(entries), clock_mono_ms() + 10, &err), 0);
    ck_assert_int_eq(err.code, TERN_ETIMEOUT);
    offset_store_free(s); /* tells what nobody waits for */
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, read_goes_to_the_end);
    test_add(suite, read_many);
    test_add(suite, foreign_records_are_skipped);
    test_add(suite, write_is_told_once);
    test_add(suite, write_that_fails_is_told_once);
    test_add(suite, write_under_way_is_told_at_the_end);
    test_add(suite, each_of_a_connector);
    test_add(suite, a_write_that_is_waited_for);
}

TEST_MAIN("offset_store", fill)
