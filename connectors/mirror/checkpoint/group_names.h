/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* group_names - names of consumer groups, sorted. Pure. Zeroed: none. */
#include <stdbool.h>
#include <stddef.h>

struct group_names {
    char **at; /* owned, with the names */
    size_t count;
    size_t cap;
};

void group_names_fini(struct group_names *names);
bool group_names_equal(const struct group_names *a, const struct group_names *b);
/* Adds those of others that are not there yet. */
void group_names_merge(struct group_names *names, const struct group_names *others);

/*
 * Whether a task configuration can hold the name: there groups are a list, elements of which are
 * parted by commas, and trimmed. Java's tasks read it as well.
 */
bool group_names_fit(const char *group);
