/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * inbox - one-way messages to one thread: ownership moves with the message, oldest first.
 *
 * A message embeds struct inbox_msg as its first member and says in run and drop what is
 * done with it: run() is called by the receiver, and owns the message from then on.
 */
#include "lib/base/thread.h"

#include <stdbool.h>
#include <stdint.h>

struct inbox_msg {
    struct inbox_msg *next;
    void (*run)(void *receiver, struct inbox_msg *msg);
    void (*drop)(struct inbox_msg *msg); /* frees a message that is not going to be run */
};

struct inbox {
    struct gate gate;
    struct inbox_msg *head;  /* gate; oldest */
    struct inbox_msg **tail; /* gate */
    bool woken;              /* gate: inbox_wake() since the last take */
    bool closed;             /* gate */
};

void inbox_init(struct inbox *in);
/* Takes msg. After inbox_close() it is dropped at once. Thread: any. */
void inbox_push(struct inbox *in, struct inbox_msg *msg);
/* Makes inbox_take() return soon, with NULL if there is no message. Thread: any. */
void inbox_wake(struct inbox *in);
/* The oldest message, or NULL at the deadline or when woken. Thread: receiver. */
struct inbox_msg *inbox_take(struct inbox *in, int64_t deadline_ms);
/* Drops what is queued and all that comes. Thread: any. */
void inbox_close(struct inbox *in);
void inbox_fini(struct inbox *in);
