/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * oauth - an access token by the client credentials grant (RFC 6749, 4.4), or from a file.
 * Peers: HttpJwtRetriever, FileJwtRetriever.
 */
#include "lib/base/macros.h"

#include <stdint.h>

#include <tern/config.h>
#include <tern/error.h>

struct oauth;

/*
 * Reads sasl.oauthbearer.token.endpoint.url (http, https or file), the client's id, secret and
 * scope, from properties of their own or from the JAAS entry. Errors: TERN_EINVALID.
 */
int oauth_new(const struct tern_config *java, struct oauth **ret_oauth,
              struct tern_error *err) MUST_CHECK;
/* Whom the tokens are for: the client's id, or the file. */
const char *oauth_principal(const struct oauth *o);
/* NULL is a no-op. */
void oauth_free(struct oauth *o);

/*
 * A token that is good for a while: the last one, or a new one. Borrowed until the next call;
 * *ret_left_ms, if not NULL: how long it is good. Blocks up to 10 s. Errors: TERN_ERETRIABLE when
 * the endpoint cannot be reached, TERN_EINVALID when it refuses, with its status.
 */
int oauth_token(struct oauth *o, const char **ret_token, int64_t *ret_left_ms,
                struct tern_error *err) MUST_CHECK;
