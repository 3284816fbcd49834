/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* configdef_golden - tables of keys against Java's ConfigDef: configdefs as the golden files have
 * them. */
#include <jansson.h>

#include <tern/config.h>

/* Every key of rows is there, in their order, and no other. */
void configdef_check(const json_t *rows, const struct tern_config_key *const *tables);
