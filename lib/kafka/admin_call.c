/* SPDX-License-Identifier: Apache-2.0 */
/* admin_call - options and queue of one call of librdkafka's admin API, on any handle. */
#include "lib/base/clock.h"
#include "lib/kafka/admin_priv.h"

enum {
    OPERATION_MAX_MS = 3600 * 1000, /* librdkafka's limit */
};

int admin_timeout_ms(int64_t deadline_ms)
{
    int64_t left = clock_left_ms(deadline_ms, OPERATION_MAX_MS);

    return left > 0 ? (int)left : 1;
}

struct admin_call admin_call_new(rd_kafka_t *rk, rd_kafka_admin_op_t op, int64_t deadline_ms)
{
    struct admin_call call = {
        .options = rd_kafka_AdminOptions_new(rk, op),
        .queue = rd_kafka_queue_new(rk),
        .deadline_ms = deadline_ms,
        .timeout_ms = admin_timeout_ms(deadline_ms),
    };
    char text[256];

    rd_kafka_AdminOptions_set_request_timeout(call.options, call.timeout_ms, text, sizeof(text));
    return call;
}

void admin_call_fini(struct admin_call *call)
{
    rd_kafka_queue_destroy(call->queue);
    rd_kafka_AdminOptions_destroy(call->options);
}
