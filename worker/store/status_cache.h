/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * status_cache - what the status topic says so far. A pure machine: no lock, no I/O, no log line.
 * Peer: the reading half of org.apache.kafka.connect.storage.KafkaStatusBackingStore. Spec:
 * connect-distributed.md 7.3, and the safe-write rule of 7.2.
 */
#include "lib/base/ptrmap.h"
#include "worker/store/status_record.h"

struct status_cache {
    struct ptrmap connectors;
};

struct cached_topic {
    int32_t task;
    int64_t discovered_ms;
};

void status_cache_init(struct status_cache *c);
void status_cache_fini(struct status_cache *c);

/*
 * Applies one record, in offset order within its key. Moves out of record what it keeps. False
 * when the record changes nothing: rejected, or a stale UNASSIGNED of a task.
 */
bool status_cache_apply(struct status_cache *c, struct status_record *record);

/* Borrowed; NULL: none. */
const struct status *status_cache_get(const struct status_cache *c, const char *connector,
                                      int32_t task);
/* Whether a safe write is to be made: nobody else has written a newer status. */
bool status_cache_may_write(const struct status_cache *c, const char *connector, int32_t task,
                            const struct status *status);
/* Task numbers that have a status, ascending; the caller frees. */
size_t status_cache_tasks(const struct status_cache *c, const char *connector, int32_t **ret_tasks);
/* Of every status; INT32_MIN when there is none. */
int32_t status_cache_generation(const struct status_cache *c);
/* Whether the connector has a status of its own or of a task. */
bool status_cache_has_status(const struct status_cache *c, const char *connector);
/* The topics of a connector, of struct cached_topic; NULL: none. Borrowed. */
const struct ptrmap *status_cache_topics(const struct status_cache *c, const char *connector);
