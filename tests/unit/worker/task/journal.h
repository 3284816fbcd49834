/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * journal - what happened, in order, on whatever thread: the fakes write lines, tests wait for
 * them. One per process: checks run in processes of their own. Thread: any.
 */
#include "lib/base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    JOURNAL_WAIT_MS = 10000 /* a line that does not come until then never will */
};

void journal_add(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* Lines equal to line, so far. */
size_t journal_count(const char *line);
/* Waits until there are count such lines. False: they did not come. */
bool journal_wait(const char *line, size_t count) MUST_CHECK;
/* Waits until a line starts with text, and returns it; NULL: none came. The caller frees. */
char *journal_wait_start(const char *text);
/* All lines, joined by " "; the caller frees. Lines that start with skip (NULL: none) are left out.
 */
char *journal_text(const char *skip);
void journal_clear(void);
