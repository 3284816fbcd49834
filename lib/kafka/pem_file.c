/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/pem_file.h"

#include <errno.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/vec.h"

struct kept {
    uint8_t digest[SHA256_DIGEST_LENGTH];
    int fd;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* a leaf */
static VEC(struct kept) files;                           /* lock */

static int write_all(int fd, const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = write(fd, text + at, len - at);

        if (n <= 0)
            return -1;
        at += (size_t)n;
    }
    return 0;
}

/* Locked. -1: errno says why. */
static int find_or_make(const uint8_t *digest, const char *text, size_t len)
{
    struct kept k;

    for (size_t i = 0; i < files.count; i++) {
        if (memcmp(files.at[i].digest, digest, sizeof(k.digest)) == 0)
            return files.at[i].fd;
    }
    k.fd = memfd_create("pem", MFD_CLOEXEC);
    if (k.fd < 0)
        return -1;
    if (write_all(k.fd, text, len) < 0) {
        close(k.fd);
        return -1;
    }
    memcpy(k.digest, digest, sizeof(k.digest));
    vec_push(&files, k);
    return k.fd;
}

int pem_file(const char *text, size_t len, char ret_path[PEM_FILE_PATH_MAX], struct tern_error *err)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    int fd, reason;

    SHA256((const uint8_t *)text, len, digest);
    pthread_mutex_lock(&lock);
    fd = find_or_make(digest, text, len);
    reason = errno;
    pthread_mutex_unlock(&lock);
    if (fd < 0)
        return tern_fail(err, TERN_EINTERNAL, "certificates cannot be kept: %s",
                         strerrordesc_np(reason));
    snprintf(ret_path, PEM_FILE_PATH_MAX, "/proc/self/fd/%d", fd);
    return 0;
}
