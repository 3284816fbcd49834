/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/conf/config_ref.h"

#include <stdatomic.h>

#include "lib/base/xmem.h"

struct config_ref {
    atomic_uint refs;
    struct strmap map; /* immutable */
};

struct config_ref *config_ref_new(struct strmap *map)
{
    struct config_ref *c = xmalloc(sizeof(*c));

    atomic_init(&c->refs, 1);
    c->map = *map;
    *map = (struct strmap)STRMAP_INIT;
    return c;
}

struct config_ref *config_ref_ref(struct config_ref *c)
{
    if (c)
        atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
    return c;
}

void config_ref_unref(struct config_ref *c)
{
    if (!c || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1)
        return;
    strmap_fini(&c->map);
    free(c);
}

const struct strmap *config_ref_map(const struct config_ref *c)
{
    return &c->map;
}

struct tern_config config_ref_config(const struct config_ref *c)
{
    return strmap_config(&c->map);
}
