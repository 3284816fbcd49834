/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * outgoing - the record of a source task that is to be sent next, as it goes to the send stage:
 * checked, since plugins are input, and converted. Task thread only. Spec: connect-runtime.md 2.1.
 */
#include "lib/base/buf.h"
#include "lib/kafka/producer.h"
#include "worker/convert/converter.h"
#include "worker/task/host.h"
#include "worker/task/tolerance.h"

struct outgoing_conf {
    const char *id;    /* "c-0"; borrowed, as all below */
    struct host *host; /* whose source partitions are allowed; ends waits between attempts */
    struct tolerance *tolerance;
    struct tern_config connector_config, worker_config;
    const char *forbidden_topic; /* NULL: none */
};

struct outgoing {
    bool ready;                    /* converted, and not sent yet: the caller's to set to false */
    struct producer_record record; /* while ready; but for the value, until the next prepare */
    void *value_memory; /* from xmem, the caller's: what the value of the record needs; or NULL */

    /* its own */
    struct outgoing_conf conf;
    struct converter *key, *value, *header;
    struct producer_header *headers; /* [header_cap] */
    struct buf *header_scratch;      /* [header_cap] */
    size_t header_cap;
    struct buf key_scratch;
    char *trace; /* of the conversion under way */
};

/* Opens the converters; outgoing_fini() also after an error. Errors: TERN_EINVALID. */
int outgoing_open(struct outgoing *out, const struct outgoing_conf *conf,
                  struct tern_error *err) MUST_CHECK;
/* All zeros is a no-op. */
void outgoing_fini(struct outgoing *out);

/*
 * Makes out->record of rec. -1: it is not going to be sent; *ret_trace (the caller frees) says why
 * the task fails, or is NULL when the record was reported and is to be left out, or a stop has
 * ended an attempt. value_memory may be there in any case.
 */
int outgoing_prepare(struct outgoing *out, const struct tern_source_record *rec,
                     char **ret_trace) MUST_CHECK;

/* Where a record comes from, for reports. */
struct record_origin outgoing_origin(const struct tern_source_record *rec);
