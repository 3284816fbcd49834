/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/fence.h"

#include <string.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/lib/kafka/kafka_test.h"

enum {
    INIT_PRODUCER_ID = 22
};

static int fence(const char *bootstrap, const char *const *ids, size_t count, int64_t ms,
                 struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config view;

    settings_fill(&settings, bootstrap, "client.id", "a", "group.id", "g", NULL);
    view = strmap_config(&settings);
    return fence_producers(&view, ids, count, NULL, in_ms(ms), err);
}

START_TEST(many_ids)
{
    char texts[20][16];
    const char *ids[20];
    struct tern_error err;
    struct mock m;

    mock_start(&m, 1);
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        snprintf(texts[i], sizeof(texts[i]), "g-c-%zu", i);
        ids[i] = texts[i];
    }
    ck_assert_ok(fence(m.bootstrap, ids, COUNT_OF(ids), 60000, &err), err);
    ck_assert_ok(fence(m.bootstrap, ids, 0, 60000, &err), err);
    mock_stop(&m);
}
END_TEST

START_TEST(a_coordinator_that_is_not_ready_is_asked_again)
{
    static const char *const ids[] = {"g-c-0"};
    struct tern_error err;
    struct mock m;

    mock_start(&m, 1);
    rd_kafka_mock_push_request_errors(m.cluster, INIT_PRODUCER_ID, 2,
                                      RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
                                      RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS);
    ck_assert_ok(fence(m.bootstrap, ids, 1, 60000, &err), err);
    mock_stop(&m);
}
END_TEST

START_TEST(one_that_may_not)
{
    static const char *const ids[] = {"g-c-0", "g-c-1"};
    struct tern_error err;
    struct mock m;

    mock_start(&m, 1);
    rd_kafka_mock_push_request_errors(m.cluster, INIT_PRODUCER_ID, 2,
                                      RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                                      RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    ck_assert_int_lt(fence(m.bootstrap, ids, COUNT_OF(ids), 60000, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.msg, "fencing producers of transactional id 'g-c-"));
    mock_stop(&m);
}
END_TEST

START_TEST(nobody_there)
{
    static const char *const ids[] = {"g-c-0"};
    struct tern_error err;

    ck_assert_int_lt(fence("127.0.0.1:1", ids, 1, 300, &err), 0);
    ck_assert_int_eq(err.code, TERN_ETIMEOUT);
}
END_TEST

static void fence_suite(Suite *s)
{
    test_add(s, many_ids);
    test_add(s, a_coordinator_that_is_not_ready_is_asked_again);
    test_add(s, one_that_may_not);
    test_add(s, nobody_there);
}

TEST_MAIN("fence", fence_suite)
