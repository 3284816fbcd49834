/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * bootstrap - the brokers of bootstrap.servers: "host:port", "[2001:db8::1]:9092", and, as Java
 * takes them, "SSL://host:port". Pure. Peer: ClientUtils.parseAndValidateAddresses().
 */
#include "lib/base/macros.h"

#include <stddef.h>
#include <stdint.h>

#include <tern/error.h>

struct bootstrap_server {
    char *host;
    int32_t port;
};

struct bootstrap {
    struct bootstrap_server *servers; /* owned */
    size_t count;
};

/*
 * Of a list with commas, spaces around its entries left out. The caller ends *ret_bootstrap with
 * bootstrap_fini(). Errors: TERN_EINVALID naming the entry; also when there is none.
 */
int bootstrap_parse(const char *list, struct bootstrap *ret_bootstrap,
                    struct tern_error *err) MUST_CHECK;
void bootstrap_fini(struct bootstrap *bootstrap);
