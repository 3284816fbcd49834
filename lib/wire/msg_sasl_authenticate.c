/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/msg_sasl_authenticate.h"

void msg_sasl_authenticate_encode(struct wire_writer *w, int16_t version,
                                  const struct msg_sasl_authenticate_request *request)
{
    (void)version; /* the form apart, all look the same */
    wire_put_bytes(w, request->auth_bytes);
    wire_put_no_tags(w);
}

int msg_sasl_authenticate_decode(struct slice body, int16_t version,
                                 struct msg_sasl_authenticate_response *ret_response,
                                 struct tern_error *err)
{
    struct wire_reader r = wire_api_reader(WIRE_SASL_AUTHENTICATE, version, body);
    struct msg_sasl_authenticate_response m = {0};

    m.error = wire_i16(&r);
    m.error_message = wire_nullable_string(&r);
    m.auth_bytes = wire_bytes(&r);
    if (version >= 1)
        m.session_lifetime_ms = wire_i64(&r);
    wire_skip_tags(&r);
    if (wire_api_decoded(&r, WIRE_SASL_AUTHENTICATE, version, err) < 0)
        return -1;
    *ret_response = m;
    return 0;
}
