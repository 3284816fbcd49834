/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* known_topics - the source topics that are to be mirrored, as the last round found them. Pure. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct known_topic {
    char *name;
    char *remote;
    int32_t partitions;
};

struct known_topics {
    struct known_topic *at; /* sorted by name */
    size_t count;
    size_t cap;
};

/* NULL when it is not among them. */
const struct known_topic *known_topics_find(const struct known_topics *k, const char *name);
/* Names and partitions; remote names follow from the names. */
bool known_topics_equal(const struct known_topics *a, const struct known_topics *b);
void known_topics_fini(struct known_topics *k);
