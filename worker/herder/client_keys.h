/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* client_keys - tables of the settings of Kafka's clients; see client_keys.c. Each ends with NULL.
 */
#include <tern/config.h>

extern const struct tern_config_key *const client_producer_tables[];
extern const struct tern_config_key *const client_consumer_tables[];
extern const struct tern_config_key *const client_admin_tables[];
