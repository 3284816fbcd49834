/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * extension - rest.extension.classes: the one class that there is, basic authentication.
 *
 * Its users are in the file that the JAAS entry KafkaConnect names. The JAAS file is that of
 * java.security.auth.login.config, among the worker's settings, or as a -D option in KAFKA_OPTS,
 * where a JVM would get it from.
 */
#include "lib/base/macros.h"

#include <tern/config.h>
#include <tern/error.h>

struct basic_auth;

/* *ret_auth NULL: no extension. Reads the environment and files. Errors: TERN_EINVALID: a class
 * that is not known, no JAAS file, no entry KafkaConnect; those of basic_auth_load(). */
int rest_extension_load(const struct tern_config *worker, struct basic_auth **ret_auth,
                        struct tern_error *err) MUST_CHECK;

/* The path that a -Djava.security.auth.login.config= option of a command line names, to be freed;
 * NULL: none. Pure. */
char *login_config_option(const char *options);
/*
 * The file option of the PropertyFileLoginModule in entry KafkaConnect of a JAAS file. To be freed.
 * Pure. Errors: TERN_EINVALID saying what is missing.
 */
int jaas_users_file(const char *text, char **ret_path, struct tern_error *err) MUST_CHECK;
