/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_protocol - reads bytes as metadata and as an assignment; what is accepted and written
 * again reads as the same.
 */
#include "worker/group/protocol.h"

#include <assert.h>

enum {
    LIMIT = 1 << 24,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same_bytes(const struct buf *a, const struct buf *b)
{
    assert(!a->failed && !b->failed);
    assert(slice_equal(buf_slice(a), buf_slice(b)));
}

/* Repeated connectors and tasks are put together by the first writing, so the second is compared.
 */
static void fuzz_assignment(struct slice bytes)
{
    CLEANUP(protocol_assignment_fini) struct protocol_assignment a = {0}, again = {0};
    CLEANUP(buf_fini) struct buf first = BUF_INIT(LIMIT), second = BUF_INIT(LIMIT);
    struct tern_error err;
    int rc;

    if (protocol_assignment_decode(bytes, &a, &err) < 0)
        return;
    protocol_assignment_encode(&a, a.version, &first);
    rc = protocol_assignment_decode(buf_slice(&first), &again, &err);
    assert(rc == 0 && again.version == a.version && again.offset == a.offset);
    assert(again.assigned.tasks.count == a.assigned.tasks.count);
    protocol_assignment_encode(&again, again.version, &second);
    same_bytes(&first, &second);
}

static void fuzz_metadata(struct slice bytes)
{
    CLEANUP(protocol_metadata_fini) struct protocol_metadata m = {0}, again = {0};
    CLEANUP(buf_fini) struct buf first = BUF_INIT(LIMIT), second = BUF_INIT(LIMIT);
    struct tern_error err;
    int rc;

    if (protocol_metadata_decode(bytes, &m, &err) < 0)
        return;
    protocol_metadata_encode(&m, m.version, &first);
    rc = protocol_metadata_decode(buf_slice(&first), &again, &err);
    assert(rc == 0 && again.has_current == m.has_current && again.offset == m.offset);
    protocol_metadata_encode(&again, again.version, &second);
    same_bytes(&first, &second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_assignment(slice_of(data, size));
    fuzz_metadata(slice_of(data, size));
    return 0;
}
