/* SPDX-License-Identifier: Apache-2.0 */
/* short_descriptor - the right ABI, but a descriptor that ends before its list of connectors. */
#include "tests/plugins/tiny.h"

EXPORT const struct {
    uint16_t abi_major, abi_minor;
    uint32_t size;
} tern_plugin = {TERN_ABI_MAJOR, TERN_ABI_MINOR, 8};
