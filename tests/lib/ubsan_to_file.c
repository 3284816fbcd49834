/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ubsan_to_file - keeps what UBSan finds, for SANITIZE=address builds only.
 *
 * GCC's UBSan, when ASan is there too, knows no log_path: its reports go to standard error,
 * and a test may never look at that of a process it started. The runtime calls
 * __ubsan_on_report() for each; linked into the executable, this one adds a line to
 * $TERN_UBSAN_LOG.<pid>, where tests/lib/with-sanitizer looks for reports.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Both are GCC's and clang's; there is no header. */
void __ubsan_get_current_report_data(const char **ret_kind, const char **ret_message,
                                     const char **ret_file, unsigned *ret_line,
                                     unsigned *ret_column, char **ret_address);
void __ubsan_on_report(void);

void __ubsan_on_report(void)
{
    const char *to = getenv("TERN_UBSAN_LOG"); /* NOLINT(concurrency-mt-unsafe) */
    const char *kind, *message, *file;
    unsigned line, column;
    char path[PATH_MAX];
    char *address;
    FILE *f;

    if (!to)
        return;
    __ubsan_get_current_report_data(&kind, &message, &file, &line, &column, &address);
    snprintf(path, sizeof(path), "%s.%d", to, (int)getpid());
    f = fopen(path, "ae");
    if (!f)
        return;
    fprintf(f, "%s:%u:%u: %s: %s\n", file, line, column, kind, message);
    fclose(f);
}
