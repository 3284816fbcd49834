/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/group_error.h"

#include <assert.h>

#include "lib/base/macros.h"
#include "lib/wire/wire_error.h"

static const struct error_row {
    int16_t code;
    enum group_reaction reactions[GROUP_REQUESTS];
} rows[] = {
    {WIRE_NONE, {GROUP_GO_ON, GROUP_GO_ON, GROUP_GO_ON, GROUP_GO_ON}},
    {WIRE_COORDINATOR_LOAD_IN_PROGRESS, {GROUP_BACK_OFF, GROUP_RETRY, GROUP_RETRY, GROUP_BACK_OFF}},
    {WIRE_COORDINATOR_NOT_AVAILABLE,
     {GROUP_BACK_OFF, GROUP_REDISCOVER, GROUP_REDISCOVER, GROUP_REDISCOVER}},
    {WIRE_NOT_COORDINATOR, {GROUP_BACK_OFF, GROUP_REDISCOVER, GROUP_REDISCOVER, GROUP_REDISCOVER}},
    {WIRE_ILLEGAL_GENERATION,
     {GROUP_FATAL, GROUP_FATAL, GROUP_NEW_GENERATION, GROUP_NEW_GENERATION}},
    {WIRE_UNKNOWN_MEMBER_ID, {GROUP_FATAL, GROUP_NEW_MEMBER, GROUP_NEW_MEMBER, GROUP_NEW_MEMBER}},
    {WIRE_REBALANCE_IN_PROGRESS, {GROUP_FATAL, GROUP_REJOIN, GROUP_REJOIN, GROUP_REQUEST_REJOIN}},
    {WIRE_MEMBER_ID_REQUIRED, {GROUP_FATAL, GROUP_TAKE_MEMBER_ID, GROUP_FATAL, GROUP_BACK_OFF}},
    {WIRE_FENCED_INSTANCE_ID, {GROUP_FATAL, GROUP_FATAL, GROUP_FATAL, GROUP_FATAL}},
    {WIRE_INCONSISTENT_GROUP_PROTOCOL, {GROUP_FATAL, GROUP_FATAL, GROUP_FATAL, GROUP_BACK_OFF}},
    {WIRE_INVALID_GROUP_ID, {GROUP_FATAL, GROUP_FATAL, GROUP_FATAL, GROUP_BACK_OFF}},
    {WIRE_INVALID_SESSION_TIMEOUT, {GROUP_FATAL, GROUP_FATAL, GROUP_FATAL, GROUP_BACK_OFF}},
    {WIRE_GROUP_AUTHORIZATION_FAILED, {GROUP_FATAL, GROUP_FATAL, GROUP_FATAL, GROUP_BACK_OFF}},
    {WIRE_UNSUPPORTED_VERSION, {GROUP_FATAL, GROUP_FATAL, GROUP_FATAL, GROUP_BACK_OFF}},
    {WIRE_GROUP_MAX_SIZE_REACHED, {GROUP_FATAL, GROUP_FATAL, GROUP_FATAL, GROUP_BACK_OFF}},
};

/* An error without a row of its own: not about us, so it may be another one next time. */
static enum group_reaction otherwise(enum group_request request, int16_t code)
{
    bool may_pass = wire_error_is_retriable(code) || !wire_error_is_known(code) ||
                    code == WIRE_UNKNOWN_SERVER_ERROR;

    return request == GROUP_FIND_COORDINATOR && !may_pass ? GROUP_FATAL : GROUP_BACK_OFF;
}

enum group_reaction group_error_reaction(enum group_request request, int16_t code)
{
    assert(request < GROUP_REQUESTS);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].code == code)
            return rows[i].reactions[request];
    }
    return otherwise(request, code);
}

bool group_reaction_is_of_generation(enum group_reaction reaction)
{
    return reaction == GROUP_NEW_GENERATION || reaction == GROUP_NEW_MEMBER;
}
