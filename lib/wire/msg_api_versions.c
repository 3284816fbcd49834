/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/msg_api_versions.h"

#include <stdlib.h>

#include "lib/base/xmem.h"
#include "lib/wire/wire_error.h"

enum {
    RANGE_MIN_BYTES = 6,
};

void msg_api_versions_encode(struct wire_writer *w, int16_t version,
                             const struct msg_api_versions_request *request)
{
    if (version >= 3) {
        wire_put_string(w, request->software_name);
        wire_put_string(w, request->software_version);
    }
    wire_put_no_tags(w);
}

int msg_api_versions_decode(struct slice body, int16_t version,
                            struct msg_api_versions_response *ret_response, struct tern_error *err)
{
    CLEANUP(msg_api_versions_fini) struct msg_api_versions_response m = {0};
    struct wire_reader r = wire_api_reader(WIRE_API_VERSIONS, version, body);
    size_t count;

    m.error = wire_i16(&r);
    /* The refusal of a version has the form of version 0, whatever was asked. */
    if (m.error == WIRE_UNSUPPORTED_VERSION) {
        version = 0;
        r.flexible = false;
    }
    count = wire_array(&r, RANGE_MIN_BYTES);
    m.apis = xcalloc(count, sizeof(*m.apis));
    for (; m.api_count < count; m.api_count++) {
        struct msg_api_range *range = &m.apis[m.api_count];

        range->key = wire_i16(&r);
        range->min = wire_i16(&r);
        range->max = wire_i16(&r);
        wire_skip_tags(&r);
    }
    m.throttle_ms = version >= 1 ? wire_i32(&r) : 0;
    wire_skip_tags(&r); /* features, which nothing here depends on */
    if (m.error == WIRE_UNSUPPORTED_VERSION && !wire_done(&r)) {
        m.api_count = 0; /* librdkafka's mock refuses in the wrong form: then 0 is asked for */
    } else if (wire_api_decoded(&r, WIRE_API_VERSIONS, version, err) < 0) {
        return -1;
    }
    *ret_response = m;
    m.apis = NULL;
    return 0;
}

void msg_api_versions_fini(struct msg_api_versions_response *response)
{
    free(response->apis);
    *response = (struct msg_api_versions_response){0};
}

static const struct msg_api_range *range_of(const struct msg_api_versions_response *answer,
                                            int16_t key)
{
    for (size_t i = 0; i < answer->api_count; i++) {
        if (answer->apis[i].key == key)
            return &answer->apis[i];
    }
    return NULL;
}

int16_t api_versions_pick(const struct msg_api_versions_response *answer, enum wire_api api,
                          int16_t ours_min, int16_t ours_max)
{
    const struct msg_api_range *theirs = range_of(answer, wire_api_row(api)->key);
    int low, high;

    if (!theirs)
        return -1;
    low = theirs->min > ours_min ? theirs->min : ours_min;
    high = theirs->max < ours_max ? theirs->max : ours_max;
    return (int16_t)(low <= high ? high : -1);
}

int16_t msg_api_versions_fallback(const struct msg_api_versions_response *answer, int16_t asked)
{
    const struct wire_api_row *ours = wire_api_row(WIRE_API_VERSIONS);
    int16_t version = 0;

    if (range_of(answer, ours->key))
        version = api_versions_pick(answer, WIRE_API_VERSIONS, ours->min, ours->max);
    if (version >= asked)
        return -1;
    return version;
}
