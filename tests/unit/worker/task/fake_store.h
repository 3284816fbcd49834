/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * fake_store - an offset store in memory, in place of the worker's: linked instead of it. A
 * thread of its own tells the outcome of writes, as the real one does.
 */
#include "worker/store/offset_store.h"

enum fake_store_mode {
    FAKE_STORE_WRITES, /* every write is stored and acknowledged */
    FAKE_STORE_FAILS,  /* nothing is stored: "fake failure" */
    FAKE_STORE_HOLDS,  /* nothing is told until the mode changes */
};

struct offset_store *fake_store_new(void);
void fake_store_free(struct offset_store *s);
void fake_store_mode(struct offset_store *s, enum fake_store_mode mode);
/* Stores all that waits, whatever the mode was, and goes on storing. */
void fake_store_drain(struct offset_store *s);
/* Reads time out while true. */
void fake_store_block_reads(struct offset_store *s, bool block);
void fake_store_set(struct offset_store *s, const char *key, const char *value);
/* A copy of the stored value, or NULL; the caller frees. */
char *fake_store_get(struct offset_store *s, const char *key);
/* Waits until the value is stored. */
bool fake_store_wait(struct offset_store *s, const char *key, const char *value) MUST_CHECK;
/* Writes told to have succeeded or failed, so far. */
size_t fake_store_writes(struct offset_store *s);
