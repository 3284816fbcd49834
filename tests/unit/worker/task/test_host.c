/* SPDX-License-Identifier: Apache-2.0 */
/* The services that a plugin gets, and the lifeline that ends with a cancelled instance. */
#include "worker/task/host.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/worker/task/fake_store.h"
#include "tests/unit/worker/task/journal.h"
#include "worker/task/pending_offsets.h"

static void on_reconfigure(void *arg)
{
    (void)arg;
    journal_add("reconfigure");
}

static void on_fail(void *arg, const struct tern_error *err)
{
    (void)arg;
    journal_add("fail: %s", err->msg);
}

static struct host *make_host(struct offset_store *store, struct pending_offsets *pending)
{
    const struct host_conf conf = {
        .connector = "c",
        .task = pending ? 3 : -1,
        .context = "[c|x] ",
        .offsets = store,
        .pending = pending,
        .reconfigure = pending ? NULL : on_reconfigure,
        .fail = pending ? NULL : on_fail,
    };

    return host_new(&conf);
}

START_TEST(who_it_is)
{
    struct pending_offsets *pending = pending_offsets_new();
    struct host *h = make_host(NULL, pending);
    const struct tern_host *face = host_face(h);

    ck_assert_uint_eq(face->size, sizeof(*face));
    ck_assert_str_eq(face->connector, "c");
    ck_assert_int_eq(face->task, 3);
    ck_assert_ptr_nonnull(face->report_broker);
    face->adopt_thread(face);
    ck_assert_str_eq(log_context(), "[c|x] ");
    host_free(h);
    host_free(NULL);
    pending_offsets_free(pending);
}
END_TEST

START_TEST(partitions_are_interned)
{
    struct pending_offsets *pending = pending_offsets_new();
    struct host *h = make_host(NULL, pending), *other = make_host(NULL, pending);
    const struct tern_host *face = host_face(h);
    const struct tern_field one[] = {{"a", "x", 0}, {"b", NULL, 7}};
    const struct tern_field turned[] = {{"b", NULL, 7}, {"a", "x", 0}};
    const struct tern_field bad[] = {{"a", "\xff", 0}};
    struct tern_source_partition *p, *again, *q;
    struct tern_error err;

    ck_assert_ok(face->source_partition(face, one, 2, "n", &p, &err), err);
    ck_assert_ok(face->source_partition(face, one, 2, "n", &again, &err), err);
    ck_assert_ok(face->source_partition(face, turned, 2, "n", &q, &err), err);
    ck_assert_ptr_eq(p, again);
    ck_assert_ptr_ne(p, q);
    ck_assert_str_eq(host_partition_key(p), "[\"c\",{\"a\":\"x\",\"b\":7}]");
    ck_assert_ptr_eq(host_queue(p), pending_offsets_queue(pending, host_partition_key(p), "n"));
    ck_assert(host_owns(h, p));
    ck_assert(!host_owns(other, p));
    ck_assert_int_lt(face->source_partition(face, bad, 1, "n", &q, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    ck_assert_int_lt(face->source_partition(face, one, 2, "m", &q, &err), 0);
    ck_assert_str_eq(err.msg,
                     "source partition '[\"c\",{\"a\":\"x\",\"b\":7}]' has offsets 'n', not 'm'");
    ck_assert_int_lt(face->source_partition(face, one, 2, NULL, &q, &err), 0);
    host_free(other);
    host_free(h);
    pending_offsets_free(pending);
}
END_TEST

START_TEST(offsets_are_read)
{
    struct offset_store *store = fake_store_new();
    struct host *h = make_host(store, NULL);
    const struct tern_host *face = host_face(h);
    struct tern_source_partition *p[4];
    struct tern_source_offset offsets[4];
    struct tern_error err;

    fake_store_set(store, "[\"c\",{\"a\":\"0\"}]", "{\"n\":5}");
    fake_store_set(store, "[\"c\",{\"a\":\"1\"}]", "{\"x\":\"y\"}");
    fake_store_set(store, "[\"c\",{\"a\":\"2\"}]", "not json");
    for (int i = 0; i < 4; i++) {
        char text[2] = {(char)('0' + i), '\0'};
        const struct tern_field field = {"a", text, 0};

        ck_assert_ok(face->source_partition(face, &field, 1, "n", &p[i], &err), err);
    }
    ck_assert_ok(face->read_offsets(face, p, 4, offsets, &err), err);
    ck_assert(offsets[0].known && offsets[0].number == 5);
    ck_assert_str_eq(offsets[0].json, "{\"n\":5}");
    ck_assert(offsets[1].known && offsets[1].number == INT64_MIN);
    ck_assert_str_eq(offsets[1].json, "{\"x\":\"y\"}");
    ck_assert(!offsets[2].known);
    ck_assert(!offsets[3].known && !offsets[3].json);
    ck_assert_ok(face->read_offsets(face, p, 0, offsets, &err), err);
    p[1] = NULL;
    ck_assert_int_lt(face->read_offsets(face, p, 2, offsets, &err), 0);
    ck_assert_int_eq(err.code, TERN_EINVALID);
    host_free(h);
    fake_store_free(store);
}
END_TEST

struct reader {
    const struct tern_host *face;
    struct tern_source_partition *partition;
    struct tern_error err;
    int rc;
};

static void read_one(void *arg)
{
    struct reader *r = arg;
    struct tern_source_offset offset;

    r->rc = r->face->read_offsets(r->face, &r->partition, 1, &offset, &r->err);
    journal_add("read");
}

/* A read that finds no cluster goes on until the instance is asked to stop. */
START_TEST(read_ends_with_a_stop)
{
    struct offset_store *store = fake_store_new();
    struct host *h = make_host(store, NULL);
    const struct tern_field field = {"a", "x", 0};
    struct reader r = {.face = host_face(h)};
    struct thread thread = {0};

    ck_assert_ok(r.face->source_partition(r.face, &field, 1, "n", &r.partition, &r.err), r.err);
    fake_store_block_reads(store, true);
    thread_start(&thread, "reader", read_one, &r);
    ck_assert(journal_wait("store.read", 1));
    if (_i == 0)
        host_stop(h);
    else
        host_cancel(h);
    ck_assert(journal_wait("read", 1));
    thread_join(&thread);
    ck_assert_int_lt(r.rc, 0);
    ck_assert_int_eq(r.err.code, TERN_ETIMEOUT);
    ck_assert_int_eq(
        strncmp(r.err.msg, "Offset reader closed while attempting to read offsets.", 54), 0);
    host_free(h);
    fake_store_free(store);
}
END_TEST

START_TEST(read_goes_on_when_the_cluster_is_back)
{
    struct offset_store *store = fake_store_new();
    struct host *h = make_host(store, NULL);
    const struct tern_field field = {"a", "x", 0};
    struct reader r = {.face = host_face(h)};
    struct thread thread = {0};

    ck_assert_ok(r.face->source_partition(r.face, &field, 1, "n", &r.partition, &r.err), r.err);
    fake_store_block_reads(store, true);
    thread_start(&thread, "reader", read_one, &r);
    ck_assert(journal_wait("store.read", 2)); /* the first one has given up */
    fake_store_block_reads(store, false);
    ck_assert(journal_wait("read", 1));
    thread_join(&thread);
    ck_assert_int_eq(r.rc, 0);
    host_free(h);
    fake_store_free(store);
}
END_TEST

static void stop_host(void *arg)
{
    host_stop(arg);
}

START_TEST(waiting_and_stopping)
{
    struct host *h = make_host(NULL, NULL);
    const struct tern_host *face = host_face(h);
    struct thread thread = {0};
    int64_t began_ms = clock_mono_ms();

    ck_assert(!face->stopping(face));
    ck_assert(!face->wait(face, 20));
    ck_assert_int_ge(clock_mono_ms() - began_ms, 20);
    ck_assert(!face->wait(face, -5));

    host_pause(h);
    ck_assert(face->stopping(face));
    ck_assert(face->wait(face, 60000));
    host_reset(h);
    ck_assert(!face->stopping(face));

    thread_start(&thread, "stop", stop_host, h);
    ck_assert(face->wait(face, 60000));
    thread_join(&thread);
    host_reset(h); /* a stop is for good */
    ck_assert(face->stopping(face));
    host_free(h);
}
END_TEST

START_TEST(requests_of_a_connector)
{
    struct host *h = make_host(NULL, NULL);
    const struct tern_host *face = host_face(h);
    struct tern_error err;

    (void)tern_fail(&err, TERN_EINTERNAL, "boom");
    face->request_task_reconfiguration(face);
    face->raise_error(face, &err);
    ck_assert_uint_eq(journal_count("reconfigure"), 1);
    ck_assert_uint_eq(journal_count("fail: boom"), 1);
    host_stop(h);
    face->request_task_reconfiguration(face);
    face->raise_error(face, &err);
    ck_assert_uint_eq(journal_count("reconfigure"), 1);
    ck_assert_uint_eq(journal_count("fail: boom"), 1);
    host_free(h);
}
END_TEST

/* Only a connector has tasks to reconfigure. */
START_TEST(requests_of_a_task)
{
    struct pending_offsets *pending = pending_offsets_new();
    struct host *h = make_host(NULL, pending);
    const struct tern_host *face = host_face(h);
    struct tern_error err;

    (void)tern_fail(&err, TERN_EINTERNAL, "boom");
    face->request_task_reconfiguration(face);
    face->raise_error(face, &err);
    ck_assert_uint_eq(journal_count("reconfigure"), 0);
    ck_assert_uint_eq(journal_count("fail: boom"), 0);
    host_free(h);
    pending_offsets_free(pending);
}
END_TEST

static void cancel_host(void *arg)
{
    host_cancel(arg);
    journal_add("cancelled");
}

START_TEST(cancel_waits_for_those_inside)
{
    struct host *h = make_host(NULL, NULL);
    struct thread thread = {0};

    ck_assert(host_enter(h));
    thread_start(&thread, "cancel", cancel_host, h);
    while (!host_cancelled(h))
        ck_assert(host_face(h)->wait(host_face(h), JOURNAL_WAIT_MS));
    ck_assert(!host_enter(h));
    ck_assert_uint_eq(journal_count("cancelled"), 0);
    host_leave(h);
    ck_assert(journal_wait("cancelled", 1));
    thread_join(&thread);
    ck_assert(!host_enter(h));
    ck_assert_uint_eq(host_cancelled_count(), 1);
    host_free(h);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, who_it_is);
    test_add(suite, partitions_are_interned);
    test_add(suite, offsets_are_read);
    test_add_rows(suite, read_ends_with_a_stop, 2);
    test_add(suite, read_goes_on_when_the_cluster_is_back);
    test_add(suite, waiting_and_stopping);
    test_add(suite, requests_of_a_connector);
    test_add(suite, requests_of_a_task);
    test_add(suite, cancel_waits_for_those_inside);
}

TEST_MAIN("host", fill)
