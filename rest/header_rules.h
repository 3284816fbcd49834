/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * header_rules - response.http.headers.config: headers that every answer gets.
 *
 * "set X-Frame-Options: DENY, "add Cache-Control: no-cache, no-store", setDate Expires:
 * 31540000000". Immutable. Thread: any. Peer: Jetty's HeaderFilter.
 */
#include "lib/base/macros.h"

#include <stdint.h>

#include <tern/error.h>

struct header_rules;
struct rest_reply;

/* text may be NULL or "": no rules. Errors: TERN_EINVALID with the peer's texts. */
int header_rules_parse(const char *text, struct header_rules **ret_rules,
                       struct tern_error *err) MUST_CHECK;
void header_rules_free(struct header_rules *rules);
void header_rules_apply(const struct header_rules *rules, int64_t now_ms, struct rest_reply *reply);

/* "Sun, 22 Nov 2026 15:20:45 GMT"; out has room for 32 bytes. */
void http_date(int64_t wall_ms, char out[32]);
