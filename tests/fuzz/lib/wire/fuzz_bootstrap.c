/* SPDX-License-Identifier: Apache-2.0 */
/* bootstrap.servers: whatever stands there, each entry has a host and a port, or the list is
 * refused. */
#include "lib/wire/bootstrap.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/base/xmem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *list = size ? xstrndup((const char *)data, size) : xstrdup("");
    struct bootstrap b;
    struct tern_error err;

    if (bootstrap_parse(list, &b, &err) == 0) {
        assert(b.count > 0);
        for (size_t i = 0; i < b.count; i++)
            assert(b.servers[i].host[0] && b.servers[i].port > 0 && b.servers[i].port <= 65535);
        bootstrap_fini(&b);
    }
    free(list);
    return 0;
}
