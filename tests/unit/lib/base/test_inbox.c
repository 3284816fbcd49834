/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between threads: order, wake-ups, deadlines, closing. */
#include "lib/base/inbox.h"

#include <stdatomic.h>

#include "lib/base/clock.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

enum {
    SENDERS = 4,
    EACH = 2000
};

struct note {
    struct inbox_msg msg; /* first */
    int sender, number;
};

static atomic_int dropped;

static void drop_note(struct inbox_msg *msg)
{
    atomic_fetch_add(&dropped, 1);
    free(msg);
}

static void run_note(void *receiver, struct inbox_msg *msg)
{
    struct note *note = (struct note *)msg;
    int *last = receiver;

    ck_assert_int_eq(note->number, last[note->sender] + 1); /* oldest first, for each sender */
    last[note->sender] = note->number;
    free(note);
}

static void push_note(struct inbox *in, int sender, int number)
{
    struct note *note = xcalloc(1, sizeof(*note));

    note->msg.run = run_note;
    note->msg.drop = drop_note;
    note->sender = sender;
    note->number = number;
    inbox_push(in, &note->msg);
}

struct sender {
    struct thread thread;
    struct inbox *in;
    int index;
};

static void send_all(void *arg)
{
    const struct sender *s = arg;

    for (int i = 1; i <= EACH; i++)
        push_note(s->in, s->index, i);
}

START_TEST(many_senders_one_receiver)
{
    struct inbox in;
    struct sender senders[SENDERS] = {0};
    int last[SENDERS] = {0};
    int64_t deadline = clock_deadline_ms(20000);

    inbox_init(&in);
    for (int i = 0; i < SENDERS; i++) {
        senders[i].in = &in;
        senders[i].index = i;
        thread_start(&senders[i].thread, "sender", send_all, &senders[i]);
    }
    for (int got = 0; got < SENDERS * EACH; got++) {
        struct inbox_msg *msg = inbox_take(&in, deadline);

        ck_assert_ptr_nonnull(msg);
        msg->run(last, msg);
    }
    for (int i = 0; i < SENDERS; i++) {
        ck_assert_int_eq(last[i], EACH);
        thread_join(&senders[i].thread);
    }
    ck_assert_ptr_null(inbox_take(&in, 0));
    inbox_fini(&in);
}
END_TEST

START_TEST(deadline_passes)
{
    struct inbox in;
    int64_t deadline = clock_deadline_ms(20);

    inbox_init(&in);
    ck_assert_ptr_null(inbox_take(&in, deadline));
    ck_assert_int_ge(clock_mono_ms(), deadline);
    inbox_fini(&in);
}
END_TEST

static void wake_it(void *arg)
{
    inbox_wake(arg);
}

START_TEST(wake_ends_a_wait)
{
    struct inbox in;
    struct thread t = {0};

    inbox_init(&in);
    thread_start(&t, "waker", wake_it, &in);
    ck_assert_ptr_null(inbox_take(&in, FOREVER_MS));
    thread_join(&t);
    inbox_fini(&in);
}
END_TEST

START_TEST(a_wake_is_remembered_once)
{
    struct inbox in;
    int last[1] = {0};
    struct inbox_msg *msg;

    inbox_init(&in);
    inbox_wake(&in);
    push_note(&in, 0, 1);
    msg = inbox_take(&in, 0); /* a message goes before the wake-up, which it satisfies */
    ck_assert_ptr_nonnull(msg);
    msg->run(last, msg);
    inbox_wake(&in);
    ck_assert_ptr_null(inbox_take(&in, FOREVER_MS));
    ck_assert_ptr_null(inbox_take(&in, 0));
    inbox_fini(&in);
}
END_TEST

START_TEST(closing_drops_all)
{
    struct inbox in;

    inbox_init(&in);
    push_note(&in, 0, 1);
    push_note(&in, 0, 2);
    inbox_close(&in);
    ck_assert_int_eq(atomic_load(&dropped), 2);
    push_note(&in, 0, 3);
    ck_assert_int_eq(atomic_load(&dropped), 3);
    ck_assert_ptr_null(inbox_take(&in, 0));
    inbox_fini(&in);
    ck_assert_int_eq(atomic_load(&dropped), 3);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, many_senders_one_receiver);
    test_add(suite, deadline_passes);
    test_add(suite, wake_ends_a_wait);
    test_add(suite, a_wake_is_remembered_once);
    test_add(suite, closing_drops_all);
}

TEST_MAIN("inbox", fill)
