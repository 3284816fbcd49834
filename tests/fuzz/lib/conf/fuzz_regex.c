/* SPDX-License-Identifier: Apache-2.0 */
/* A pattern, a zero byte, a text. An error names the pattern; a match ends. */
#include "lib/conf/regex.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/xmem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(freep) char *pattern = xstrndup((const char *)data, size), *text = NULL;
    CLEANUP(regex_freep) struct regex *regex = NULL;
    size_t len = strlen(pattern);
    struct tern_error err = {0};

    if (len < size)
        text = xstrndup((const char *)data + len + 1, size - len - 1);
    if (regex_compile(pattern, &regex, &err) < 0) {
        assert(!regex && strncmp(err.msg, "invalid regex '", 15) == 0);
        return 0;
    }
    regex_matches(regex, text ? text : "");
    regex_matches(regex, pattern);
    return 0;
}
