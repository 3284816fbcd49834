/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mirror_remarks - keys of a mirror connector's configuration that nobody reads: misspelt ones,
 * with the nearest that there is, and those that Kafka 4 has no more.
 *
 * For struct tern_connector_class.remarks. One for all three connectors: in dedicated mode they
 * have the keys of each other, and here and there people do the same. What is a cluster's, but no
 * client's (source.cluster.offset.flush.interval.ms), comes along in dedicated mode: of such only
 * what is near to a client's setting is remarked on. Pure. Thread: any.
 */
#include <tern/plugin.h>

void mirror_remarks(const struct tern_config *config, tern_config_fault *remark, void *arg);
