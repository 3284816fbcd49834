/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * alter_offsets - what a user may set the offsets of the mirror connectors to, through the offsets
 * of the REST API: for struct tern_connector_class.alter_offsets.
 *
 * A reset is always fine. Peers: alterOffsets() of the three connectors, MirrorUtils; the texts of
 * faults are theirs. Spec: mirror-maker2.md 4.7, 7.2, 8. Pure. Thread: any.
 */
#include <tern/plugin.h>

/* {"cluster","topic","partition"}: {"offset": 0 or more}: the last record that was mirrored. */
int alter_offsets_source(const struct tern_config *config, const struct tern_offset_change *changes,
                         size_t count, bool *ret_handled, struct tern_error *err);
/* {"group","topic","partition"}: {"offset":0} */
int alter_offsets_checkpoint(const struct tern_config *config,
                             const struct tern_offset_change *changes, size_t count,
                             bool *ret_handled, struct tern_error *err);
/* {"sourceClusterAlias","targetClusterAlias"}: {"offset":0} */
int alter_offsets_heartbeat(const struct tern_config *config,
                            const struct tern_offset_change *changes, size_t count,
                            bool *ret_handled, struct tern_error *err);
