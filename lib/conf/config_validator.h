/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * config_validator - whether the value of a key is allowed, in the peer's words.
 *
 * Peer: the validators of org.apache.kafka.common.config.ConfigDef. Thread: any.
 */
#include "lib/conf/config_value.h"

#include <tern/config.h>

/*
 * The whole message why key may not have value, to be freed; NULL: it may. text is the value
 * as it was given, for a custom check.
 */
char *config_validator_fault(const struct tern_config_key *key, const struct config_value *value,
                             const char *text);

/* What documents show as valid values, to be freed; NULL when nothing is to be said. */
char *config_validator_description(const struct tern_validator *validator);
