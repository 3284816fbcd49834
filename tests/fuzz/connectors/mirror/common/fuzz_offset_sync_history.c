/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_offset_sync_history - pairs of offsets in any order, as a broker may hold them. The first
 * byte is the limit, then 16 bytes for each sync. Facts stay in order, a translation grows with
 * the group's offset, and none is beyond what was mirrored.
 */
#include "connectors/mirror/common/offset_sync_history.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    SYNC_BYTES = 16,
};

static int64_t number_at(const uint8_t *data)
{
    uint64_t n = 0;

    for (int i = 0; i < 8; i++)
        n = n << 8 | data[i];
    return (int64_t)n;
}

static void check_order(const struct offset_sync_history *h, size_t limit)
{
    assert(h->count <= (limit < 4 ? 4 : limit));
    for (size_t i = 1; i < h->count; i++) {
        assert(h->at[i - 1].upstream < h->at[i].upstream);
        assert(h->at[i - 1].downstream < h->at[i].downstream);
    }
}

/* Of one group; -1: none. */
static int64_t check_translation(const struct offset_sync_history *h, int64_t upstream)
{
    int64_t downstream;

    if (!offset_sync_history_translate(h, upstream, &downstream))
        return -1;
    assert(downstream >= 0 && downstream <= h->at[h->count - 1].downstream + 1);
    assert(!offset_sync_history_contradicts(h, upstream, downstream));
    assert(offset_sync_history_reread(h, upstream, downstream) >= -1);
    return downstream;
}

static void check_translations(const struct offset_sync_history *h)
{
    for (size_t i = 0; i < h->count; i++) {
        int64_t upstream = h->at[i].upstream;
        int64_t before = check_translation(h, upstream - 1), at = check_translation(h, upstream),
                after = check_translation(h, upstream + 1);

        assert(at == h->at[i].downstream && before <= at && at <= after);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct offset_sync_history h = {0};
    size_t limit = size ? data[0] : 0;

    for (size_t at = 1; at + SYNC_BYTES <= size; at += SYNC_BYTES) {
        offset_sync_history_add(&h, number_at(data + at), number_at(data + at + 8), limit);
        check_order(&h, limit);
    }
    check_translations(&h);
    offset_sync_history_fini(&h);
    return 0;
}
