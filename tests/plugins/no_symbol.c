/* SPDX-License-Identifier: Apache-2.0 */
/* no_symbol - a shared object that is no plugin. */
#include "tests/plugins/tiny.h"

EXPORT const int some_other_symbol = 1;
