/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * owners - who runs what after a round, as its leader knows it: by this, requests about one
 * connector or task find their worker. Pure; owned by whoever holds it.
 */
#include "worker/group/work.h"

struct owners;

struct owners *owners_new(void);
/* NULL is a no-op. */
void owners_free(struct owners *o);
/* A worker and its work, which is taken: work is empty after. */
void owners_add(struct owners *o, const char *url, struct work *work);
/*
 * The URL of the worker that runs a task, or with WORK_CONNECTOR the connector; NULL: nobody.
 * Borrowed. o may be NULL: nothing is known.
 */
const char *owners_url(const struct owners *o, const char *connector, int32_t task);
