/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mm2 - dedicated mode: one herder for each flow of a plan, all started at once.
 *
 * A herder that leads its group sees to it that the three mirror connectors of its flow are
 * configured as the file says. A cluster that cannot be reached holds up its own flows only.
 * Peer: org.apache.kafka.connect.mirror.MirrorMaker, MirrorHerder; difference: an unreachable
 * target at start is tried again, where the peer ends. Spec: mirror-maker2.md 1.9, 1.10.
 */
#include "lib/base/macros.h"
#include "worker/mm2/mm2_plan.h"

struct mm2;

/*
 * Starts all herders. Borrows plan, arg until mm2_free(). on_fatal: a herder has ended by itself,
 * and the process should. Thread: main; on_fatal: a herder's, must not block.
 * Errors: TERN_EINVALID naming the flow.
 */
int mm2_start(const struct mm2_plan *plan, void (*on_fatal)(void *arg), void *arg,
              struct mm2 **ret_mm2, struct tern_error *err) MUST_CHECK;

/*
 * Stops all herders at once and waits for them. False when one did not end in its time (said at
 * ERROR): then the process must end without releasing anything. Thread: main.
 */
bool mm2_stop(struct mm2 *m);
/* After mm2_stop() has returned true. NULL is a no-op. */
void mm2_free(struct mm2 *m);
