/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/checkpoint/group_names.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/vec.h"

void group_names_fini(struct group_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->at[i]);
    vec_fini(names);
}

bool group_names_equal(const struct group_names *a, const struct group_names *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->at[i], b->at[i]) != 0)
            return false;
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void group_names_merge(struct group_names *names, const struct group_names *others)
{
    size_t there = names->count;

    for (size_t i = 0; i < others->count; i++) {
        if (!there || !bsearch(&others->at[i], names->at, there, sizeof(char *), by_name))
            vec_push(names, xstrdup(others->at[i]));
    }
    if (names->count > there)
        qsort(names->at, names->count, sizeof(char *), by_name);
}

bool group_names_fit(const char *group)
{
    static const char blanks[] = " \t\r\n";
    size_t len = strlen(group);

    return len > 0 && !strchr(group, ',') && !strchr(blanks, group[0]) &&
           !strchr(blanks, group[len - 1]);
}
