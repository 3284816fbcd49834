/* SPDX-License-Identifier: Apache-2.0 */
/* wrong_major - a plugin of another ABI, which has nothing but the versions in common with ours. */
#include "tests/plugins/tiny.h"

EXPORT const struct {
    uint16_t abi_major, abi_minor;
} tern_plugin = {TERN_ABI_MAJOR + 1, 0};
