/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/offset_sync_history.h"

#include <string.h>

#include "lib/base/vec.h"
#include "lib/base/xmem.h"

enum {
    LEAST = 4, /* facts, whatever the limit says */
};

void offset_sync_history_fini(struct offset_sync_history *h)
{
    vec_fini(h);
    h->from_start = false;
}

void offset_sync_history_clear(struct offset_sync_history *h)
{
    h->count = 0;
    h->from_start = false;
}

/* How many facts have an upstream offset below that. */
static size_t count_below(const struct offset_sync_history *h, int64_t upstream)
{
    size_t low = 0, high = h->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (h->at[middle].upstream < upstream)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The same for downstream offsets. */
static size_t count_written_below(const struct offset_sync_history *h, int64_t downstream)
{
    size_t low = 0, high = h->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (h->at[middle].downstream < downstream)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Gives up every other fact of the older half, but for the first. */
static void thin(struct offset_sync_history *h)
{
    size_t half = h->count / 2, kept = 1;

    for (size_t i = 2; i < half; i += 2)
        h->at[kept++] = h->at[i];
    memmove(&h->at[kept], &h->at[half], (h->count - half) * sizeof(h->at[0]));
    h->count = kept + h->count - half;
}

static bool is_last(const struct offset_sync_history *h, int64_t upstream, int64_t downstream)
{
    const struct offset_fact *last = &h->at[h->count - 1];

    return last->upstream == upstream && last->downstream == downstream;
}

void offset_sync_history_add(struct offset_sync_history *h, int64_t upstream, int64_t downstream,
                             size_t limit)
{
    if (upstream < 0 || upstream == INT64_MAX || downstream < 0 || downstream == INT64_MAX)
        return; /* no offset of a record */
    if (h->count > 0 && is_last(h, upstream, downstream))
        return;
    if (h->count > 0 && downstream <= h->at[h->count - 1].downstream)
        offset_sync_history_clear(h);
    h->count = count_below(h, upstream);
    if (h->count == 0)
        h->from_start = downstream == 0;
    if (h->count >= (limit < LEAST ? LEAST : limit))
        thin(h);
    vec_push(h, (struct offset_fact){upstream, downstream});
}

/*
 * Whether there is one offset that has no record of the source between the fact and the one before
 * it: a marker that ends a transaction of the mirror. Both sides of it are the same position.
 */
static bool is_behind_marker(const struct offset_sync_history *h, size_t i)
{
    return i > 0 && h->at[i - 1].upstream == h->at[i].upstream - 1 &&
           h->at[i - 1].downstream == h->at[i].downstream - 2;
}

bool offset_sync_history_translate(const struct offset_sync_history *h, int64_t upstream,
                                   int64_t *ret_downstream)
{
    size_t below = count_below(h, upstream);

    if (below < h->count && h->at[below].upstream == upstream && !is_behind_marker(h, below))
        *ret_downstream = h->at[below].downstream;
    else if (below > 0)
        *ret_downstream = h->at[below - 1].downstream + 1;
    else if (h->count > 0 && h->from_start)
        *ret_downstream = h->at[0].downstream;
    else
        return false;
    return true;
}

/* The least upstream offset whose record may stand at downstream or after it; -1: unknown. */
static int64_t upstream_of(const struct offset_sync_history *h, int64_t downstream)
{
    size_t below = count_written_below(h, downstream);

    if (below < h->count && h->at[below].downstream == downstream)
        return h->at[below].upstream;
    if (below > 0)
        return h->at[below - 1].upstream + 1;
    return -1;
}

int64_t offset_sync_history_reread(const struct offset_sync_history *h, int64_t upstream,
                                   int64_t downstream)
{
    int64_t from = upstream_of(h, downstream), end;

    if (from < 0)
        return -1;
    end = h->at[h->count - 1].upstream + 1;
    if (end > upstream)
        end = upstream;
    return end > from ? end - from : 0;
}

bool offset_sync_history_contradicts(const struct offset_sync_history *h, int64_t upstream,
                                     int64_t downstream)
{
    size_t below = count_below(h, upstream);

    if (h->count == 0)
        return false;
    if (downstream > h->at[h->count - 1].downstream + 1)
        return true;
    return below < h->count && h->at[below].downstream < downstream;
}
