/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * config_store - the config topic: replayed into a cluster_state, written by the operations of
 * spec connect-distributed.md 5.5. Peer: org.apache.kafka.connect.storage.KafkaConfigBackingStore.
 *
 * Threads: the log's thread applies records behind the store's lock and calls the listener,
 * which only stages and wakes; any thread may take snapshots and write.
 */
#include "lib/kafka/topic_log.h"
#include "worker/store/cluster_state.h"

struct config_store;

struct restart_request {
    const char *connector;
    bool include_tasks, only_failed;
};

/* Every member is called on the log's thread, and only after config_store_open() has returned. */
struct config_listener {
    void (*connector_removed)(void *arg, const char *connector);
    void (*connector_updated)(void *arg, const char *connector);
    /* A commit was read; applied: task configs of it took effect (ids 0..count-1 of the connector).
     */
    void (*tasks_updated)(void *arg, const char *connector, int32_t count, bool applied);
    void (*target_state_changed)(void *arg, const char *connector);
    void (*session_key_updated)(void *arg);
    void (*restart_requested)(void *arg, const struct restart_request *request);
    void (*logger_level)(void *arg, const char *logger, const char *level);
};

struct config_store_conf {
    const char *topic;
    struct tern_config consumer, producer; /* Java settings */
    /* Java settings of the leader's producer, transactional.id among them: what only a leader
     * writes is then written in transactions. count 0: plainly, by the producer. */
    struct tern_config leader;
    struct admin *admin; /* borrowed */
    const struct config_listener *listener;
    void *arg;
    const bool *cancel; /* NULL, or set once to make waiting calls give up; outlives the store */
};

/*
 * Reads the topic to its end. The topic is there already (internal_topics). Errors: TERN_EINVALID
 * for more than one partition (peer text), TERN_ETIMEOUT.
 */
int config_store_open(const struct config_store_conf *conf, int64_t deadline_ms,
                      struct config_store **ret_store, struct tern_error *err) MUST_CHECK;
void config_store_free(struct config_store *s);

/* The state now; the caller unrefs. Thread: any. */
const struct cluster_state *config_store_snapshot(struct config_store *s);
/* Reads to the end of the topic. Thread: any but the log's. */
int config_store_refresh(struct config_store *s, int64_t deadline_ms,
                         struct tern_error *err) MUST_CHECK;

/*
 * Claims the right to write what only a leader writes, and takes it from whoever had it: when the
 * worker has come to lead, and when config_store_has_claim() says that it was lost. Thread: the one
 * that writes. Errors: as txn_writer_open().
 */
int config_store_claim(struct config_store *s, int64_t deadline_ms,
                       struct tern_error *err) MUST_CHECK;
/* Always true without a leader's producer. Thread: the one that writes. */
bool config_store_has_claim(const struct config_store *s);

/*
 * All of these block until written and, where the spec says so, read back; at most 30 s. Failures
 * are logged, the caller gets the peer's text alone. Errors: TERN_ETIMEOUT, TERN_ERETRIABLE,
 * TERN_EINTERNAL; TERN_EINVALID, with a text of its own, for what is not UTF-8 or too large.
 * With a leader's producer, all but target states and logger levels are written by one thread, and
 * a failure of that producer loses the claim.
 */
int config_store_put_connector(struct config_store *s, const char *connector,
                               const struct tern_config *config, const enum target_state *target,
                               struct tern_error *err) MUST_CHECK;
int config_store_remove_connector(struct config_store *s, const char *connector,
                                  struct tern_error *err) MUST_CHECK;
int config_store_put_tasks(struct config_store *s, const char *connector,
                           struct config_ref *const *tasks, int32_t count,
                           struct tern_error *err) MUST_CHECK;
int config_store_put_target_state(struct config_store *s, const char *connector,
                                  enum target_state state, struct tern_error *err) MUST_CHECK;
int config_store_put_restart(struct config_store *s, const struct restart_request *request,
                             struct tern_error *err) MUST_CHECK;
int config_store_put_session_key(struct config_store *s, const struct session_key *key,
                                 struct tern_error *err) MUST_CHECK;
int config_store_put_task_count(struct config_store *s, const char *connector, int32_t count,
                                struct tern_error *err) MUST_CHECK;
int config_store_put_logger_level(struct config_store *s, const char *logger, const char *level,
                                  struct tern_error *err) MUST_CHECK;
