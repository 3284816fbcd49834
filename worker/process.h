/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * process - what every worker program does about its process: memory, signals, log levels.
 *
 * SIGTERM, SIGINT and SIGHUP are blocked in all threads and read by the main thread in
 * process_wait(). SIGHUP that is ignored when the process starts stays so. A second signal has no
 * effect: the orderly end is under way. Thread: main, where not said.
 */
#include "lib/base/macros.h"

#include <stdbool.h>

/* Before any thread is started. Reads TERN_LOG: "DEBUG", or "<logger>=<level>,..."; root is a
 * logger. */
void process_init(void);
/* Waits for one of these signals, or process_fail(). False: it was that. */
bool process_wait(void);
/* Makes process_wait() return. Thread: any; does not block. */
void process_fail(void);
/* Sets log levels from such a text; what cannot be read is logged at WARN and passed over. */
void process_set_levels(const char *text);
