/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * security_settings - security.protocol, ssl.* and sasl.* of Java client properties, trimmed as
 * Java's ConfigDef trims them: a .properties file keeps the blanks at the end of a line.
 */
#include "lib/base/strmap.h"

/* Sets what there is in out, without the blanks around it. Thread: any. */
void security_settings_add(struct strmap *out, const struct tern_config *java);
/* Ends the map, and wipes what it holds. For CLEANUP. */
void security_settings_fini(struct strmap *settings);
