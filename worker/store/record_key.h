/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * record_key - what the keys of the config and the status topic have in common.
 * Spec: connect-distributed.md 5.1, 7.1.
 */
#include "lib/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* The key as text, to be freed; NULL for a null key and for one that is not UTF-8 without NUL. */
char *record_key_text(struct slice key);

/*
 * Splits text, a key without its kind, at its dashes as Java does (empty parts at the end do not
 * count): the last of at least two parts is a number, not negative, those before it are the
 * connector's name, owned by the caller. False when text is not like that.
 */
bool record_key_task(const char *text, char **ret_connector, int32_t *ret_task);
