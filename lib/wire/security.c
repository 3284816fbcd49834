/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/security.h"

#include <stdlib.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/wire/security_settings.h"
#include "lib/wire/transport_tls.h"

struct security {
    struct tls_context *tls; /* NULL: none */
    struct sasl *sasl;       /* NULL: none */
    const struct conn_auth *auth;
};

int security_new(const struct tern_config *java, struct security **ret_security,
                 struct tern_error *err)
{
    CLEANUP(security_settings_fini) struct strmap settings = STRMAP_INIT;
    bool wants_tls = false, wants_sasl = false;
    struct tern_config view;
    const char *protocol;
    struct security *s;

    security_settings_add(&settings, java);
    view = strmap_config(&settings);
    protocol = config_get(&view, "security.protocol");
    if (protocol && *protocol && !security_protocol_parse(protocol, &wants_tls, &wants_sasl)) {
        return tern_fail(err, TERN_EINVALID, /* peer text */
                         "Invalid value %s for configuration security.protocol: String must be one "
                         "of (case insensitive): SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT",
                         protocol);
    }
    s = xcalloc(1, sizeof(*s));
    if ((wants_tls && tls_context_new(&view, &s->tls, err) < 0) ||
        (wants_sasl && sasl_new(&view, &s->sasl, err) < 0)) {
        security_free(s);
        return -1;
    }
    if (s->sasl)
        s->auth = sasl_auth(s->sasl);
    *ret_security = s;
    return 0;
}

void security_free(struct security *s)
{
    if (!s)
        return;
    tls_context_free(s->tls);
    sasl_free(s->sasl);
    free(s);
}

transport_open *security_transport(const struct security *s, void **ret_arg)
{
    *ret_arg = s ? s->tls : NULL;
    return s && s->tls ? transport_open_tls : transport_open_tcp;
}

const struct conn_auth *security_auth(const struct security *s)
{
    return s ? s->auth : NULL;
}
