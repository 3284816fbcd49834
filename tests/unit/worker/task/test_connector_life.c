/* SPDX-License-Identifier: Apache-2.0 */
/* The table of connect-runtime.md 1.3, cell by cell. */
#include "worker/task/connector_life.h"

#include "lib/base/macros.h"
#include "tests/lib/testing.h"

static const struct life_case {
    enum connector_life from;
    enum target_state to;
    struct connector_step step;
} life_cases[] = {
    {LIFE_INIT, TARGET_STARTED, {false, true, false, TELL_STARTUP, LIFE_STARTED}},
    {LIFE_INIT, TARGET_PAUSED, {false, false, false, TELL_PAUSE, LIFE_PAUSED}},
    {LIFE_INIT, TARGET_STOPPED, {false, false, false, TELL_STOP, LIFE_STOPPED}},
    {LIFE_STARTED, TARGET_STARTED, {false, false, false, TELL_NOTHING, LIFE_STARTED}},
    {LIFE_STARTED, TARGET_PAUSED, {false, false, true, TELL_PAUSE, LIFE_PAUSED}},
    {LIFE_STARTED, TARGET_STOPPED, {false, false, true, TELL_STOP, LIFE_STOPPED}},
    {LIFE_PAUSED, TARGET_STARTED, {false, true, false, TELL_RESUME, LIFE_STARTED}},
    {LIFE_PAUSED, TARGET_PAUSED, {false, false, false, TELL_NOTHING, LIFE_PAUSED}},
    {LIFE_PAUSED, TARGET_STOPPED, {false, false, false, TELL_STOP, LIFE_STOPPED}},
    {LIFE_STOPPED, TARGET_STARTED, {false, true, false, TELL_RESUME, LIFE_STARTED}},
    {LIFE_STOPPED, TARGET_PAUSED, {false, false, false, TELL_PAUSE, LIFE_PAUSED}},
    {LIFE_STOPPED, TARGET_STOPPED, {false, false, false, TELL_NOTHING, LIFE_STOPPED}},
    {LIFE_FAILED, TARGET_STARTED, {true, false, false, TELL_NOTHING, LIFE_FAILED}},
    {LIFE_FAILED, TARGET_PAUSED, {true, false, false, TELL_NOTHING, LIFE_FAILED}},
    {LIFE_FAILED, TARGET_STOPPED, {false, false, true, TELL_STOP, LIFE_STOPPED}},
};

START_TEST(cells)
{
    const struct life_case *row = &life_cases[_i];
    struct connector_step step = connector_life_step(row->from, row->to);

    ck_assert(step.refused == row->step.refused);
    ck_assert(step.start == row->step.start);
    ck_assert(step.stop == row->step.stop);
    ck_assert_int_eq(step.tell, row->step.tell);
    ck_assert_int_eq(step.next, row->step.next);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, cells, COUNT_OF(life_cases));
}

TEST_MAIN("connector_life", fill)
