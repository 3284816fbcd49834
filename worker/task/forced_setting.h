/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * forced_setting - a setting of a client that exactly-once delivery needs, whatever the user says.
 * Spec: connect-runtime.md 4.2.
 */
#include "lib/base/strmap.h"

/*
 * Sets it; another value that was there is warned about. whose: what the client is, as in "for
 * connectors", with the words before it. Thread: any.
 */
void forced_setting(struct strmap *out, const char *key, const char *value, const char *whose);
