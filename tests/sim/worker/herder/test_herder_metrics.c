/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics of what runs. */
#include "lib/base/buf.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/sim/worker/herder/solo.h"

static void note_metric(void *arg, const struct tern_metric *m)
{
    struct buf *text = arg;

    buf_add_fmt(text, "%s:%s", m->domain, m->type);
    for (size_t i = 0; i < m->tag_count; i++) {
        if (m->tags[i].text)
            buf_add_fmt(text, ",%s=%s", m->tags[i].name, m->tags[i].text);
        else
            buf_add_fmt(text, ",%s=%d", m->tags[i].name, (int)m->tags[i].number);
    }
    buf_add_fmt(text, " %s %g\n", m->name, m->value);
}

static char *metrics_of(struct herder *h)
{
    struct buf text = BUF_INIT(1 << 16);
    char *copy;

    herder_metrics(h, note_metric, &text);
    copy = xstrdup(buf_str(&text));
    buf_fini(&text);
    return copy;
}

static const char no_metrics[] = "kafka.connect:connect-worker-metrics connector-count 0\n"
                                 "kafka.connect:connect-worker-metrics task-count 0\n";

START_TEST(metrics_of_what_runs)
{
    struct herder *h = solo_started(2);
    CLEANUP(freep) char *before = metrics_of(h), *during = NULL, *after = NULL;
    struct tern_error err;

    ck_assert_str_eq(before, no_metrics);
    solo_put(h, "c", "5");
    fakes_wait(&fakes.task_starts, 2);
    fakes_wait_status("c", 1, "RUNNING");
    ck_assert_ok(herder_ping(h, solo_soon(), &err), err); /* the tick that started them is over */
    during = metrics_of(h);
    ck_assert_str_eq(during, "kafka.connect:connect-worker-metrics connector-count 1\n"
                             "kafka.connect:connect-worker-metrics task-count 2\n"
                             "script:task,connector=c,task=0 value 5\n"
                             "script:task,connector=c,task=1 value 5\n");
    ck_assert_ok(herder_delete_connector(h, "c", solo_soon(), &err), err);
    fakes_wait(&fakes.task_stops, 2);
    ck_assert_ok(herder_ping(h, solo_soon(), &err), err);
    after = metrics_of(h);
    ck_assert_str_eq(after, no_metrics);
    fake_herder_end(h);
}
END_TEST

static void look_often(void *arg)
{
    struct herder *h = arg;
    bool ended = false;

    while (!ended) {
        free(metrics_of(h));
        gate_lock(&fakes.gate);
        ended = fakes.ended;
        gate_unlock(&fakes.gate);
    }
}

/* Someone looks all the time while tasks come and go. */
START_TEST(metrics_while_tasks_come_and_go)
{
    struct herder *h = solo_started(3);
    struct thread looker = {0};

    thread_start(&looker, "look", look_often, h);
    for (int i = 0; i < 20; i++) {
        CLEANUP(freep) char *value = xasprintf("%d", i);

        solo_put(h, "c", value);
        fakes_wait(&fakes.task_starts, 3 * (i + 1));
    }
    herder_stop(h);
    thread_join(&looker);
    fake_herder_end(h);
}
END_TEST

static void herder_metrics_suite(Suite *s)
{
    test_add(s, metrics_of_what_runs);
    test_add(s, metrics_while_tasks_come_and_go);
}

TEST_MAIN("herder_metrics", herder_metrics_suite)
