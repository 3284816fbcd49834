/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* mm2_keys - names that the expansion of mm2.properties goes by. Spec: mirror-maker2.md 1.3, 1.7.
 */
#include <stddef.h>

#include <tern/config.h>

/* Every key that one of the three connectors defines; sorted. */
extern const char *const mm2_connector_keys[];
extern const size_t mm2_connector_key_count;

/* What the driver reads itself, but for TLS, SASL and its REST server. */
extern const struct tern_config_key mm2_driver_keys[];
