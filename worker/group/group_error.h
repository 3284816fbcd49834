/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * group_error - what a worker does about an error that a group coordinator answers with.
 *
 * A table, no more: whoever sends the requests acts on it. In no case is work stopped.
 * Spec: connect-distributed.md 2.5. Peers: ConsumerCoordinator's and AbstractCoordinator's
 * response handlers. Deliberate differences: SyncGroup answered with COORDINATOR_LOAD_IN_PROGRESS
 * is tried again, and so is what is answered with an error that says nothing about us, or that
 * is not known, where Java's worker ends.
 */
#include <stdbool.h>
#include <stdint.h>

enum group_request {
    GROUP_FIND_COORDINATOR,
    GROUP_JOIN,
    GROUP_SYNC,
    GROUP_HEARTBEAT,
    GROUP_REQUESTS,
};

enum group_reaction {
    GROUP_GO_ON,          /* no error, or none that matters now */
    GROUP_RETRY,          /* the same again, after the constant retry.backoff.ms */
    GROUP_BACK_OFF,       /* the same again, after an exponential back-off */
    GROUP_REDISCOVER,     /* the coordinator is not known any more; then as GROUP_RETRY */
    GROUP_REJOIN,         /* join at once, as who we are */
    GROUP_TAKE_MEMBER_ID, /* join at once, by the member id in the response */
    GROUP_NEW_GENERATION, /* the generation is over, the member id stays; join at once */
    GROUP_NEW_MEMBER,     /* generation and member id are over; join at once */
    GROUP_REQUEST_REJOIN, /* a rebalance began: join when the herder polls; we are alive */
    GROUP_FATAL,          /* the worker ends */
};

/* code is 0 or an error of the protocol, any. */
enum group_reaction group_error_reaction(enum group_request request, int16_t code);

/*
 * Whether a reaction only counts while the generation that the request was made in is still
 * ours: a late answer says nothing about the one after it.
 */
bool group_reaction_is_of_generation(enum group_reaction reaction);
