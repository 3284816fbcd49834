/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * jaas - sasl.jaas.config: "<login module> <flag> <name>="<value>" ... ;", as people write it.
 * Values stand in quotes of either kind, with the escapes of C, or bare where they are words: that
 * begin with a letter, '_' or '$', and go on with letters, digits and "_$.-". Peer:
 * org.apache.kafka.common.security.JaasConfig, and the java.io.StreamTokenizer that it reads with.
 * Differences: the login module's class and the NUL character count for nothing.
 */
#include "lib/base/macros.h"

#include <stdbool.h>

#include <tern/error.h>

/*
 * Errors: TERN_EINVALID where Java refuses the text. Messages hold nothing of it, since what is
 * quoted badly may have a secret anywhere. Thread: any, here and below.
 */
int jaas_check(const char *jaas, struct tern_error *err) MUST_CHECK;

/*
 * An option's value, or NULL when it is not there or jaas_check() fails. Of an option that stands
 * twice the last counts. To be freed, and wiped, by the caller.
 */
char *jaas_option(const char *jaas, const char *option);

/* Whether ScramLoginModule's option says that user and password are a delegation token's. */
bool jaas_names_token(const char *jaas);
