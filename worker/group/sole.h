/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * sole - the membership of a worker that is alone: it leads, and everything runs here.
 *
 * There is no one to agree with, so a join is complete at once. The generation is one more
 * than any that a status was written with, for the whole life of the process: statuses of a
 * group that ran here before must not look newer than ours.
 */
#include "worker/group/membership.h"

/* A membership_open; arg is not used. Never fails. */
int sole_open(void *arg, const struct membership_conf *conf, struct membership **ret_membership,
              struct tern_error *err) MUST_CHECK;
