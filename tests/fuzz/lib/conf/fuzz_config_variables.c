/* SPDX-License-Identifier: Apache-2.0 */
/* Variables that nobody knows leave a text as it is; those that are known vanish from it. */
#include "lib/conf/config_variables.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/xmem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int look_up(void *arg, const char *provider, const char *path, const char *key,
                   const char **ret_value, struct tern_error *err)
{
    (void)err;
    assert(!strpbrk(provider, ":}") && !strpbrk(path, ":}") && !strchr(key, '}'));
    *ret_value = arg;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(freep) char *text = xstrndup((const char *)data, size), *same = NULL, *less = NULL;
    char empty[] = "";
    struct tern_error err;

    assert(config_variables_replace(text, look_up, NULL, &same, &err) == 0);
    assert(strcmp(text, same) == 0);
    assert(config_variables_replace(text, look_up, empty, &less, &err) == 0);
    assert(config_variables_any(text) == (strlen(less) < strlen(text)));
    return 0;
}
