/* SPDX-License-Identifier: Apache-2.0 */
/* Names of client settings: known ones, and what misspelt ones were meant to be. */
#include "lib/kafka/client_names.h"

#include "tests/lib/testing.h"

static const struct {
    enum kafka_role role;
    const char *name;
    bool is_known;
    const char *nearest; /* NULL: none */
} rows[] = {
    {KAFKA_PRODUCER, "linger.ms", true, "linger.ms"},
    {KAFKA_CONSUMER, "linger.ms", true, NULL}, /* known, but no consumer's */
    {KAFKA_PRODUCER, "linger.sm", false, "linger.ms"},
    {KAFKA_CONSUMER, "auto.offset.rest", false, "auto.offset.reset"},
    {KAFKA_CONSUMER, "isolation.leve", false, "isolation.level"},
    {KAFKA_ADMIN, "request.timeout", false, "request.timeout.ms"},
    {KAFKA_ADMIN, "secruity.protocol", false, "security.protocol"},
    {KAFKA_ADMIN, "metrics.context.anything", true, NULL},
    {KAFKA_ADMIN, "nothing.of.the.kind", false, NULL},
    {KAFKA_PRODUCER, "", false, NULL},
};

START_TEST(names)
{
    const char *nearest = client_name_nearest(rows[_i].role, rows[_i].name);

    ck_assert_int_eq(client_name_is_known(rows[_i].name), rows[_i].is_known);
    if (rows[_i].nearest)
        ck_assert_pstr_eq(nearest, rows[_i].nearest);
    else
        ck_assert_ptr_null(nearest);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, names, COUNT_OF(rows));
}

TEST_MAIN("client_names", fill)
