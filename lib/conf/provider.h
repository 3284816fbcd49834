/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * provider - the config providers of a worker: where ${file:...}, ${dir:...} and ${env:...}
 * get their values from.
 *
 * Declared by config.providers, config.providers.<name>.class and .param.<key>. Kinds: File
 * (keys of a .properties file, UTF-8), Directory (a file's content), EnvVar (the environment
 * as it was at opening). No message ever holds a value. A set is immutable once open.
 *
 * Peers: org.apache.kafka.common.config.provider.{File,Directory,EnvVar}ConfigProvider.
 * Differences: values that hold a NUL and files above 16 MiB are refused.
 */
#include "lib/base/macros.h"
#include "lib/base/strmap.h"

#include <tern/error.h>

struct provider_set;

/* Errors: TERN_EINVALID for an unknown class, a bad parameter; texts are the peer's. */
int provider_set_open(const struct tern_config *config, struct provider_set **ret_set,
                      struct tern_error *err) MUST_CHECK;

/*
 * Sets every entry of in in out, variables replaced; out is unchanged on failure. A file is
 * read once per call. Variables of unknown providers, paths or keys stay as they are. NULL
 * set: nothing is replaced. Errors: TERN_EINVALID, naming file or directory. Thread: any,
 * several at a time.
 */
int provider_set_resolve(const struct provider_set *set, const struct tern_config *in,
                         struct strmap *out, struct tern_error *err) MUST_CHECK;

/* Wipes the environment's values. */
void provider_set_free(struct provider_set *set);
static inline void provider_set_freep(struct provider_set **set)
{
    provider_set_free(*set);
}
