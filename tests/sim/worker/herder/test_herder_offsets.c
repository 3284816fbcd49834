/* SPDX-License-Identifier: Apache-2.0 */
/* Offsets that users look at and change. */
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "tests/lib/testing.h"
#include "tests/sim/worker/herder/solo.h"

static void check_offsets(struct herder *h, const char *wanted)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(1 << 16);
    struct herder_offsets offsets;
    struct tern_error err;

    ck_assert_ok(herder_offsets(h, "c", solo_soon(), &offsets, &err), err);
    for (size_t i = 0; i < offsets.count; i++)
        buf_add_fmt(&text, "%s=%s;", offsets.at[i].partition, offsets.at[i].offset);
    ck_assert_str_eq(buf_str(&text), wanted);
    herder_offsets_fini(&offsets);
}

/* Asks until no rebalance is due. changes NULL: a reset. */
static int change_offsets(struct herder *h, const struct tern_offset_change *changes, size_t n,
                          const char **ret_message, struct tern_error *err)
{
    int rc;

    do {
        rc = changes ? herder_alter_offsets(h, "c", changes, n, solo_soon(), ret_message, err)
                     : herder_reset_offsets(h, "c", solo_soon(), ret_message, err);
    } while (rc < 0 && err->code == TERN_ECONFLICT);
    return rc;
}

START_TEST(offsets_of_a_stopped_connector)
{
    static const struct tern_offset_change changes[] = {{"{\"p\":1}", "{\"o\":5}"},
                                                        {"{\"p\":2}", "{\"o\":6}"}};
    static const struct tern_offset_change removal[] = {{"{\"p\":1}", NULL}};
    static const struct tern_offset_change bad[] = {{NULL, NULL}};
    struct herder *h = solo_started(1);
    struct herder_offsets offsets;
    struct tern_error err;
    const char *message;

    ck_assert_int_lt(change_offsets(h, changes, 2, &message, &err), 0);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    ck_assert_int_lt(herder_offsets(h, "c", solo_soon(), &offsets, &err), 0);
    ck_assert_int_eq(err.code, TERN_ENOTFOUND);
    solo_put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING");
    ck_assert_int_lt(change_offsets(h, changes, 2, &message, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_ptr_nonnull(strstr(err.msg, "must be in the STOPPED state"));
    ck_assert_ok(herder_set_target(h, "c", TARGET_STOPPED, solo_soon(), &err), err);
    ck_assert_ok(change_offsets(h, changes, 2, &message, &err), err);
    ck_assert_ptr_nonnull(strstr(message, "managed offsets for this connector have been altered"));
    check_offsets(h, "{\"p\":1}={\"o\":5};{\"p\":2}={\"o\":6};");
    fakes.script.handles_offsets = true;
    ck_assert_ok(change_offsets(h, removal, 1, &message, &err), err);
    ck_assert_str_eq(message, "The offsets for this connector have been altered successfully");
    check_offsets(h, "{\"p\":2}={\"o\":6};");
    ck_assert_int_lt(change_offsets(h, bad, 1, &message, &err), 0);
    ck_assert_str_eq(err.msg, "Source partitions may not be null");
    ck_assert_int_eq(err.code, TERN_EINTERNAL);
    fakes.offset_writes_fail = 1;
    ck_assert_int_lt(change_offsets(h, changes, 2, &message, &err), 0);
    ck_assert_str_eq(err.msg, "Failed to modify offsets for source connector c");
    ck_assert_ok(change_offsets(h, NULL, 0, &message, &err), err);
    ck_assert_str_eq(message, "The offsets for this connector have been reset successfully");
    check_offsets(h, "");
    ck_assert_ok(change_offsets(h, NULL, 0, &message, &err), err); /* again: nothing there */
    fakes.offset_reads_fail = 1;
    ck_assert_int_lt(herder_offsets(h, "c", solo_soon(), &offsets, &err), 0);
    ck_assert_str_eq(err.msg, "Failed to retrieve offsets for source connector c");
    fake_herder_end(h);
}
END_TEST

START_TEST(a_class_that_hangs_over_offsets)
{
    static const struct tern_offset_change changes[] = {{"{\"p\":1}", "{\"o\":5}"}};
    struct herder *h = solo_started(0);
    struct herder_ask ask = {0};
    struct tern_error err;
    const char *message;

    solo_put(h, "c", "1");
    ck_assert_ok(herder_set_target(h, "c", TARGET_STOPPED, solo_soon(), &err), err);
    fakes_wait_status("c", STATUS_CONNECTOR, "STOPPED");
    fakes.script.alter_hangs = true;
    do {
        ask.deadline_ms = clock_mono_ms() + 50;
    } while (herder_alter_offsets(h, "c", changes, 1, &ask, &message, &err) < 0 &&
             err.code == TERN_ECONFLICT);
    ck_assert_int_eq(err.code, TERN_ETIMEOUT);
    ck_assert_ok(herder_ping(h, solo_soon(), &err), err);
    check_offsets(h, "");
    fake_herder_end(h); /* waits for nobody */
    fake_release();
}
END_TEST

/* Offsets are altered in a transaction, after what tasks may still have open was fenced. */
START_TEST(offsets_are_altered_in_a_transaction)
{
    static const struct tern_offset_change change = {"{\"p\":1}", "{\"o\":7}"};
    struct herder *h = solo_started_with("enabled", 1);
    const char *message;
    struct tern_error err;

    solo_put(h, "c", "1");
    fakes_wait_status("c", 0, "RUNNING");
    ck_assert_ok(fake_task_asks("c", 0, false, &err), err);
    ck_assert_ok(herder_set_target(h, "c", TARGET_STOPPED, solo_soon(), &err), err);
    fakes_wait(&fakes.task_stops, 1);
    fakes.fence_fails = 1;
    ck_assert_int_lt(change_offsets(h, &change, 1, &message, &err), 0);
    ck_assert_str_eq(err.msg, "Failed to perform zombie fencing for source connector prior to "
                              "modifying offsets");
    ck_assert_int_eq(fakes.transactions, 0);
    ck_assert_ok(change_offsets(h, &change, 1, &message, &err), err);
    ck_assert_int_eq(fakes.transactions, 1);
    ck_assert_int_eq(fakes.fenced, 1);
    check_offsets(h, "{\"p\":1}={\"o\":7};");
    fake_herder_end(h);
}
END_TEST

static void herder_offsets_suite(Suite *s)
{
    test_add(s, offsets_of_a_stopped_connector);
    test_add(s, a_class_that_hangs_over_offsets);
    test_add(s, offsets_are_altered_in_a_transaction);
}

TEST_MAIN("herder_offsets", herder_offsets_suite)
