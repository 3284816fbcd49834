/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* jtree_encoding - JSON in UTF-16 or UTF-32, known by its mark or its first zeros, as UTF-8. */
#include "lib/base/arena.h"
#include "lib/base/slice.h"

/* The text without a byte order mark: borrowed when it is UTF-8, else the arena's. */
struct slice jtree_to_utf8(struct arena *a, struct slice text);
