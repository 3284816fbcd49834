/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * jtree - JSON as a tree in an arena, exactly as Jackson reads it for JsonConverter.
 *
 * Numbers keep their text: nothing of a decimal is lost. Of a name that stands twice the last
 * value counts, in the place of the first. Accepted beyond the standard: leading zeros, a byte
 * order mark, UTF-16 and UTF-32, whatever follows the value after a blank. Bounds, Jackson's own:
 * 1000 levels, numbers of 1000 characters, strings of 20 million bytes, names of 50000. Half a
 * surrogate pair becomes U+FFFD. Spec: connect-runtime.md 5.3. Thread: any.
 */
#include "lib/base/arena.h"
#include "lib/base/macros.h"
#include "lib/base/slice.h"

#include <tern/error.h>

enum jtree_kind {
    JTREE_NULL,
    JTREE_BOOLEAN,
    JTREE_NUMBER,
    JTREE_STRING,
    JTREE_ARRAY,
    JTREE_OBJECT,
};

struct jtree {
    enum jtree_kind kind;
    bool boolean;
    bool integral;             /* NUMBER: neither point nor exponent */
    struct slice text;         /* STRING: UTF-8; NUMBER: as it stands */
    struct slice source;       /* the whole value as it stands, in UTF-8 */
    struct slice name;         /* of a member */
    const struct jtree *first; /* of ARRAY and OBJECT */
    const struct jtree *next;  /* beside this one */
    size_t count;              /* of elements or members */
    struct jtree **slots;      /* OBJECT: a hash table of members; NULL for a few */
    size_t slot_count;
};

/*
 * Parses one value. No bytes at all, or blanks only, give NULL. The tree is the arena's; it
 * borrows data. Errors: TERN_EINVALID with the position.
 */
int jtree_parse(struct arena *a, const void *data, size_t len, const struct jtree **ret_tree,
                struct tern_error *err) MUST_CHECK;
/* A member of an object; NULL when there is none, or t is no object. */
const struct jtree *jtree_get(const struct jtree *t, const char *name);
/* "OBJECT", as Jackson calls it; "MISSING" for NULL. */
const char *jtree_kind_name(const struct jtree *t);
/* The low 64 bits of the integral part of a number; 0 for what is no number. */
int64_t jtree_wrapped(const struct jtree *t);
/* An integral number that fits. */
bool jtree_int64(const struct jtree *t, int64_t *ret);
