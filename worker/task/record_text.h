/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * record_text - a record as Java's SourceRecord.toString() shows it, for log lines. Spec:
 * connect-runtime.md A.3. Bytes show their size. Thread: any.
 */
#include "lib/base/buf.h"

#include <tern/record.h>

/* Where a record comes from; key NULL: from nowhere. */
struct record_origin {
    const char *key;         /* the offset key, ["c",{...}] */
    const char *offset_name; /* of record.offset */
};

void record_text(struct buf *out, const struct tern_source_record *record,
                 const struct record_origin *origin);
