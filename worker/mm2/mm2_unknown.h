/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* mm2_unknown - keys of the file that nothing reads: misspelt, or in the wrong place. */
#include "worker/mm2/mm2_plan.h"

/* Logs them at WARN, with the key that was probably meant. */
void mm2_warn_unknown(const struct mm2_plan *plan);
