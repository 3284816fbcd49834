/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * worker_group - the group membership that a worker's settings ask for: what group_open() is made
 * from. Owned by whoever makes the herder, and kept until that is freed: a membership is opened
 * by the herder's thread. Immutable. Spec: connect-distributed.md 1.1, 2.1, 2.3.
 */
#include "lib/conf/config_ref.h"
#include "worker/group/group.h"

struct worker_group;

/*
 * worker: the worker's configuration, resolved; worker_id: as statuses show it, and part of the
 * client's id where client.id is not set. Errors: TERN_EINVALID.
 */
int worker_group_new(struct config_ref *worker, const char *worker_id,
                     struct worker_group **ret_group, struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. */
void worker_group_free(struct worker_group *g);

/* The argument of group_open(). Borrowed. */
struct group_conf *worker_group_conf(struct worker_group *g);
/* "eager", "compatible" or "sessioned", in any case; anything else: sessioned. */
enum group_protocol worker_group_protocol(const char *connect_protocol);
