/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * basic_auth - HTTP basic authentication against a file of users and passwords.
 *
 * Peers: BasicAuthSecurityRestExtension, JaasBasicAuthFilter, PropertyFileLoginModule. As there:
 * the file ("user=password", a Java properties file) is read once, and an empty one lets everybody
 * in. Differences: an unreadable file ends the start, instead of refusing each request; passwords
 * are compared in constant time. Immutable. Thread: any.
 */
#include "lib/base/macros.h"

#include <stdbool.h>

#include <tern/error.h>

struct basic_auth;

/* Reads the file. Errors: those of properties_load(). */
int basic_auth_load(const char *path, struct basic_auth **ret_auth,
                    struct tern_error *err) MUST_CHECK;
void basic_auth_free(struct basic_auth *auth);
/* Whether the Authorization header (NULL: none) is of a user with the right password. */
bool basic_auth_allows(const struct basic_auth *auth, const char *authorization);
