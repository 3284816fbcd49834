/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/owners.h"

#include "lib/base/vec.h"
#include "lib/base/xmem.h"
#include "worker/group/work_list.h"

struct owner {
    char *url;
    struct work work;
};

struct owners {
    VEC(struct owner) all;
};

struct owners *owners_new(void)
{
    return xcalloc(1, sizeof(struct owners));
}

void owners_free(struct owners *o)
{
    if (!o)
        return;
    for (size_t i = 0; i < o->all.count; i++) {
        free(o->all.at[i].url);
        work_fini(&o->all.at[i].work);
    }
    vec_fini(&o->all);
    free(o);
}

void owners_add(struct owners *o, const char *url, struct work *work)
{
    vec_push(&o->all, (struct owner){xstrdup(url), *work});
    *work = (struct work)WORK_INIT;
}

const char *owners_url(const struct owners *o, const char *connector, int32_t task)
{
    for (size_t i = 0; o && i < o->all.count; i++) {
        const struct work *w = &o->all.at[i].work;

        if (task == WORK_CONNECTOR ? work_has_connector(w, connector)
                                   : work_has_task(w, connector, task))
            return o->all.at[i].url;
    }
    return NULL;
}
