/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/mirror_wire.h"

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/wire/wire_call.h"

struct mirror_wire {
    struct wire_client *client;
};

static int open_parts(struct mirror_wire *wire, const struct strmap *settings,
                      const char *bootstrap, struct tern_error *err)
{
    struct tern_config java = strmap_config(settings);
    struct wire_client_conf conf = {
        .bootstrap_servers = bootstrap ? bootstrap : strmap_get(settings, "bootstrap.servers"),
        .client_id = strmap_get(settings, "client.id"),
        .java = &java,
    };

    return wire_client_open(&conf, &wire->client, err);
}

int mirror_wire_open(const struct tern_config *connector, enum mirror_client client, bool is_task,
                     const char *bootstrap, struct mirror_wire **ret_wire, struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct mirror_wire *wire = xcalloc(1, sizeof(*wire));

    mirror_client_config(connector, client, is_task, &settings);
    if (open_parts(wire, &settings, bootstrap, err) < 0) {
        mirror_wire_free(wire);
        return tern_context(err, "opening client '%s'", strmap_get(&settings, "client.id"));
    }
    *ret_wire = wire;
    return 0;
}

struct wire_client *mirror_wire_client(struct mirror_wire *wire)
{
    return wire->client;
}

void mirror_wire_cancel(struct mirror_wire *wire)
{
    if (wire)
        wire_client_cancel(wire->client);
}

void mirror_wire_free(struct mirror_wire *wire)
{
    if (!wire)
        return;
    wire_client_free(wire->client);
    free(wire);
}
