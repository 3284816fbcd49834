/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/client_names.h"

#include <string.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"
#include "lib/kafka/client_conf_priv.h"

bool client_name_is_known(const char *name)
{
    if (str_starts_with(name, "metrics.context."))
        return true;
    for (const struct client_prop *p = client_props; p->java; p++) {
        if (strcmp(p->java, name) == 0)
            return true;
    }
    return false;
}

const char *client_name_nearest(enum kafka_role role, const char *name)
{
    struct tern_config_key *rows;
    size_t count = 0, used = 0;
    const char *found;

    while (client_props[count].java)
        count++;
    rows = xcalloc(count + 1, sizeof(*rows));
    for (size_t i = 0; i < count; i++) {
        if (client_props[i].roles & (1u << role))
            rows[used++] = (struct tern_config_key){.name = client_props[i].java};
    }
    {
        const struct tern_config_key *const tables[] = {rows, NULL};
        const struct config_def def = CONFIG_DEF(tables);

        found = config_nearest_key(&def, name);
    }
    free(rows); /* the names are not theirs */
    return found;
}
