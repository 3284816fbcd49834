/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * group_net - a member's two connections: one to any broker, which is asked for the coordinator,
 * and one to the coordinator, as Java has them apart from all others.
 *
 *   group_net_poll_set(n, fds); poll(...); group_net_run(n, now, fds);
 *   while (group_net_next(n, now, &event)) ...
 *
 * Brokers are those of bootstrap.servers and those that a broker told of. A connection that failed
 * is tried again after reconnect.backoff.ms and more. Never blocks; one owner: the group thread.
 */
#include "lib/wire/conn.h"
#include "worker/group/member.h"

#include <poll.h>

struct group_net;

enum {
    GROUP_NET_FDS = 2,
};

/* Copied, but for what conn_options borrows. */
struct group_net_conf {
    const char *bootstrap_servers;
    struct conn_options conn;
    int64_t find_timeout_ms; /* to be told the coordinator */
    int64_t reconnect_ms, reconnect_max_ms;
};

enum group_net_event_kind {
    GROUP_NET_FOUND, /* find, or NULL and why */
    GROUP_NET_JOIN,  /* the rest: answers to the request of serial */
    GROUP_NET_SYNC,
    GROUP_NET_HEARTBEAT, /* error */
    GROUP_NET_LEFT,      /* error */
    GROUP_NET_FAILED,    /* no answer will come: why */
};

/* What it points to is borrowed until the next call. */
struct group_net_event {
    enum group_net_event_kind kind;
    uint64_t serial;
    const struct msg_find_coordinator_response *find;
    const struct msg_join_group_response *join;
    const struct msg_sync_group_response *sync;
    int16_t error;
    const char *why;
};

/* Errors: TERN_EINVALID: bootstrap_servers. */
int group_net_new(const struct group_net_conf *conf, struct group_net **ret_net,
                  struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. */
void group_net_free(struct group_net *n);

/* Asks for the coordinator of a group; answered once. */
void group_net_find(struct group_net *n, int64_t now_ms, const char *group);
/* Sends a request to the coordinator, which is at host:port; answered once, or failed. */
void group_net_send(struct group_net *n, int64_t now_ms, const char *host, int32_t port,
                    const struct member_request *request);
/* Closes the connection to the coordinator: nothing is answered that was sent. */
void group_net_hang_up(struct group_net *n);

void group_net_poll_set(const struct group_net *n, struct pollfd fds[GROUP_NET_FDS]);
int64_t group_net_wake_ms(const struct group_net *n, int64_t now_ms);
void group_net_run(struct group_net *n, int64_t now_ms, const struct pollfd fds[GROUP_NET_FDS]);
bool group_net_next(struct group_net *n, int64_t now_ms, struct group_net_event *ret_event);
