/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * offset_edits - from the offsets that a user wants to the records of the offset topic. Pure.
 *
 * Keys are compared as bytes, so a partition that is stored keeps the bytes of its key, in
 * whatever order the user names its members; one that is not gets the order of a Java HashMap,
 * which is what the peer writes. Spec: connect-distributed.md 6.1, 6.5; connect-runtime.md 2.10.
 */
#include "worker/store/offset_map.h"

#include <tern/plugin.h>

struct offset_edit {
    char *key;
    char *value; /* NULL: removes */
    size_t at;   /* which change it is */
};

struct offset_edits {
    struct offset_edit *at; /* in order of key */
    size_t count;
};

void offset_edits_fini(struct offset_edits *edits);

/*
 * The records for changes, one for each partition: a later change of a partition replaces an
 * earlier one. known: what the connector has stored. Errors: TERN_EINVALID for what is no JSON
 * object; TERN_EINTERNAL for members that are no primitive values (peer text).
 */
int offset_edits_build(const char *connector, const struct offset_pair *known, size_t known_count,
                       const struct tern_offset_change *changes, size_t count,
                       struct offset_edits *ret_edits, struct tern_error *err) MUST_CHECK;

/*
 * A source partition or offset with its members in the order of a Java HashMap, as the peer hands
 * it to a connector, whose messages show it; to be freed. A text that is no object stays as it is.
 */
char *offset_in_java_order(const char *text);

/* The text of the source partition in a key; to be freed. NULL: null, or no key of a worker. */
char *offset_key_partition(const char *key);
