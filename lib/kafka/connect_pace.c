/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/connect_pace.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "lib/base/clock.h"

enum {
    SPAN_MS = 200,
    AT_ONCE = 4, /* in a span */
};

/* Each broker has a thread of its own. */
static void wait_for_turn(void)
{
    static _Thread_local int64_t began_ms;
    static _Thread_local int attempts;
    int64_t now_ms = clock_mono_ms();

    if (attempts == AT_ONCE && now_ms - began_ms < SPAN_MS) {
        poll(NULL, 0, (int)(began_ms + SPAN_MS - now_ms));
        now_ms = clock_mono_ms();
    }
    if (attempts == AT_ONCE || now_ms - began_ms >= SPAN_MS) {
        began_ms = now_ms;
        attempts = 0;
    }
    attempts++;
}

static int on_connect(int fd, const struct sockaddr *address, int size, const char *id,
                      void *opaque)
{
    (void)id;
    (void)opaque;
    wait_for_turn();
    return connect(fd, address, (socklen_t)size) == 0 || errno == EINPROGRESS ? 0 : errno;
}

void connect_pace_set(rd_kafka_conf_t *conf)
{
    rd_kafka_conf_set_connect_cb(conf, on_connect);
}
