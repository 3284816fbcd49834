/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/checkpoint/exposure.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorCheckpointTask");

enum {
    SHOWN = 10,
    LINE_BYTES = 4096,
};

struct group {
    const char *name; /* immutable */
    bool is_known;    /* gate */
    struct checkpoint_exposure found;
};

struct exposure {
    struct gate gate;
    size_t count;
    struct group groups[];
};

struct exposure *exposure_new(const struct tern_list *groups)
{
    struct exposure *e = xcalloc(1, sizeof(*e) + groups->count * sizeof(e->groups[0]));

    gate_init(&e->gate);
    e->count = groups->count;
    for (size_t i = 0; i < e->count; i++)
        e->groups[i].name = groups->items[i];
    return e;
}

void exposure_free(struct exposure *e)
{
    if (!e)
        return;
    gate_fini(&e->gate);
    free(e);
}

void exposure_set(struct exposure *e, size_t group, const struct checkpoint_exposure *found)
{
    gate_lock(&e->gate);
    e->groups[group].is_known = true;
    e->groups[group].found = *found;
    gate_unlock(&e->gate);
}

bool exposure_get(struct exposure *e, size_t group, struct checkpoint_exposure *ret_found)
{
    bool is_known;

    gate_lock(&e->gate);
    is_known = e->groups[group].is_known;
    if (is_known)
        *ret_found = e->groups[group].found;
    gate_unlock(&e->gate);
    return is_known;
}

/* ---- log ---- */

static int most_first(const void *a, const void *b)
{
    const struct group *x = a, *y = b;

    return (x->found.records < y->found.records) - (x->found.records > y->found.records);
}

/* A copy of the groups that are known, to be freed; most records first. */
static struct group *known_groups(struct exposure *e, size_t *ret_count)
{
    struct group *known = xcalloc(e->count + 1, sizeof(*known));
    size_t count = 0;

    gate_lock(&e->gate);
    for (size_t i = 0; i < e->count; i++) {
        if (e->groups[i].is_known)
            known[count++] = e->groups[i];
    }
    gate_unlock(&e->gate);
    qsort(known, count, sizeof(*known), most_first);
    *ret_count = count;
    return known;
}

static void log_sum(const struct group *known, size_t count)
{
    struct buf most = BUF_INIT(LINE_BYTES);
    struct checkpoint_exposure sum = {0};

    for (size_t i = 0; i < count; i++) {
        sum.records += known[i].found.records;
        sum.untranslated += known[i].found.untranslated;
        if (i < SHOWN && known[i].found.records > 0)
            buf_add_fmt(&most, "%s'%s' %" PRId64, i ? ", " : "; most: ", known[i].name,
                        known[i].found.records);
    }
    log_info("A failover now would have %" PRId64 " committed records of %zu groups read again, at "
             "most; partitions without a translation: %zu%s",
             sum.records, count, sum.untranslated, buf_str(&most));
    buf_fini(&most);
}

void exposure_log(struct exposure *e)
{
    size_t count;
    struct group *known = known_groups(e, &count);

    if (count)
        log_sum(known, count);
    for (size_t i = 0; i < count; i++) {
        log_debug("A failover now would have group '%s' read %" PRId64
                  " committed records again, at most; partitions: %zu, without a translation: %zu",
                  known[i].name, known[i].found.records, known[i].found.partitions,
                  known[i].found.untranslated);
    }
    free(known);
}
