/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * dedicated - MirrorMaker 2 as a process: the flows of a file, and, where the file asks for it, the
 * server by which processes that share their work reach each other. Thread: main.
 * Peer: MirrorMaker, MirrorRestServer. Spec: mirror-maker2.md 1.9, 1.11.
 */
#include "worker/mm2/mm2_plan.h"

struct dedicated;

/*
 * Starts everything and returns. Borrows plan until dedicated_free(); on_fatal is called from any
 * thread when a flow has ended by itself. Errors: TERN_EINVALID; then nothing runs.
 */
int dedicated_start(const struct mm2_plan *plan, void (*on_fatal)(void *arg), void *arg,
                    struct dedicated **ret_dedicated, struct tern_error *err) MUST_CHECK;
/* False: something did not end in time, and nothing may be freed. */
bool dedicated_stop(struct dedicated *d) MUST_CHECK;
void dedicated_free(struct dedicated *d);
