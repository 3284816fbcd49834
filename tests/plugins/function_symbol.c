/* SPDX-License-Identifier: Apache-2.0 */
/* function_symbol - a shared object of somebody else, who used our name for a function. */
#include "tests/plugins/tiny.h"

EXPORT int tern_plugin(void);

int tern_plugin(void)
{
    return 1;
}
