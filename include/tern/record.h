/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * record - what a source task hands to the worker.
 *
 * A batch is borrowed by the worker until it calls release(): payloads are never
 * copied between the task and the producer, so everything that a record points to
 * stays as it is until then. Peer: org.apache.kafka.connect.source.SourceRecord.
 */
#include <tern/data.h>

/*
 * A source partition, interned by the host: its offset key is built once and not
 * per record. From tern_host.source_partition(); lives as long as the task instance.
 */
struct tern_source_partition;

struct tern_source_record {
    const char *topic;
    int32_t partition;    /* -1: the producer's partitioner chooses by key */
    int64_t timestamp_ms; /* -1: none, the producer takes its own time */
    struct tern_value key;
    struct tern_value value;
    const struct tern_header *headers;
    size_t header_count;

    struct tern_source_partition *source; /* NULL: the record carries no offset */
    int64_t offset;                       /* {"<offset name of source>": offset} */
    const char *offset_json;              /* when not NULL, the whole offset as a JSON object */
    void *cookie;                         /* the plugin's own */
};

struct tern_source_batch {
    struct tern_source_record *records;
    size_t count;
    /* Thread: task. Called once, after every record was acknowledged, dropped, or given up. */
    void (*release)(struct tern_source_batch *batch);
    void *cookie; /* the plugin's own */
};

/* Where the target put a record. */
struct tern_record_metadata {
    int32_t partition;
    int64_t offset; /* -1: the broker did not say (acks=0) */
};
