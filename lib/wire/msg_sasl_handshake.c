/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/msg_sasl_handshake.h"

#include <stdlib.h>

#include "lib/base/xmem.h"

enum {
    NAME_MIN_BYTES = 2,
};

void msg_sasl_handshake_encode(struct wire_writer *w, int16_t version,
                               const struct msg_sasl_handshake_request *request)
{
    (void)version; /* all look the same */
    wire_put_string(w, request->mechanism);
}

int msg_sasl_handshake_decode(struct slice body, int16_t version,
                              struct msg_sasl_handshake_response *ret_response,
                              struct tern_error *err)
{
    CLEANUP(msg_sasl_handshake_fini) struct msg_sasl_handshake_response m = {0};
    struct wire_reader r = wire_api_reader(WIRE_SASL_HANDSHAKE, version, body);
    size_t count;

    m.error = wire_i16(&r);
    count = wire_array(&r, NAME_MIN_BYTES);
    m.mechanisms = xcalloc(count, sizeof(*m.mechanisms));
    for (; m.mechanism_count < count; m.mechanism_count++)
        m.mechanisms[m.mechanism_count] = wire_string(&r);
    if (wire_api_decoded(&r, WIRE_SASL_HANDSHAKE, version, err) < 0)
        return -1;
    *ret_response = m;
    m.mechanisms = NULL;
    return 0;
}

void msg_sasl_handshake_fini(struct msg_sasl_handshake_response *response)
{
    free(response->mechanisms);
    *response = (struct msg_sasl_handshake_response){0};
}
