/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* worker_valid - validators that the tables of worker_config.h share. Pure. */
#include <tern/config.h>

extern const struct tern_validator worker_valid_at_least_0;
extern const struct tern_validator worker_valid_at_least_1;
extern const struct tern_validator worker_valid_at_least_minus_1;
extern const struct tern_validator worker_valid_int_at_least_0;

extern const struct tern_validator worker_valid_list; /* at least one item */
extern const struct tern_validator worker_valid_list_or_empty;
extern const struct tern_validator worker_valid_list_or_null;

extern const struct tern_validator worker_valid_client_auth;
extern const struct tern_validator worker_valid_discovery;
extern const struct tern_validator worker_valid_dns_lookup;
extern const struct tern_validator worker_valid_exactly_once;
extern const struct tern_validator worker_valid_metrics_level;
extern const struct tern_validator worker_valid_protocol;
extern const struct tern_validator worker_valid_recovery;

extern const struct tern_validator worker_valid_header_rules;
extern const struct tern_validator worker_valid_key_algorithm;
extern const struct tern_validator worker_valid_listeners;
extern const struct tern_validator worker_valid_mac;
extern const struct tern_validator worker_valid_macs;
extern const struct tern_validator worker_valid_partitions;
extern const struct tern_validator worker_valid_replication;
