/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* fake_parts - what the files of fakes.h do for each other. */
#include "tests/sim/worker/herder/fakes.h"

enum {
    FAKES_PATIENCE_MS = 60000
};

/* ---- fakes.c; member is one of fakes, which is not locked ---- */

void fakes_count(int *member);
/* One less; false: it was 0 already (or, for -1, never ends). */
bool fakes_take(int *member);
/* fakes.gate is locked. Ends the test at the deadline. */
void fakes_wait_more(int64_t deadline_ms, const char *what);

/* ---- fake_config_store.c, fake_stores.c ---- */

void fake_config_store_fini(void);
void fake_stores_init(void);
void fake_stores_fini(void);

/* ---- fake_plugins.c ---- */

extern const struct tern_connector_class fake_connector_class;
