/* SPDX-License-Identifier: Apache-2.0 */
/* The table of connect-distributed.md 2.5, a row per row and column. */
#include "worker/group/group_error.h"

#include "lib/wire/wire_error.h"
#include "tests/lib/testing.h"

static const struct reaction_case {
    enum group_request request;
    int16_t code;
    enum group_reaction reaction;
    bool is_of_generation;
} reaction_cases[] = {
    {GROUP_FIND_COORDINATOR, 0, GROUP_GO_ON, false},
    {GROUP_FIND_COORDINATOR, 14, GROUP_BACK_OFF, false},
    {GROUP_FIND_COORDINATOR, 15, GROUP_BACK_OFF, false},
    {GROUP_FIND_COORDINATOR, 30, GROUP_FATAL, false},
    {GROUP_FIND_COORDINATOR, 24, GROUP_FATAL, false},
    {GROUP_FIND_COORDINATOR, 7, GROUP_BACK_OFF, false},
    {GROUP_FIND_COORDINATOR, 29, GROUP_FATAL, false},
    {GROUP_FIND_COORDINATOR, -1, GROUP_BACK_OFF, false},
    {GROUP_FIND_COORDINATOR, 4711, GROUP_BACK_OFF, false},
    {GROUP_JOIN, 0, GROUP_GO_ON, false},
    {GROUP_JOIN, 14, GROUP_RETRY, false},
    {GROUP_JOIN, 15, GROUP_REDISCOVER, false},
    {GROUP_JOIN, 16, GROUP_REDISCOVER, false},
    {GROUP_JOIN, 25, GROUP_NEW_MEMBER, true},
    {GROUP_JOIN, 27, GROUP_REJOIN, false},
    {GROUP_JOIN, 79, GROUP_TAKE_MEMBER_ID, false},
    {GROUP_JOIN, 82, GROUP_FATAL, false},
    {GROUP_JOIN, 23, GROUP_FATAL, false},
    {GROUP_JOIN, 24, GROUP_FATAL, false},
    {GROUP_JOIN, 26, GROUP_FATAL, false},
    {GROUP_JOIN, 81, GROUP_FATAL, false},
    {GROUP_JOIN, 35, GROUP_FATAL, false},
    {GROUP_JOIN, 30, GROUP_FATAL, false},
    {GROUP_JOIN, 4711, GROUP_BACK_OFF, false},
    {GROUP_SYNC, 0, GROUP_GO_ON, false},
    {GROUP_SYNC, 14, GROUP_RETRY, false},
    {GROUP_SYNC, 15, GROUP_REDISCOVER, false},
    {GROUP_SYNC, 16, GROUP_REDISCOVER, false},
    {GROUP_SYNC, 22, GROUP_NEW_GENERATION, true},
    {GROUP_SYNC, 25, GROUP_NEW_MEMBER, true},
    {GROUP_SYNC, 27, GROUP_REJOIN, false},
    {GROUP_SYNC, 82, GROUP_FATAL, false},
    {GROUP_SYNC, 30, GROUP_FATAL, false},
    {GROUP_SYNC, -1, GROUP_BACK_OFF, false},
    {GROUP_HEARTBEAT, 0, GROUP_GO_ON, false},
    {GROUP_HEARTBEAT, 14, GROUP_BACK_OFF, false},
    {GROUP_HEARTBEAT, 15, GROUP_REDISCOVER, false},
    {GROUP_HEARTBEAT, 16, GROUP_REDISCOVER, false},
    {GROUP_HEARTBEAT, 22, GROUP_NEW_GENERATION, true},
    {GROUP_HEARTBEAT, 25, GROUP_NEW_MEMBER, true},
    {GROUP_HEARTBEAT, 27, GROUP_REQUEST_REJOIN, false},
    {GROUP_HEARTBEAT, 82, GROUP_FATAL, false},
    {GROUP_HEARTBEAT, 23, GROUP_BACK_OFF, false},
    {GROUP_HEARTBEAT, 30, GROUP_BACK_OFF, false},
    {GROUP_HEARTBEAT, 35, GROUP_BACK_OFF, false},
    {GROUP_HEARTBEAT, 4711, GROUP_BACK_OFF, false},
};

START_TEST(reaction)
{
    const struct reaction_case *row = &reaction_cases[_i];
    enum group_reaction ours = group_error_reaction(row->request, row->code);

    ck_assert_msg(ours == row->reaction, "request %d answered with %s: %d", (int)row->request,
                  wire_error_name(row->code), (int)ours);
    ck_assert(group_reaction_is_of_generation(ours) == row->is_of_generation);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, reaction, COUNT_OF(reaction_cases));
}

TEST_MAIN("group_error", fill)
