/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * config_variables - ${provider:key} and ${provider:path:key} in the values of a configuration.
 *
 * The first colon ends the provider, the second the path, more belong to the key; there is
 * no nesting, no escaping, no default, and what was put in is not read again. A variable
 * that the resolver does not know stays as it is. Peer:
 * org.apache.kafka.common.config.ConfigTransformer. Thread: any.
 */
#include "lib/base/macros.h"
#include "lib/base/strmap.h"

#include <tern/error.h>

#include <stdbool.h>

/*
 * Looks one variable up; path is "" in the short form. *ret_value is the value, borrowed
 * until the next call, or NULL: the variable stays.
 */
typedef int config_variable_fn(void *arg, const char *provider, const char *path, const char *key,
                               const char **ret_value, struct tern_error *err);

/* Returns owned in *ret_text. Errors: those of lookup. */
int config_variables_replace(const char *text, config_variable_fn *lookup, void *arg,
                             char **ret_text, struct tern_error *err) MUST_CHECK;

/* Whether text holds anything that looks like a variable. */
bool config_variables_any(const char *text);
