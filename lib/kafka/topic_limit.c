/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kafka/topic_limit.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/kafka/admin_priv.h"

LOG_DOMAIN("org.apache.kafka.clients.producer.KafkaProducer");

/* The least of the values that limit a batch; 0: there is none. */
static int64_t least_of(const rd_kafka_ConfigResource_t *resource)
{
    size_t count;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &count);
    int64_t least = 0;

    for (size_t i = 0; i < count; i++) {
        const char *name = rd_kafka_ConfigEntry_name(entries[i]);
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);
        int64_t bytes;

        if (!value ||
            (strcmp(name, "max.message.bytes") != 0 && strcmp(name, "segment.bytes") != 0))
            continue;
        bytes = strtoll(value, NULL, 10);
        if (bytes > 0 && (!least || bytes < least))
            least = bytes;
    }
    return least;
}

static int64_t told(rd_kafka_event_t *event, const char *topic)
{
    const rd_kafka_ConfigResource_t **resources;
    size_t count;
    const char *why = rd_kafka_event_error_string(event);

    if (!rd_kafka_event_error(event)) {
        resources = rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(event), &count);
        if (count == 1 && !rd_kafka_ConfigResource_error(resources[0]))
            return least_of(resources[0]);
        why =
            count == 1 ? rd_kafka_ConfigResource_error_string(resources[0]) : "no answer about it";
    }
    log_warn("How large a batch topic '%s' takes cannot be asked: %s", topic, why);
    return 0;
}

int64_t topic_limit(rd_kafka_t *rk, const char *topic, int64_t above, int64_t deadline_ms)
{
    CLEANUP(admin_call_fini)
    struct admin_call call = admin_call_new(rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, deadline_ms);
    CLEANUP(admin_event_destroyp) rd_kafka_event_t *event = NULL;
    rd_kafka_ConfigResource_t *asked = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    int64_t limit;

    rd_kafka_DescribeConfigs(rk, &asked, 1, call.options, call.queue);
    rd_kafka_ConfigResource_destroy(asked);
    event = rd_kafka_queue_poll(call.queue, admin_timeout_ms(deadline_ms));
    if (!event) {
        log_warn("How large a batch topic '%s' takes cannot be asked: no answer in time", topic);
        return 0;
    }
    limit = told(event, topic);
    return limit < above ? limit : 0;
}
