/* SPDX-License-Identifier: Apache-2.0 */
/* A source task that delivers exactly once: how it begins, commits, fails, and begins again. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/worker/task/journal.h"
#include "tests/unit/worker/task/task_bench.h"

#define SCRIPT(...) (&(const struct fake_script){__VA_ARGS__})

static const struct fake_stage_conf plain_stage = FAKE_STAGE_CONF;

/* ---- the worker's answers ---- */

static struct {
    atomic_int fence_fails; /* so often first, with fail_code; -1: there is no answer */
    enum tern_code fail_code;
    atomic_bool confirm_fails;
    exactly_once_done *left; /* the answer that is owed */
    void *left_arg;
} worker;

static void hook_fence(void *arg, const char *connector, exactly_once_done *done, void *done_arg)
{
    struct tern_error err;

    (void)arg;
    journal_add("fence %s", connector);
    if (atomic_load(&worker.fence_fails) < 0) {
        worker.left = done;
        worker.left_arg = done_arg;
    } else if (atomic_load(&worker.fence_fails) > 0) {
        atomic_fetch_sub(&worker.fence_fails, 1);
        (void)tern_fail(&err, worker.fail_code, "not now");
        done(done_arg, &err);
    } else {
        done(done_arg, NULL);
    }
}

static void hook_confirm(void *arg, const char *connector, int32_t task, int32_t generation,
                         exactly_once_done *done, void *done_arg)
{
    struct tern_error err;

    (void)arg;
    journal_add("confirm %s/%d %d", connector, (int)task, (int)generation);
    if (!atomic_load(&worker.confirm_fails)) {
        done(done_arg, NULL);
        return;
    }
    (void)tern_fail(&err, TERN_EINTERNAL, "revoked");
    done(done_arg, &err);
}

static const struct exactly_once_hooks hooks = {hook_fence, hook_confirm};

static void start(struct bench *b, const struct fake_script *script,
                  const struct fake_stage_conf *stage)
{
    bench_init(b, script, stage);
    b->exactly_once = &hooks;
    strmap_set(&b->connector, "tern.transaction.merge.enabled", "false");
    bench_start(b, TARGET_STARTED);
}

/* ---- what a read_committed consumer would see ---- */

/* "t:0 t:1 o:[\"c\",{\"p\":0}]={\"n\":1} | t:2 ..." : transactions, in order. */
static char *committed_text(void)
{
    struct buf out = BUF_INIT(1 << 20);
    int last = 1;

    for (size_t i = 0; i < fake_stage_count(); i++) {
        const struct fake_record *r = fake_stage_record(i);

        if (!r->committed)
            continue;
        if (r->committed != last)
            buf_add_str(&out, "| ");
        last = r->committed;
        if (strcmp(r->topic, "o") == 0)
            buf_add_fmt(&out, "%s=%s ", r->key, r->value);
        else
            buf_add_fmt(&out, "%s ", r->value);
    }
    return buf_take_str(&out);
}

static void check_committed(const char *wanted)
{
    CLEANUP(freep) char *text = committed_text();

    ck_assert_str_eq(text, wanted);
}

static void check_trace(const char *part)
{
    CLEANUP(freep) char *trace = NULL;

    ck_assert(journal_wait("c/0 failure", 1));
    trace = fake_listener_trace();
    ck_assert_msg(strstr(trace, part), "%s", trace);
}

/* ---- beginning ---- */

START_TEST(a_whole_life)
{
    CLEANUP(freep) char *journal = NULL, *id = NULL, *idempotence = NULL;
    struct bench b;

    start(&b, SCRIPT(.total = 3, .batch = 2), &plain_stage);
    ck_assert(journal_wait("commit 2 3", 1)); /* two records and their offset come before it */
    bench_stop(&b);
    check_committed("0 1 [\"c\",{\"p\":0}]={\"n\":1} | 2 [\"c\",{\"p\":0}]={\"n\":2} ");
    id = fake_stage_setting("transactional.id");
    idempotence = fake_stage_setting("enable.idempotence");
    ck_assert_str_eq(id, "g-c-0");
    ck_assert_str_eq(idempotence, "true");
    ck_assert_int_eq(bench_offset(&b, 0), -1); /* nothing goes through the worker's own producer */
    journal = journal_text("task.commit");
    ck_assert_str_eq(journal, "fence c txn.init confirm c/0 7 task.start c c/0 startup txn.begin "
                              "txn.commit commit 0 0 c/0 uses t commit 1 1 txn.begin txn.commit "
                              "commit 2 3 stage.close task.stop c/0 shutdown");
    ck_assert_uint_ge(journal_count("task.commit"), 2);
    bench_fini(&b);
}
END_TEST

START_TEST(a_worker_that_is_busy_is_asked_again)
{
    struct fake_stage_conf stage = plain_stage;
    struct bench b;

    stage.init_again = 3;
    atomic_store(&worker.fence_fails, 2);
    worker.fail_code = TERN_ECONFLICT;
    start(&b, SCRIPT(.total = 1), &stage);
    ck_assert(journal_wait("c/0 startup", 1));
    ck_assert_uint_eq(journal_count("fence c"), 3);
    bench_fini(&b);
}
END_TEST

START_TEST(fencing_that_cannot_be)
{
    struct bench b;

    atomic_store(&worker.fence_fails, 1);
    worker.fail_code = TERN_EINTERNAL;
    start(&b, SCRIPT(.total = 1), &plain_stage);
    check_trace("Failed to perform round of zombie fencing");
    ck_assert_uint_eq(journal_count("txn.init"), 0);
    ck_assert_uint_eq(fake_plugin_counts().started, 0);
    bench_fini(&b);
}
END_TEST

START_TEST(a_task_that_is_not_wanted_any_more)
{
    struct bench b;

    atomic_store(&worker.confirm_fails, true);
    start(&b, SCRIPT(.total = 1), &plain_stage);
    check_trace("revoked");
    ck_assert_uint_eq(fake_plugin_counts().started, 0);
    bench_fini(&b);
}
END_TEST

/* The answer comes when nobody waits for it any more. */
START_TEST(a_stop_while_an_answer_is_awaited)
{
    struct bench b;

    atomic_store(&worker.fence_fails, -1);
    start(&b, SCRIPT(.total = 1), &plain_stage);
    ck_assert(journal_wait("fence c", 1));
    bench_stop(&b);
    ck_assert_uint_eq(journal_count("c/0 shutdown"), 1);
    worker.left(worker.left_arg, NULL);
    bench_fini(&b);
}
END_TEST

/* ---- committing ---- */

START_TEST(interval_boundaries)
{
    struct bench b;

    bench_init(&b, SCRIPT(.total = 6, .batch = 2), &plain_stage);
    b.exactly_once = &hooks;
    strmap_set(&b.connector, "transaction.boundary", "interval");
    strmap_set(&b.connector, "transaction.boundary.interval.ms", "3600000");
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(6));
    ck_assert_uint_eq(journal_count("txn.commit"), 0);
    ck_assert_uint_eq(fake_plugin_counts().released, 0); /* the plugin's until it is committed */
    bench_stop(&b);
    check_committed("0 1 2 3 4 5 [\"c\",{\"p\":0}]={\"n\":5} ");
    bench_fini(&b);
}
END_TEST

/* No transaction stays open over a pause. */
START_TEST(a_pause_commits)
{
    struct bench b;

    bench_init(&b, SCRIPT(.total = 4), &plain_stage);
    b.exactly_once = &hooks;
    strmap_set(&b.connector, "transaction.boundary", "interval");
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(4));
    source_task_transition(b.task, TARGET_PAUSED);
    ck_assert(journal_wait("txn.commit", 1));
    ck_assert(journal_wait("c/0 pause", 1));
    bench_fini(&b);
}
END_TEST

static void drop_second(struct tern_source_record *record, int64_t n)
{
    if (n == 1)
        record->value = (struct tern_value){.type = TERN_VALUE_INT64};
}

/* What is left out is told when the transaction is committed, and has no offset of its own. */
START_TEST(records_that_are_left_out)
{
    struct bench b;

    bench_init(&b, SCRIPT(.total = 2, .batch = 2, .edit = drop_second), &plain_stage);
    b.exactly_once = &hooks;
    strmap_set(&b.connector, "errors.tolerance", "all");
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("commit 1 dropped", 1));
    bench_stop(&b);
    check_committed("0 [\"c\",{\"p\":0}]={\"n\":0} ");
    ck_assert_uint_eq(fake_plugin_counts().released, 1);
    bench_fini(&b);
}
END_TEST

static void to_offsets(struct tern_source_record *record, int64_t n)
{
    if (n == 1)
        record->topic = "o";
}

START_TEST(records_for_the_offsets_topic)
{
    struct bench b;

    start(&b, SCRIPT(.total = 2, .batch = 2, .edit = to_offsets), &plain_stage);
    check_trace("Source tasks may not produce to their own offsets topics when exactly-once "
                "support is enabled");
    check_committed("");
    bench_fini(&b);
}
END_TEST

/* ---- failures ---- */

/* No tolerance: a record that was refused fails the transaction, and the task. */
START_TEST(a_record_that_is_not_acknowledged)
{
    struct fake_stage_conf stage = plain_stage;
    struct bench b;

    stage.fail_at = 1;
    bench_init(&b, SCRIPT(.total = 4), &stage);
    b.exactly_once = &hooks;
    strmap_set(&b.connector, "errors.tolerance", "all");
    bench_start(&b, TARGET_STARTED);
    check_trace("broker says no");
    bench_stop(&b);
    check_committed("");
    ck_assert_uint_eq(journal_count("commit 0 0"), 0);
    ck_assert_uint_eq(journal_count("txn.abort"), 1); /* readers do not wait for its timeout */
    ck_assert_uint_eq(fake_plugin_counts().released, 1);
    bench_fini(&b);
}
END_TEST

/* One that the target was out of reach for: the task begins anew, and its records come again. */
START_TEST(a_lost_transaction)
{
    struct fake_stage_conf stage = plain_stage;
    struct bench b;

    stage.lose_at = 1;
    stage.lose_code = TERN_ETIMEOUT;
    start(&b, SCRIPT(.total = 8, .read_offsets = true), &stage);
    ck_assert(journal_wait("confirm c/0 7", 2));
    ck_assert(journal_wait("task.start c", 2));
    ck_assert(journal_wait("txn.commit", 2));
    bench_stop(&b);
    ck_assert_uint_eq(journal_count("c/0 failure"), 0);
    ck_assert_uint_eq(journal_count("fence c"), 2);
    bench_fini(&b);
}
END_TEST

/* A topic may take less than a batch, or less than a record: then that is what fails. */
START_TEST(records_that_are_too_large)
{
    CLEANUP(freep) char *size = NULL;
    struct fake_stage_conf stage = plain_stage;
    struct bench b;

    stage.fail_every = 1;
    stage.fail_code = TERN_EREFUSED;
    start(&b, SCRIPT(.total = 4), &stage);
    check_trace("broker says no");
    bench_stop(&b);
    ck_assert_uint_eq(journal_count("fence c"), 6);
    size = fake_stage_setting("batch.size");
    ck_assert_str_eq(size, "1");
    bench_fini(&b);
}
END_TEST

/* The stage takes nothing any more before it says why. */
START_TEST(a_reason_that_comes_late)
{
    struct fake_stage_conf stage = plain_stage;
    struct bench b;

    stage.hold = true;
    stage.refuse_at = 3;
    stage.refuse_code = TERN_EINTERNAL; /* an erroneous state */
    stage.fail_code = TERN_EREFUSED;
    start(&b, SCRIPT(.total = 4), &stage);
    ck_assert(journal_wait("fence c", 2)); /* begins anew, with smaller batches */
    ck_assert_uint_eq(journal_count("c/0 failure"), 0);
    fake_stage_hold(false);
    bench_fini(&b);
}
END_TEST

/* Taken by another: there is nothing to begin anew. */
START_TEST(a_task_that_was_fenced)
{
    struct fake_stage_conf stage = plain_stage;
    struct bench b;

    stage.lose_at = 0;
    stage.lose_code = TERN_ECONFLICT;
    start(&b, SCRIPT(.total = 4), &stage);
    check_trace("before its producer transaction expired");
    ck_assert_uint_eq(journal_count("fence c"), 1);
    bench_fini(&b);
}
END_TEST

/* Commits that take long do not keep a stop waiting for ever. */
START_TEST(a_stop_while_a_commit_takes_long)
{
    struct fake_stage_conf stage = plain_stage;
    struct bench b;

    stage.hold = true;
    bench_init(&b, SCRIPT(.total = 4), &stage);
    b.exactly_once = &hooks;
    strmap_set(&b.worker, "task.shutdown.graceful.timeout.ms", "500");
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_sent(4));
    bench_stop(&b);
    ck_assert_uint_eq(journal_count("c/0 shutdown"), 1);
    check_committed("");
    bench_fini(&b);
}
END_TEST

static void source_eos_suite(Suite *s)
{
    test_add(s, a_whole_life);
    test_add(s, a_worker_that_is_busy_is_asked_again);
    test_add(s, fencing_that_cannot_be);
    test_add(s, a_task_that_is_not_wanted_any_more);
    test_add(s, a_stop_while_an_answer_is_awaited);
    test_add(s, interval_boundaries);
    test_add(s, a_pause_commits);
    test_add(s, records_that_are_left_out);
    test_add(s, records_for_the_offsets_topic);
    test_add(s, a_record_that_is_not_acknowledged);
    test_add(s, a_lost_transaction);
    test_add(s, records_that_are_too_large);
    test_add(s, a_reason_that_comes_late);
    test_add(s, a_task_that_was_fenced);
    test_add(s, a_stop_while_a_commit_takes_long);
}

TEST_MAIN("source_eos", source_eos_suite)
