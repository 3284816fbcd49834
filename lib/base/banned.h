/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * banned - functions that no source of ours may name.
 *
 * The one list: `make style` (tests/lib/check-style) reads it from here and checks every
 * source, tests included. A source may also include it, after all system headers, to be
 * told by the compiler. It cannot be forced in before them: they name what is poisoned.
 *
 * What to use instead: xmem, buf and snprintf for strings, strtok_r or slice for splitting,
 * config_value for numbers, the _r functions for time, deadline and inbox for waiting.
 */

#pragma GCC poison strcpy strcat sprintf vsprintf gets strtok strncpy strncat
#pragma GCC poison atoi atol atoll atof
#pragma GCC poison gmtime localtime ctime asctime
#pragma GCC poison rand srand usleep system

/* lib/base/xmem is the one place that allocates: see xmem.h. */
#ifndef BANNED_ALLOW_RAW_MEMORY
#pragma GCC poison malloc calloc realloc reallocarray strdup strndup
#endif
