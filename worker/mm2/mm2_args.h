/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mm2_args - the command line of connect-mirror-maker. Pure.
 *
 *   connect-mirror-maker [-h] [--clusters CLUSTER [CLUSTER ...]] mm2.properties
 *
 * --clusters takes all words that follow. Before the file it would swallow its name; then the
 * last word is the file, which the peer does not allow. Difference, on purpose: exit
 * statuses are 0 for --help and 1 for a fault, where the peer has 255 for both.
 */
#include "lib/base/macros.h"

#include <stdbool.h>

#include <tern/config.h>
#include <tern/error.h>

struct mm2_args {
    bool is_help;
    const char *file;          /* borrowed from argv */
    struct tern_list clusters; /* items: owned array of borrowed words */
};

/* Errors: TERN_EINVALID. The caller releases ret_args, on success. */
int mm2_args_parse(int argc, char *const *argv, struct mm2_args *ret_args,
                   struct tern_error *err) MUST_CHECK;
void mm2_args_fini(struct mm2_args *args);

extern const char mm2_usage[];
