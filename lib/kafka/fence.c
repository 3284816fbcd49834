/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/fence.h"

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/strmap.h"
#include "lib/base/thread.h"
#include "lib/kafka/client_conf.h"

enum {
    AT_A_TIME = 8,
    TRY_MS = 10000, /* of one try to initialize: it goes on where it was with the next */
};

/* What the threads share. */
struct fencing {
    const struct tern_config *java;
    const char *const *ids;
    size_t count;
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
static int init_transactions(rd_kafka_t *rk, const char *id, int64_t deadline_ms,
                             struct tern_error *err)
{
    for (;;) {
        int left_ms = (int)clock_left_ms(deadline_ms, TRY_MS);
        rd_kafka_error_t *e = rd_kafka_init_transactions(rk, left_ms);
        bool again;
        enum tern_code code;

        if (!e)
            return 0;
        again = rd_kafka_error_is_retriable(e);
        code = kafka_error_code(rd_kafka_error_code(e));
        if (!again || clock_left_ms(deadline_ms, 1) == 0) {
            tern_fail_at(err, "fence.c", again ? TERN_ETIMEOUT : code,
                         "fencing producers of transactional id '%s': %s", id,
                         rd_kafka_error_string(e));
            rd_kafka_error_destroy(e);
            return -1;
        }
        rd_kafka_error_destroy(e);
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
    rc = init_transactions(rk, id, f->deadline_ms, err);
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
                    int64_t deadline_ms, struct tern_error *err)
{
    struct fencing f = {
        .java = java,
        .ids = ids,
        .count = count,
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
