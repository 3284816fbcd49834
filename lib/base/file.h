/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* file - whole files, with a limit. */
#include "lib/base/buf.h"
#include "lib/base/macros.h"

#include <tern/error.h>

/*
 * Appends the content of path to out, whose limit bounds it. Thread: any.
 * Errors: TERN_ENOTFOUND when there is no such file, TERN_EINVALID when it cannot be
 * read, is no regular file or pipe, or is too large; each names the path.
 */
int file_read(const char *path, struct buf *out, struct tern_error *err) MUST_CHECK;
