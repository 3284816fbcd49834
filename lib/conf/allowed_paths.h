/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * allowed_paths - the folders that a config provider may read from.
 *
 * Paths are normalised as text, component by component: links are not followed, so that a
 * link inside an allowed folder may lead out of it. Peer:
 * org.apache.kafka.common.config.internals.AllowedPaths. Thread: any.
 */
#include "lib/base/macros.h"

#include <tern/error.h>

struct allowed_paths;

/*
 * text is a list of absolute folders with commas, not trimmed; NULL or empty: everything is
 * allowed. Errors: TERN_EINVALID, "Path x is not absolute", "Path x does not exist".
 */
int allowed_paths_new(const char *text, struct allowed_paths **ret_paths,
                      struct tern_error *err) MUST_CHECK;

/* The path to open for a requested one, to be freed; NULL when it is not allowed. */
char *allowed_paths_resolve(const struct allowed_paths *paths, const char *path);

void allowed_paths_free(struct allowed_paths *paths);
static inline void allowed_paths_freep(struct allowed_paths **paths)
{
    allowed_paths_free(*paths);
}
