/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * offset_map - source offsets by the bytes of their key, as the offsets topic tells them. A pure
 * machine: no lock, no I/O, no log line. Spec: connect-distributed.md 6.1, 6.2.
 *
 * A hash table: a mirror has an offset per partition and per group, and reads them all at start.
 */
#include "lib/base/macros.h"
#include "lib/base/slice.h"

#include <stddef.h>
#include <tern/error.h>

enum {
    OFFSET_KEY_MAX_BYTES = 256 * 1024,
    OFFSET_VALUE_MAX_BYTES = 1024 * 1024,
};

struct offset_entry_stored; /* private */

struct offset_map {
    struct offset_entry_stored **slots; /* a power of two of them */
    size_t slot_count;
    size_t count;
};

#define OFFSET_MAP_INIT \
    {                   \
        0               \
    }

/* One record, read. All owned. */
struct offset_record {
    char *key;
    char *value;     /* NULL: removes */
    char *connector; /* NULL: the source partition is null, and not to be listed */
};

#define OFFSET_RECORD_INIT \
    {                      \
        0                  \
    }

/* Reads one record; a null or empty value removes. Errors: TERN_EINVALID for what no worker wrote.
 */
int offset_record_parse(struct slice key, struct slice value, struct offset_record *ret_record,
                        struct tern_error *err) MUST_CHECK;
void offset_record_fini(struct offset_record *record);

/* Applies one record, in offset order within its key. Moves out of record what it keeps. */
void offset_map_apply(struct offset_map *m, struct offset_record *record);
/* Borrowed until the next change; NULL: none. */
const char *offset_map_get(const struct offset_map *m, const char *key);

struct offset_pair {
    char *key, *value; /* owned */
};
/* Copies of what a connector has stored, in order of key; a null source partition is left out. */
size_t offset_map_copy(const struct offset_map *m, const char *connector,
                       struct offset_pair **ret_pairs);
void offset_pairs_free(struct offset_pair *pairs, size_t count);

void offset_map_fini(struct offset_map *m);
