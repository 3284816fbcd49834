/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/tolerance.h"

#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.errors.LogReporter");

enum {
    RECORD_TEXT_MAX_BYTES = 64 * 1024,
    RETRY_MIN_MS = 300,
    DOUBLINGS_MAX = 40,
};

static const char *const stage_names[] = {"HEADER_CONVERTER", "KEY_CONVERTER", "VALUE_CONVERTER",
                                          "KAFKA_PRODUCE"};

const char *tolerance_stage_name(enum tolerance_stage stage)
{
    return stage_names[stage];
}

/* ---- trying again ---- */

int64_t tolerance_delay_ms(const struct tolerance *t, unsigned attempt, uint32_t random)
{
    unsigned doublings = attempt - 1 < DOUBLINGS_MAX ? attempt - 1 : DOUBLINGS_MAX;
    int64_t delay_ms = (int64_t)RETRY_MIN_MS << doublings, max_ms = t->retry_delay_max_ms;

    if (delay_ms <= max_ms)
        return delay_ms;
    return max_ms > 0 ? (int64_t)(random % (uint64_t)max_ms) : 0;
}

int tolerance_run(const struct tolerance *t, int (*op)(void *arg, struct tern_error *err),
                  void *arg, tolerance_wait *wait, void *wait_arg, struct tern_error *err)
{
    int64_t deadline_ms = FOREVER_MS;

    for (unsigned attempt = 1;; attempt++) {
        int64_t delay_ms;

        if (op(arg, err) == 0)
            return 0;
        if (err->code != TERN_ERETRIABLE)
            return -1;
        if (attempt == 1 && t->retry_timeout_ms >= 0) /* who succeeds reads no clock */
            deadline_ms = clock_deadline_ms(t->retry_timeout_ms);
        if (clock_mono_ms() >= deadline_ms)
            return -1;
        delay_ms = tolerance_delay_ms(t, attempt, (uint32_t)clock_mono_ms() * 2654435761u);
        if (wait(wait_arg, clock_left_ms(deadline_ms, delay_ms)))
            return -1;
    }
}

/* ---- telling ---- */

void tolerance_report(const struct tolerance *t, enum tolerance_stage stage, const char *class_name,
                      const struct tern_source_record *record, const struct record_origin *origin,
                      const char *error)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(RECORD_TEXT_MAX_BYTES);

    if (!t->log)
        return;
    if (t->log_record) {
        buf_add_str(&text, ", where source record is = ");
        record_text(&text, record, origin);
    }
    log_error("Error encountered in task %s. Executing stage '%s' with class '%s'%s.: %s", t->id,
              stage_names[stage], class_name, buf_str(&text), error); /* peer text */
}
