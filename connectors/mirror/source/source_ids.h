/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * source_ids - reads and writes the topic of source_id_record.h. Clients are open for the time of
 * a call only: both are rare. Thread: one, but for source_ids_cancel().
 */
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/source_id_record.h"

struct source_ids;

/* settings are a task's; both are borrowed. Opens nothing. */
struct source_ids *source_ids_new(const struct mirror_settings *settings, const char *connector);
/* The call under way, and all later ones, fail soon. Thread: any. */
void source_ids_cancel(struct source_ids *ids);
/* NULL is a no-op. */
void source_ids_free(struct source_ids *ids);

/*
 * Reads the topic to its end. Errors: TERN_ENOTFOUND: there is no such topic; TERN_EINVALID: it
 * cannot be used; the target cannot be reached.
 */
int source_ids_load(struct source_ids *ids, int64_t deadline_ms, struct tern_error *err) MUST_CHECK;
/* What is stored of a partition of this connector; NULL: nothing. Borrowed until the next call. */
const struct source_id *source_ids_find(struct source_ids *ids, const char *topic,
                                        int32_t partition);

struct source_id_entry {
    const char *topic;
    int32_t partition;
    struct source_id id;
};
/* Writes, and remembers. Errors: as before; the target refuses a record. */
int source_ids_store(struct source_ids *ids, const struct source_id_entry *entries, size_t count,
                     int64_t deadline_ms, struct tern_error *err) MUST_CHECK;
