/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * resolve - a host's addresses, looked up while the asker does something else.
 *
 * getaddrinfo() cannot be told to stop, so it runs on a thread of its own, which outlives an asker
 * that has lost interest; the last of the two frees the request. A numeric address is found at
 * once. Order and families are those of the system. One owner.
 */
#include "lib/base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <tern/error.h>

struct resolve;

struct resolve_address {
    struct sockaddr_storage at;
    socklen_t len;
};

enum {
    RESOLVE_MAX = 64, /* addresses of a host; the others are left out */
};

/* Errors: TERN_EINTERNAL when the process has no file left. */
int resolve_start(const char *host, int32_t port, struct resolve **ret_resolve,
                  struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. */
void resolve_free(struct resolve *r);

/* Readable when the answer is there. */
int resolve_fd(const struct resolve *r);
bool resolve_is_done(struct resolve *r);
/*
 * Once done: the addresses, at least one, borrowed.
 * Errors: TERN_ERETRIABLE: the host is not known, or cannot be looked up now.
 */
int resolve_result(struct resolve *r, const struct resolve_address **ret_addresses,
                   size_t *ret_count, struct tern_error *err) MUST_CHECK;
