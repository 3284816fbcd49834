/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a connector may have a configuration. Thread: the asker's; the class may block it. */
#include "worker/herder/herder_priv.h"

#include "lib/base/buf.h"
#include "lib/base/xmem.h"
#include "worker/herder/connector_check.h"

enum {
    MAX_MESSAGE_BYTES = 16 * 1024 * 1024
};

static void add_fault(void *arg, enum connector_fault_kind kind, const char *key,
                      const char *message)
{
    struct buf *faults = arg;

    (void)kind;
    (void)key;
    buf_add_char(faults, '\n');
    buf_add_str(faults, message);
}

int herder_check_config(struct herder *h, const struct tern_config *raw, char **ret_refusal,
                        struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap resolved = STRMAP_INIT;
    CLEANUP(buf_fini) struct buf faults = BUF_INIT(MAX_MESSAGE_BYTES);
    struct tern_config view;
    size_t count = 0;

    if (herder_resolve(h, raw, &resolved, err) < 0)
        return -1;
    view = strmap_config(&resolved);
    if (connector_check(h->plugins, &view, add_fault, &faults, &count, err) < 0)
        return -1;
    *ret_refusal = NULL;
    if (count > 0) {
        *ret_refusal =
            xasprintf(/* peer text */
                      "Connector configuration is invalid and contains the following %zu error(s):%s\nYou "
                      "can also find the above list of errors at the endpoint "
                      "`/connector-plugins/{connectorType}/config/validate`",
                      count, buf_str(&faults));
    }
    return 0;
}
