/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * security_keys - how Kafka's clients are secured, for the definitions of workers, connectors and
 * client overrides: one set of rows, in the order that the peer defines them. Peers:
 * org.apache.kafka.common.config.SslConfigs, SaslConfigs, CommonClientConfigs. Not bound; the
 * clients check the values again (lib/wire/security.h, lib/kafka/client_props.c).
 */
#include <tern/config.h>

extern const struct tern_config_key security_protocol_keys[]; /* security.protocol */
extern const struct tern_config_key security_keys[];          /* ssl.* and sasl.* */
