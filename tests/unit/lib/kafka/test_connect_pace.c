/* SPDX-License-Identifier: Apache-2.0 */
/* A broker that closes every connection at once, while a call waits for it. */
#include <arpa/inet.h>
#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/kafka/client_conf.h"
#include "tests/lib/testing.h"

enum {
    WATCH_MS = 2000,
    MOST = 2 * (WATCH_MS / 200 + 1) * 4, /* two threads: the bootstrap address, and by a call */
};

static int listen_somewhere(int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(fd, 64), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static int turn_away(int fd)
{
    int64_t until_ms = clock_deadline_ms(WATCH_MS);
    int count = 0;

    while (clock_left_ms(until_ms, 1) > 0) {
        struct pollfd p = {.fd = fd, .events = POLLIN};

        if (poll(&p, 1, (int)clock_left_ms(until_ms, WATCH_MS)) == 1) {
            close(accept(fd, NULL, NULL));
            count++;
        }
    }
    return count;
}

START_TEST(a_broker_that_refuses_is_asked_now_and_then)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    int port, fd = listen_somewhere(&port), count;
    rd_kafka_AdminOptions_t *options;
    struct tern_config java;
    rd_kafka_queue_t *queue;
    struct tern_error err;
    rd_kafka_t *rk;

    strmap_set_fmt(&settings, "bootstrap.servers", "127.0.0.1:%d", port);
    strmap_set(&settings, "reconnect.backoff.ms", "0");
    strmap_set(&settings, "reconnect.backoff.max.ms", "0");
    java = strmap_config(&settings);
    ck_assert_ok(client_open(KAFKA_ADMIN, &java, NULL, NULL, &rk, &err), err);
    queue = rd_kafka_queue_new(rk);
    options = rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS);
    rd_kafka_ListConsumerGroups(rk, options, queue);
    count = turn_away(fd);
    ck_assert_int_gt(count, 0);
    ck_assert_int_le(count, MOST);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    client_close(rk);
    close(fd);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, a_broker_that_refuses_is_asked_now_and_then);
}

TEST_MAIN("connect_pace", fill)
