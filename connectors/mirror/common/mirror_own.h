/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * mirror_own - the settings that Java does not have: "tern.*", of the source connector.
 *
 * They stand beside Java's definitions, not in them, so that what REST shows of a connector is
 * the same as Java's. doc/mirror.md explains each. In mm2.properties they are read at the top
 * level and of a flow. Immutable after they were bound. Thread: any.
 */
#include "lib/base/macros.h"

#include <stdbool.h>
#include <stdint.h>

#include <tern/config.h>
#include <tern/error.h>

#define MIRROR_OWN_PREFIX "tern."

enum mirror_refusal {
    MIRROR_REFUSED_HOLD, /* the partition waits, the others go on */
    MIRROR_REFUSED_FAIL, /* the task becomes FAILED, as in Java */
    MIRROR_REFUSED_SKIP, /* the record is left out */
};

enum mirror_loops {
    MIRROR_LOOPS_FILTER, /* what has been on a cluster does not go there again */
    MIRROR_LOOPS_FAIL,   /* a task that would close a circle becomes FAILED */
    MIRROR_LOOPS_OFF,    /* as Java */
};

struct mirror_own {
    enum mirror_loops loops;     /* tern.loop.policy */
    bool fail_on_loss;           /* tern.loss.policy=fail */
    int64_t watch_interval_ms;   /* tern.watch.interval.ms; 0: nobody watches */
    int64_t stall_ms;            /* tern.watch.stall.ms */
    bool fail_when_stuck;        /* tern.watch.stuck.policy=fail */
    bool keep_topic_ids;         /* tern.topic.ids.enabled */
    enum mirror_refusal refusal; /* tern.record.refused.policy */
    int64_t metrics_log_ms;      /* tern.metrics.log.interval.ms; 0: never */
};

/* The table of the keys; ends with NULL. */
extern const struct tern_config_key *const mirror_own_tables[];

/* Errors: TERN_EINVALID, the first wrong key. */
int mirror_own_bind(const struct tern_config *config, struct mirror_own *ret_own,
                    struct tern_error *err) MUST_CHECK;
