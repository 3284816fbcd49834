/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * advertised - how other workers reach this one, from its settings and the ports that were bound.
 * Pure. Peer: RestServer.advertisedUrl(). Spec: connect-rest.md 1.3.
 */
#include "rest/listener.h"

#include <tern/config.h>

struct rest_advertised {
    char *url;       /* "http://host:8083/" */
    char *worker_id; /* "host:8083" */
};

/*
 * local_host: this machine's address, for a listener at all interfaces. Admin listeners do not
 * count. Errors: TERN_EINVALID: no listener of the scheme that is to be advertised.
 */
int rest_advertise(const struct tern_config *worker, const struct rest_listeners *listeners,
                   const char *local_host, struct rest_advertised *ret_advertised,
                   struct tern_error *err) MUST_CHECK;
void rest_advertised_fini(struct rest_advertised *advertised);
/* The numeric address of this machine's name, as the peer has it; "127.0.0.1" when it has none. To
 * be freed. Asks the resolver. */
char *rest_local_host(void);
