/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* solo - the one herder of a test, on the fakes, and what it is asked most. */
#include "tests/sim/worker/herder/fakes.h"

/* Alone, with connectors that have so many tasks. */
struct herder *solo_started(int32_t tasks);
/* The same; exactly_once: its exactly.once.source.support. */
struct herder *solo_started_with(const char *exactly_once, int32_t tasks);
/* A question that is to be answered within a minute; what the last one was told is freed. */
struct herder_ask *solo_soon(void);
int solo_put_it(struct herder *h, const struct tern_config *config, bool may_replace,
                bool *ret_created, struct tern_error *err);
/* Creates or replaces a connector whose tasks carry the value. */
void solo_put(struct herder *h, const char *name, const char *value);
