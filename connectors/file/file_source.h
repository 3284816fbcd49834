/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * file_source - lines of a file, or of standard input, as records.
 *
 * file_connector.c is the connector, file_task.c its one task, line_reader.c cuts lines. Spec:
 * connect-runtime.md 12.1. Peers: org.apache.kafka.connect.file.FileStreamSource{Connector,Task}.
 * Differences from Java: lines that a full batch has left over come with the next poll, not with
 * the next growth of the file; a stored position beyond the end of the file is waited for, not
 * spun on; a character that is not there as a whole yet is waited for; that the file is missing is
 * said once a minute; standard input stores no offset.
 */
#include <tern/plugin.h>

#define FILE_SOURCE_CONNECTOR "org.apache.kafka.connect.file.FileStreamSourceConnector"
#define FILE_SOURCE_TASK      "org.apache.kafka.connect.file.FileStreamSourceTask"
#define FILE_PARTITION_FIELD  "filename"
#define FILE_OFFSET_FIELD     "position"

extern const struct tern_source_task_class file_source_task_class;

/* tern_connector_class.alter_offsets, with the peer's texts. */
int file_alter_offsets(const struct tern_config *config, const struct tern_offset_change *changes,
                       size_t count, bool *ret_handled, struct tern_error *err);
