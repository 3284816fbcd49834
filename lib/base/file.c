/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

int file_read(const char *path, struct buf *out, struct tern_error *err)
{
    CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    uint8_t chunk[16384];
    struct stat st;
    ssize_t n;

    if (fd < 0)
        return tern_fail(err, errno == ENOENT ? TERN_ENOTFOUND : TERN_EINVALID,
                         "cannot open '%s': %s", path, strerrordesc_np(errno));
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        return tern_fail(err, TERN_EINVALID, "cannot read '%s': it is a directory", path);
    while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return tern_fail(err, TERN_EINVALID, "cannot read '%s': %s", path,
                             strerrordesc_np(errno));
        buf_add(out, chunk, (size_t)n);
        if (out->failed)
            return tern_fail(err, TERN_EINVALID, "'%s' is larger than %zu bytes", path, out->limit);
    }
    return 0;
}
