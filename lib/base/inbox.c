/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/inbox.h"

#include "lib/base/macros.h"

void inbox_init(struct inbox *in)
{
    *in = (struct inbox){0};
    gate_init(&in->gate);
    in->tail = &in->head;
}

void inbox_push(struct inbox *in, struct inbox_msg *msg)
{
    bool closed;

    gate_lock(&in->gate);
    closed = in->closed;
    if (!closed) {
        msg->next = NULL;
        *in->tail = msg;
        in->tail = &msg->next;
        gate_wake(&in->gate);
    }
    gate_unlock(&in->gate);
    if (closed)
        msg->drop(msg);
}

void inbox_wake(struct inbox *in)
{
    gate_lock(&in->gate);
    in->woken = true;
    gate_wake(&in->gate);
    gate_unlock(&in->gate);
}

struct inbox_msg *inbox_take(struct inbox *in, int64_t deadline_ms)
{
    struct inbox_msg *msg;

    gate_lock(&in->gate);
    while (!in->head && !in->woken) {
        if (!gate_wait(&in->gate, deadline_ms))
            break;
    }
    in->woken = false;
    msg = in->head;
    if (msg) {
        in->head = msg->next;
        if (!in->head)
            in->tail = &in->head;
    }
    gate_unlock(&in->gate);
    return msg;
}

void inbox_close(struct inbox *in)
{
    struct inbox_msg *msg;

    gate_lock(&in->gate);
    in->closed = true;
    msg = in->head;
    in->head = NULL;
    in->tail = &in->head;
    gate_unlock(&in->gate);
    while (msg) {
        struct inbox_msg *next = msg->next;

        msg->drop(msg);
        msg = next;
    }
}

void inbox_fini(struct inbox *in)
{
    inbox_close(in);
    gate_fini(&in->gate);
}
