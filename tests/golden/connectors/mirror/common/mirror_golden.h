/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mirror_golden - what the golden tests beside it share: members of the JSON that was captured
 * from Java's classes. A test fails when they are not there or differ.
 */
#include "lib/base/strmap.h"
#include "tests/lib/testing.h"

/* A member, which must be there; it may be null. */
json_t *golden_get(const json_t *object, const char *key);
/* A string member; NULL for null. */
const char *golden_text(const json_t *object, const char *key);
int64_t golden_int(const json_t *object, const char *key);
bool golden_true(const json_t *object, const char *key);
/* Sets every member in out: strings as they are, null as null. */
void golden_config(const json_t *object, struct strmap *out);
/* Equal, or both NULL. */
void golden_same(const char *what, const char *row, const char *ours, const char *theirs);
