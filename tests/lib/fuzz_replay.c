/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_replay - main() of a fuzz target in an ordinary build: runs every file of its corpus.
 *
 * The corpus of tests/fuzz/x/fuzz_y.c is the folder tests/fuzz/x/fuzz_y/. Files and folders
 * named as arguments are run instead. Ends with Check's closing line, one check per file,
 * so that the unit runner counts them; a target that finds a fault crashes.
 */
#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/xmem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Both return how many files ran, -1 when one could not be read. */
static int replay_file(const char *path, size_t size)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data;
    size_t got;

    if (!f)
        return -1;
    /* Exactly as long as the file: a read past its end is then seen by the sanitizer. */
    data = xmalloc(size ? size : 1);
    got = fread(data, 1, size, f);
    fclose(f);
    if (got == size) {
        printf("%s\n", path);
        fflush(stdout); /* before it crashes */
        LLVMFuzzerTestOneInput(data, size);
    }
    free(data);
    return got == size ? 1 : -1;
}

static int replay(const char *path)
{
    struct dirent **entries;
    struct stat st;
    int count, ran = 0;

    if (stat(path, &st) < 0)
        return -1;
    if (!S_ISDIR(st.st_mode))
        return replay_file(path, (size_t)st.st_size);
    count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char child[PATH_MAX];
        int more = 0;

        snprintf(child, sizeof(child), "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            more = replay(child);
        ran = more < 0 || ran < 0 ? -1 : ran + more;
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return count < 0 ? -1 : ran;
}

/* build/tests/fuzz/x/fuzz_y → <source>/tests/fuzz/x/fuzz_y */
static int replay_own_corpus(const char *program)
{
    const char *at = strstr(program, "tests/fuzz/");
    char path[PATH_MAX];

    if (!at)
        return -1;
    snprintf(path, sizeof(path), "%s/%s", TERN_SOURCE_DIR, at);
    return replay(path);
}

int main(int argc, char **argv)
{
    int ran = argc == 1 ? replay_own_corpus(argv[0]) : 0;

    for (int i = 1; i < argc; i++) {
        int more = replay(argv[i]);

        ran = more < 0 || ran < 0 ? -1 : ran + more;
    }
    if (ran <= 0) {
        fprintf(stderr, "%s: no corpus, or it could not be read\n", argv[0]);
        return EXIT_FAILURE;
    }
    printf("100%%: Checks: %d, Failures: 0, Errors: 0\n", ran);
    return EXIT_SUCCESS;
}
