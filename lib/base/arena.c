/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/xmem.h"

enum {
    BLOCK_BYTES = 8 * 1024,
    ALIGN = alignof(max_align_t)
};

struct arena_block {
    struct arena_block *next;
    size_t size;
    alignas(max_align_t) char data[];
};

struct arena_drop {
    struct arena_drop *next;
    void (*drop)(void *object);
    void *object;
};

static void add_block(struct arena *a, size_t size)
{
    struct arena_block *b = xmalloc(sizeof(*b) + size);

    b->next = a->blocks;
    b->size = size;
    a->blocks = b;
    a->at = b->data;
    a->end = b->data + size;
}

/* A large piece gets a block of its own, behind the one that is in use. */
static void *alloc_large(struct arena *a, size_t size)
{
    struct arena_block *b = xmalloc(sizeof(*b) + size);

    b->size = size;
    if (a->blocks) {
        b->next = a->blocks->next;
        a->blocks->next = b;
    } else {
        b->next = NULL;
        a->blocks = b;
        a->at = a->end = b->data + size;
    }
    return memset(b->data, 0, size);
}

void *arena_alloc(struct arena *a, size_t size)
{
    char *p;

    if (size > SIZE_MAX / 2)
        abort();
    size = size ? (size + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
    if (size > BLOCK_BYTES / 4)
        return alloc_large(a, size);
    if (size > (size_t)(a->end - a->at))
        add_block(a, BLOCK_BYTES);
    p = a->at;
    a->at += size;
    return memset(p, 0, size);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        abort();
    return arena_alloc(a, bytes);
}

void *arena_dup(struct arena *a, const void *data, size_t size)
{
    void *copy = arena_alloc(a, size ? size : 1);

    return size ? memcpy(copy, data, size) : copy;
}

char *arena_strndup(struct arena *a, const char *text, size_t len)
{
    char *copy;

    if (!text)
        return NULL;
    copy = arena_alloc(a, len + 1);
    memcpy(copy, text, len);
    return copy;
}

char *arena_strdup(struct arena *a, const char *text)
{
    return text ? arena_strndup(a, text, strlen(text)) : NULL;
}

void arena_defer(struct arena *a, void (*drop)(void *object), void *object)
{
    struct arena_drop *d = arena_alloc(a, sizeof(*d));

    d->next = a->drops;
    d->drop = drop;
    d->object = object;
    a->drops = d;
}

void arena_clear(struct arena *a)
{
    struct arena_block *kept = NULL;

    for (struct arena_drop *d = a->drops; d; d = d->next)
        d->drop(d->object);
    a->drops = NULL;
    while (a->blocks) {
        struct arena_block *b = a->blocks;

        a->blocks = b->next;
        if (!kept && b->size == BLOCK_BYTES)
            kept = b;
        else
            free(b);
    }
    a->at = a->end = NULL;
    if (kept) {
        kept->next = NULL;
        a->blocks = kept;
        a->at = kept->data;
        a->end = kept->data + kept->size;
    }
}

void arena_fini(struct arena *a)
{
    arena_clear(a);
    free(a->blocks);
    *a = (struct arena)ARENA_INIT;
}
