/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/trace.h"

#include <stdlib.h>

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

static const struct class_case {
    int code;
    const char *name;
} class_cases[] = {
    {TERN_EINVALID, "org.apache.kafka.common.config.ConfigException"},
    {TERN_ENOTFOUND, "org.apache.kafka.connect.errors.NotFoundException"},
    {TERN_ECONFLICT, "org.apache.kafka.connect.errors.AlreadyExistsException"},
    {TERN_ETIMEOUT, "org.apache.kafka.common.errors.TimeoutException"},
    {TERN_ERETRIABLE, "org.apache.kafka.connect.errors.RetriableException"},
    {TERN_EINTERNAL, "org.apache.kafka.connect.errors.ConnectException"},
    {0, "org.apache.kafka.connect.errors.ConnectException"},
    {77, "org.apache.kafka.connect.errors.ConnectException"},
};

START_TEST(classes)
{
    ck_assert_str_eq(trace_class((enum tern_code)class_cases[_i].code), class_cases[_i].name);
}
END_TEST

START_TEST(one_block)
{
    const struct tern_error err = {TERN_EINVALID, "x.c:1", "boom"};
    CLEANUP(freep) char *text = trace_text(NULL, &err);

    ck_assert_str_eq(text, "org.apache.kafka.common.config.ConfigException: boom\n\tat x.c:1\n");
}
END_TEST

START_TEST(with_a_cause)
{
    const struct tern_error err = {TERN_EINTERNAL, NULL, "why"};
    CLEANUP(freep) char *text = trace_text_as("what", "a.b.C", &err);

    ck_assert_str_eq(text, "org.apache.kafka.connect.errors.ConnectException: what\n\tat unknown\n"
                           "Caused by: a.b.C: why\n\tat unknown\n");
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, classes, COUNT_OF(class_cases));
    test_add(suite, one_block);
    test_add(suite, with_a_cause);
}

TEST_MAIN("trace", fill)
