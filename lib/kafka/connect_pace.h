/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * connect_pace - keeps librdkafka from connecting without a pause to a broker that refuses.
 *
 * A call that waits for a broker (the controller, those that groups are listed by) makes librdkafka
 * forget reconnect.backoff.ms after each attempt that failed: several hundred attempts a second, up
 * to a whole core, for as long as the broker is down and the call waits. Here a broker's thread
 * makes a few at once, as for the addresses of one name, and then has to wait.
 */
#include <librdkafka/rdkafka.h>

/* Before the handle is made; a connect_cb that is set later takes its place. */
void connect_pace_set(rd_kafka_conf_t *conf);
