/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/txn_writer.h"

#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/lib/kafka/kafka_test.h"

enum {
    PRODUCE = 0,
    INIT_PRODUCER_ID = 22,
    ADD_PARTITIONS = 24,
    END_TXN = 26,
};

static const struct topic_log_entry entries[] = {
    {"a", {(const uint8_t *)"1", 1}},
    {"b", {NULL, 0}},
};

static int open_writer(const struct mock *m, int64_t ms, struct txn_writer **ret_writer,
                       struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config view;

    settings_fill(&settings, m->bootstrap, "transactional.id", "connect-cluster-g",
                  "enable.idempotence", "true", NULL);
    view = strmap_config(&settings);
    return txn_writer_open(&view, "t", NULL, in_ms(ms), ret_writer, err);
}

static int write_entries(struct txn_writer *w, struct tern_error *err)
{
    return txn_writer_write(w, entries, COUNT_OF(entries), in_ms(30000), err);
}

START_TEST(batches)
{
    struct txn_writer *w;
    struct tern_error err;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 1);
    ck_assert_ok(open_writer(&m, 30000, &w, &err), err);
    for (int i = 0; i < 3; i++)
        ck_assert_ok(write_entries(w, &err), err);
    ck_assert_ok(txn_writer_write(w, NULL, 0, in_ms(1), &err), err); /* asks nobody */
    txn_writer_free(w);
    mock_stop(&m);
}
END_TEST

/* Brokers that are not ready yet are asked again. */
START_TEST(patience)
{
    struct txn_writer *w;
    struct tern_error err;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 1);
    rd_kafka_mock_push_request_errors(m.cluster, INIT_PRODUCER_ID, 1,
                                      RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS);
    ck_assert_ok(open_writer(&m, 30000, &w, &err), err);
    rd_kafka_mock_push_request_errors(m.cluster, ADD_PARTITIONS, 1,
                                      RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS);
    rd_kafka_mock_push_request_errors(m.cluster, END_TXN, 1, RD_KAFKA_RESP_ERR_NOT_COORDINATOR);
    ck_assert_ok(write_entries(w, &err), err);
    txn_writer_free(w);
    mock_stop(&m);
}
END_TEST

static const struct failure_case {
    int request;
    rd_kafka_resp_err_t error;
    enum tern_code code;
    const char *said;
} failure_cases[] = {
    {PRODUCE, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, TERN_EINVALID, "uthoriz"},
    {PRODUCE, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, TERN_EREFUSED, "too large"},
    {ADD_PARTITIONS, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, TERN_EINVALID, "uthoriz"},
    {ADD_PARTITIONS, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, TERN_ECONFLICT, "fenced"},
    {END_TXN, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, TERN_ECONFLICT, "committing a transaction"},
};

START_TEST(failures)
{
    const struct failure_case *row = &failure_cases[_i];
    struct txn_writer *w;
    struct tern_error err;
    struct mock m;

    mock_start(&m, 1);
    mock_topic(&m, "t", 1);
    ck_assert_ok(open_writer(&m, 30000, &w, &err), err);
    rd_kafka_mock_push_request_errors(m.cluster, (int16_t)row->request, 1, row->error);
    ck_assert_int_lt(write_entries(w, &err), 0);
    ck_assert_msg(strstr(err.msg, row->said), "%s", err.msg);
    ck_assert_msg(err.code == row->code, "code %d: %s", err.code, err.msg);
    txn_writer_free(w);
    mock_stop(&m);
}
END_TEST

START_TEST(nobody_there)
{
    const bool cancel = true;
    const struct mock nowhere = {.bootstrap = "127.0.0.1:1"};
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config view;
    struct txn_writer *w;
    struct tern_error err;

    ck_assert_int_lt(open_writer(&nowhere, 300, &w, &err), 0);
    ck_assert_int_eq(err.code, TERN_ETIMEOUT);
    settings_fill(&settings, nowhere.bootstrap, "transactional.id", "i", NULL);
    view = strmap_config(&settings);
    ck_assert_int_lt(txn_writer_open(&view, "t", &cancel, in_ms(60000), &w, &err), 0);
    ck_assert_int_eq(err.code, TERN_ERETRIABLE);
}
END_TEST

static void txn_writer_suite(Suite *s)
{
    test_add(s, batches);
    test_add(s, patience);
    test_add_rows(s, failures, COUNT_OF(failure_cases));
    test_add(s, nobody_there);
}

TEST_MAIN("txn_writer", txn_writer_suite)
