/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* client_args - the command line of connect-mirror-client. */
#include "lib/base/macros.h"

#include <stdbool.h>
#include <stdint.h>

#include <tern/error.h>

enum client_command {
    CLIENT_HELP,
    CLIENT_OFFSETS,
    CLIENT_HOPS,
    CLIENT_UPSTREAM,
    CLIENT_HEARTBEATS,
    CLIENT_CHECKPOINTS,
    CLIENT_TOPICS,
};

/* Borrows the words of argv. */
struct client_args {
    enum client_command command;
    const char *subject; /* hops: the cluster; topics: the source, NULL: any */
    const char *file;    /* --config, or */
    const char *bootstrap;
    const char *cluster;
    const char *remote;
    const char *group, *group_regex; /* one of them */
    int64_t timeout_ms;
    bool json;
};

extern const char client_usage[];

/* Errors: TERN_EINVALID, one line. */
int client_args_parse(int argc, char *const *argv, struct client_args *ret_args,
                      struct tern_error *err) MUST_CHECK;
