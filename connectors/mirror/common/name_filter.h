/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * name_filter - a list of patterns to include and one to exclude, excludes win.
 *
 * What topic_filter, group_filter and property_filter share. A name is included when the include
 * list matches it as a whole and the exclude list does not; an empty list matches nothing.
 * Immutable. Thread: any.
 */
#include "lib/base/macros.h"

#include <stdbool.h>

#include <tern/config.h>
#include <tern/error.h>

struct name_filter;

/* One of the two lists: the key it is read from, and its text when the key is absent. */
struct name_filter_list {
    const char *key; /* NULL: no such list; nothing matches it */
    const char *fallback;
};

/* Borrows config for the call. Errors: TERN_EINVALID for a bad list or pattern, naming the key. */
int name_filter_new(const struct tern_config *config, struct name_filter_list include,
                    struct name_filter_list exclude, struct name_filter **ret_filter,
                    struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. */
void name_filter_free(struct name_filter *filter);

bool name_filter_includes(const struct name_filter *filter, const char *name);
bool name_filter_excludes(const struct name_filter *filter, const char *name);

/*
 * Whether class_name is java_name or its last part: how configurations name a built-in class.
 * The shared rule of policies and filters.
 */
bool name_filter_is_class(const char *class_name, const char *java_name);
/*
 * Fails, beginning in Java's words: class_name, as the value of key, is no class that is known
 * here; known names those that are.
 */
int name_filter_unknown_class(const char *key, const char *class_name, const char *known,
                              struct tern_error *err);
