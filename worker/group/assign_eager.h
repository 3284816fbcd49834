/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * assign_eager - the assignor of protocol version 0: everybody has stopped everything, and all
 * work is dealt anew, in turns. Pure. Peer: EagerAssignor. Spec: connect-distributed.md 4.2.
 */
#include "worker/group/assign.h"

/* Of round, members and configured count. The caller ends *ret_result. */
void assign_eager(const struct assign_round *round, struct assign_result *ret_result);
