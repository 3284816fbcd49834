/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * group - the membership of a worker in a group, by Kafka's group protocol.
 *
 * A thread of its own drives the member (member.h) and its connections (group_net.h), so that
 * heartbeats go on whatever the herder does. The herder's thread tells it when it polls, and is
 * told, in membership_poll(), what to stop and what is assigned. A poll lasts until the worker is
 * a member and nothing is under way, however long that takes, unless it is woken.
 */
#include "worker/group/membership.h"

#include <tern/config.h>

/* What group_open() is made from; borrowed until it returns. */
struct group_conf {
    const char *group;
    const char *client_id;
    const struct tern_config *client; /* Java's client settings: brokers, timeouts, security */
    enum group_protocol protocol;     /* the highest that is offered */
    int32_t session_timeout_ms, rebalance_timeout_ms, heartbeat_interval_ms;
    int64_t max_delay_ms; /* scheduled.rebalance.max.delay.ms */
};

/* A membership_open; arg is a const struct group_conf. Errors: TERN_EINVALID. */
int group_open(void *arg, const struct membership_conf *conf, struct membership **ret_membership,
               struct tern_error *err) MUST_CHECK;
