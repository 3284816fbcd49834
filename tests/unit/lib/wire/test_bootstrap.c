/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/bootstrap.h"

#include "tests/lib/testing.h"

static const struct row {
    const char *list;
    size_t count; /* 0: refused */
    const char *host;
    int32_t port; /* of the last */
    const char *part;
} rows[] = {
    {"a:1", 1, "a", 1, NULL},
    {" a:9092 ,b.example.com:65535 ", 2, "b.example.com", 65535, NULL},
    {"[2001:db8::1]:9093", 1, "2001:db8::1", 9093, NULL},
    {"SASL_SSL://kafka-1:9094", 1, "kafka-1", 9094, NULL},
    {"a:1,,b:2,", 2, "b", 2, NULL},
    {"", 0, NULL, 0, "names no broker"},
    {" , ", 0, NULL, 0, "names no broker"},
    {"a", 0, NULL, 0, "Invalid url in bootstrap.servers: a"},
    {"a:1,b:", 0, NULL, 0, "Invalid url in bootstrap.servers: b:"},
    {"a:0", 0, NULL, 0, "bootstrap.servers: a:0"},
    {"a:65536", 0, NULL, 0, "bootstrap.servers: a:65536"},
    {"a:99999999999", 0, NULL, 0, "host:port"},
    {"a:-1", 0, NULL, 0, "bootstrap.servers: a:-1"},
    {":1", 0, NULL, 0, "bootstrap.servers: :1"},
    {"2001:db8::1:9093", 0, NULL, 0, "host:port"},
    {"[]:9093", 0, NULL, 0, "host:port"},
    {"a b:1", 0, NULL, 0, "bootstrap.servers: a b:1"},
};

START_TEST(parse)
{
    const struct row *row = &rows[_i];
    CLEANUP(bootstrap_fini) struct bootstrap b = {0};
    struct tern_error err = {0};

    if (row->count == 0) {
        ck_assert_int_lt(bootstrap_parse(row->list, &b, &err), 0);
        ck_assert_msg(strstr(err.msg, row->part), "%s", err.msg);
        return;
    }
    ck_assert_ok(bootstrap_parse(row->list, &b, &err), err);
    ck_assert_uint_eq(b.count, row->count);
    ck_assert_str_eq(b.servers[b.count - 1].host, row->host);
    ck_assert_int_eq(b.servers[b.count - 1].port, row->port);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, parse, COUNT_OF(rows));
}

TEST_MAIN("bootstrap", fill)
