/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/fence.h"

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/thread.h"
#include "lib/kafka/client_conf.h"
#include "lib/kafka/transaction.h"

enum {
    AT_A_TIME = 8,
    TRY_MS = 500, /* of one try to initialize: it goes on where it was with the next */
};

/* What the threads share. */
struct fencing {
    const struct tern_config *java;
    const char *const *ids;
    size_t count;
    const bool *cancel;
    int64_t deadline_ms;
    const char *context;

    struct gate gate;
    size_t next;           /* gate */
    bool is_failed;        /* gate */
    struct tern_error err; /* gate */
};

static bool take(struct fencing *f, const char **ret_id)
{
    bool any;

    gate_lock(&f->gate);
    any = !f->is_failed && f->next < f->count;
    if (any)
        *ret_id = f->ids[f->next++];
    gate_unlock(&f->gate);
    return any;
}

static void fail(struct fencing *f, const struct tern_error *err)
{
    gate_lock(&f->gate);
    if (!f->is_failed)
        f->err = *err;
    f->is_failed = true;
    gate_unlock(&f->gate);
}

/* Goes on as long as the coordinator asks for patience. */
static int init_transactions(const struct fencing *f, rd_kafka_t *rk, const char *id,
                             struct tern_error *err)
{
    for (;;) {
        int rc = transaction_init(rk, (int)clock_left_ms(f->deadline_ms, TRY_MS), err);

        if (rc == TRANSACTION_DONE)
            return 0;
        if (rc < 0)
            return tern_context(err, "fencing producers of transactional id '%s'", id);
        if (f->cancel && __atomic_load_n(f->cancel, __ATOMIC_RELAXED))
            return tern_fail(err, TERN_ERETRIABLE, "fencing producers was given up");
        if (clock_left_ms(f->deadline_ms, 1) == 0)
            return tern_fail(err, TERN_ETIMEOUT,
                             "fencing producers of transactional id '%s' was not over in time", id);
    }
}

static int fence_one(const struct fencing *f, const char *id, struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config view;
    rd_kafka_t *rk;
    int rc;

    strmap_add_all(&settings, f->java);
    strmap_set(&settings, "transactional.id", id);
    strmap_set(&settings, "transaction.timeout.ms", "90000");
    strmap_set(&settings, "enable.idempotence", "true");
    strmap_set(&settings, "acks", "all");
    strmap_remove(&settings, "group.id");
    view = strmap_config(&settings);
    if (client_open(KAFKA_PRODUCER, &view, NULL, NULL, &rk, err) < 0)
        return -1;
    client_ignore_events(rk);
    rc = init_transactions(f, rk, id, err);
    client_close(rk);
    return rc;
}

static void fence_main(void *arg)
{
    struct fencing *f = arg;
    struct tern_error err;
    const char *id;

    log_set_context(f->context);
    while (take(f, &id)) {
        if (fence_one(f, id, &err) < 0)
            fail(f, &err);
    }
}

int fence_producers(const struct tern_config *java, const char *const *ids, size_t count,
                    const bool *cancel, int64_t deadline_ms, struct tern_error *err)
{
    struct fencing f = {
        .java = java,
        .ids = ids,
        .count = count,
        .cancel = cancel,
        .deadline_ms = deadline_ms,
        .context = log_context(),
    };
    struct thread threads[AT_A_TIME] = {0};

    gate_init(&f.gate);
    for (size_t i = 0; i < COUNT_OF(threads) && i < count; i++)
        thread_start(&threads[i], "fence", fence_main, &f);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        thread_join(&threads[i]);
    gate_fini(&f.gate);
    if (!f.is_failed)
        return 0;
    *err = f.err;
    return -1;
}
