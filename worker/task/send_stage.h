/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * send_stage - what a source task needs of the thing that carries its records to the target.
 * Kafka's producer is one, open while it is needed; tests have another. Threads and results as in
 * lib/kafka/producer.h.
 */
#include "lib/kafka/producer.h"

struct send_stage;

struct send_stage_class {
    /* The payload stays the caller's until on_ack; key and headers are copied. */
    enum producer_send_result (*send)(struct send_stage *s, const struct producer_record *rec,
                                      void *opaque, struct tern_error *err);
    /* Hands acknowledgements over, waiting at most timeout_ms for the first. */
    void (*serve)(struct send_stage *s, int64_t timeout_ms);
    size_t (*unacked)(const struct send_stage *s);
    bool (*flush)(struct send_stage *s, int64_t deadline_ms);
    /* Makes serve() return soon. Thread: any. */
    void (*wake)(struct send_stage *s);
    /* Why nothing can be sent any more; NULL: it can. */
    const char *(*fatal)(struct send_stage *s);
    /* Hands over all that is unacknowledged, failed, and frees. */
    void (*close)(struct send_stage *s);

    /* ---- of a stage with transactions; NULL: it has none. As in lib/kafka/producer.h ---- */
    int (*init)(struct send_stage *s, int64_t timeout_ms, struct tern_error *err);
    int (*begin)(struct send_stage *s, struct tern_error *err);
    int (*commit)(struct send_stage *s, int64_t timeout_ms, struct tern_error *err);
    int (*abort)(struct send_stage *s, int64_t timeout_ms, struct tern_error *err);
    bool (*fenced)(struct send_stage *s);
};

struct send_stage {
    const struct send_stage_class *cls;
};

/* java: complete settings of a Kafka producer. Errors: TERN_EINVALID. */
typedef int send_stage_open_fn(const struct tern_config *java, producer_on_ack *on_ack, void *arg,
                               struct send_stage **ret_stage, struct tern_error *err);

/*
 * A producer for one task. While the process has few, it is open from here on, and what is wrong
 * with the settings is said here; else the settings are checked, and it comes with the first
 * record and goes when nothing is sent.
 */
int send_stage_open_kafka(const struct tern_config *java, producer_on_ack *on_ack, void *arg,
                          struct send_stage **ret_stage, struct tern_error *err) MUST_CHECK;
/* The same for a producer with a transactional.id among its settings: open from here on. */
int send_stage_open_transactional(const struct tern_config *java, producer_on_ack *on_ack,
                                  void *arg, struct send_stage **ret_stage,
                                  struct tern_error *err) MUST_CHECK;
/* Whether the settings can be those of a producer; opens none. Thread: any. Errors: TERN_EINVALID.
 */
int send_stage_check(const struct tern_config *java, struct tern_error *err) MUST_CHECK;
/* How many producers are open in the process. Thread: any. */
int send_stage_open_producers(void);
/* For tests: how many may be open without need, and how long another may be idle. */
void send_stage_set_limits(int at_will, int64_t idle_ms);
