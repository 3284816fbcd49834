/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * fake_log - topic_log without Kafka: one topic in memory, one thread that hands over, failures
 * on demand, and a journal of what was asked for. One topic and one log per test process.
 */
#include "lib/kafka/topic_log.h"

#include <tern/error.h>

/* Adds a record as another worker does; value NULL: a tombstone. Thread: any. */
void fake_log_add(const char *key, const char *value);
void fake_log_add_bytes(struct slice key, struct slice value);
/* Partitions of the topic; 1 unless said otherwise. Before the log is opened. */
void fake_log_set_partitions(int32_t count);
/* The next count records that are sent or written fail like this. */
void fake_log_fail_writes(int count, enum tern_code code, const char *error);
/* Reads to the end fail from now on, or succeed again. */
void fake_log_fail_reads(bool fail);
/* Acknowledgements wait until they are let through; off: all that wait, and all that come. */
void fake_log_hold_acks(bool hold);
/* How many sends have been failed by fake_log_fail_writes(). */
int fake_log_failures(void);
/*
 * What was asked for since the last call, oldest first, one after the other: "<key>=<value>;"
 * for a record sent, "<key>=<value>," within a batch written, "end;" for a read to the end.
 * The caller frees.
 */
char *fake_log_journal(void);
/* Waits until the log's thread has handed over all records and acknowledgements. */
void fake_log_settle(void);
