/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * line_reader - bytes of a file in, lines out, and where Java says that it is.
 *
 * A line ends with LF, CR or CR LF; a CR at the end of what is there waits for what follows. The
 * position is Java's: UTF-16 units since the start, malformed bytes being one U+FFFD, although it
 * is used as a number of bytes after a restart. Pure: no I/O. Not locked.
 */
#include "lib/base/buf.h"
#include "lib/base/macros.h"
#include "lib/base/slice.h"

#include <tern/error.h>

enum {
    LINE_READER_LINE_MAX = 256 * 1024 * 1024
};

struct line_reader {
    struct buf in;    /* what came and was not handed out yet */
    size_t at;        /* where the next line begins in it */
    size_t scanned;   /* no line ends before */
    int64_t position; /* behind the last line handed out */
};

#define LINE_READER_INIT                     \
    {                                        \
        .in = BUF_INIT(LINE_READER_LINE_MAX) \
    }

/* Room for size more bytes; then line_reader_add(). Errors: TERN_EINVALID: a line too long. */
int line_reader_room(struct line_reader *r, size_t size, uint8_t **ret_room,
                     struct tern_error *err) MUST_CHECK;
void line_reader_add(struct line_reader *r, size_t size);
/* Appends the next line to out, as valid UTF-8; false when there is none that has ended. */
bool line_reader_next(struct line_reader *r, struct buf *out) MUST_CHECK;
/* Gives the memory back that nothing is in. */
void line_reader_trim(struct line_reader *r);
void line_reader_fini(struct line_reader *r);
