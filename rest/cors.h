/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * cors - access.control.allow.origin and access.control.allow.methods.
 *
 * The origins are regular expressions that match a whole Origin header, or "*". A request of an
 * origin that is not allowed is served all the same, without the headers. Immutable. Thread: any.
 * Peer: Jetty 12's CrossOriginHandler as Connect sets it up.
 */
#include "lib/base/macros.h"

#include <tern/error.h>

struct cors;
struct rest_reply;

/* NULL in *ret_cors when origins is NULL or blank. Errors: TERN_EINVALID: no regular expression. */
int cors_new(const char *origins, const char *methods, struct cors **ret_cors,
             struct tern_error *err) MUST_CHECK;
void cors_free(struct cors *cors);

/* Adds the headers for a request; origin and requested_method are its headers, or NULL. */
void cors_apply(const struct cors *cors, const char *method, const char *origin,
                const char *requested_method, struct rest_reply *reply);
