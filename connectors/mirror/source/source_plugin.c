/* SPDX-License-Identifier: Apache-2.0 */
/* source_plugin - what mirror-source.so exports. */
#include "connectors/mirror/source/source_connector.h"

static const struct tern_connector_class *const connectors[] = {&source_connector_class, NULL};

extern const struct tern_plugin tern_plugin;
__attribute__((visibility("default"))) const struct tern_plugin tern_plugin = {
    .abi_major = TERN_ABI_MAJOR,
    .abi_minor = TERN_ABI_MINOR,
    .size = sizeof(tern_plugin),
    .connectors = connectors,
};
