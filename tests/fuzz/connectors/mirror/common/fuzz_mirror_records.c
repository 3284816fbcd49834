/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_mirror_records - decodes bytes as each kind of MM2 record; what is accepted must come out
 * of the encoder as it went in. The first byte says how many of the others are the key.
 */
#include "connectors/mirror/common/checkpoint.h"
#include "connectors/mirror/common/heartbeat.h"
#include "connectors/mirror/common/offset_sync.h"

#include <assert.h>

#include "lib/base/buf.h"

enum {
    LIMIT = 1 << 20
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was encoded is the beginning of what was decoded, but for the version's two bytes. */
static void same_start(const struct buf *encoded, struct slice decoded, size_t version)
{
    assert(encoded->len <= decoded.len && encoded->len >= version);
    assert(memcmp(encoded->data + version, decoded.at + version, encoded->len - version) == 0);
}

static void fuzz_offset_sync(struct slice key, struct slice value)
{
    struct buf k = BUF_INIT(LIMIT), v = BUF_INIT(LIMIT);
    struct tern_error err;
    struct offset_sync sync;

    if (offset_sync_decode(key, value, &sync, &err) == 0) {
        int rc = offset_sync_encode(&sync, &k, &v, &err);

        assert(rc == 0);
        same_start(&k, key, 0);
        same_start(&v, value, 0);
    }
    buf_fini(&k);
    buf_fini(&v);
}

static void fuzz_checkpoint(struct slice key, struct slice value)
{
    struct buf k = BUF_INIT(LIMIT), v = BUF_INIT(LIMIT);
    struct tern_error err;
    struct checkpoint checkpoint;

    if (checkpoint_decode(key, value, &checkpoint, &err) == 0) {
        int rc = checkpoint_encode(&checkpoint, &k, &v, &err);

        assert(rc == 0);
        same_start(&k, key, 0);
        same_start(&v, value, 2);
    }
    buf_fini(&k);
    buf_fini(&v);
}

static void fuzz_heartbeat(struct slice key, struct slice value)
{
    struct buf k = BUF_INIT(LIMIT), v = BUF_INIT(LIMIT);
    struct tern_error err;
    struct heartbeat heartbeat;

    if (heartbeat_decode(key, value, &heartbeat, &err) == 0) {
        int rc = heartbeat_encode(&heartbeat, &k, &v, &err);

        assert(rc == 0);
        same_start(&k, key, 0);
        same_start(&v, value, 2);
    }
    buf_fini(&k);
    buf_fini(&v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice key, value;
    size_t split;

    if (size == 0)
        return 0;
    split = data[0] < size - 1 ? data[0] : size - 1;
    key = slice_of(data + 1, split);
    value = slice_of(data + 1 + split, size - 1 - split);
    fuzz_offset_sync(key, value);
    fuzz_checkpoint(key, value);
    fuzz_heartbeat(key, value);
    return 0;
}
