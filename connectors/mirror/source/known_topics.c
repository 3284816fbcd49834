/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/source/known_topics.h"

#include "lib/base/vec.h"

void known_topics_fini(struct known_topics *k)
{
    for (size_t i = 0; i < k->count; i++) {
        free(k->at[i].name);
        free(k->at[i].remote);
    }
    vec_fini(k);
}

bool known_topics_equal(const struct known_topics *a, const struct known_topics *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->at[i].name, b->at[i].name) != 0 || a->at[i].partitions != b->at[i].partitions)
            return false;
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct known_topic *)a)->name, ((const struct known_topic *)b)->name);
}

const struct known_topic *known_topics_find(const struct known_topics *k, const char *name)
{
    struct known_topic key = {.name = (char *)name};

    return k->count ? bsearch(&key, k->at, k->count, sizeof(*k->at), by_name) : NULL;
}
