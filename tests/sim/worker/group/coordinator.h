/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * coordinator - what a broker does for a group, in memory and on a fake clock: member ids, rounds
 * of join and sync, sessions, as GroupCoordinator of Kafka 4.3 does it for classic groups. It
 * survives a move to another broker with what was stable, as the real one does by its topic.
 */
#include "lib/base/buf.h"
#include "worker/group/member.h"

struct coordinator;

/* An answer to a request; from is what came with it. Borrowed during the call. */
struct coordinator_answer {
    enum wire_api api;
    uint64_t serial;
    int16_t error;
    int32_t generation;
    const char *protocol, *leader, *member;
    const struct msg_join_group_member *members;
    size_t member_count;
    struct slice assignment;
};

typedef void coordinator_send(void *arg, int from, const struct coordinator_answer *answer);

/* initial_delay_ms: group.initial.rebalance.delay.ms */
struct coordinator *coordinator_new(int64_t initial_delay_ms, coordinator_send *send, void *arg);
void coordinator_free(struct coordinator *c);
void coordinator_handle(struct coordinator *c, int64_t now_ms, int from,
                        const struct member_request *request);
/* Sessions and rounds that have come to their end. */
void coordinator_tick(struct coordinator *c, int64_t now_ms);
/* Loaded by another broker: rounds under way are forgotten, sessions begin anew. */
void coordinator_move(struct coordinator *c, int64_t now_ms);
/* Nobody is awaited any more, nothing is going on. */
bool coordinator_is_stable(const struct coordinator *c);
int32_t coordinator_generation(const struct coordinator *c);
