/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * admin - blocking admin calls, each with a deadline. Peer: org.apache.kafka.clients.admin.
 *
 * A call fails as a whole with TERN_ETIMEOUT or TERN_ERETRIABLE (cluster not reached),
 * TERN_EINVALID (not authorised, not supported by the broker); what is per topic or per group
 * comes with an error of its own in the result. Results are owned by the caller. One admin may
 * be used by several threads at once.
 *
 * librdkafka's blocking calls cannot be woken: they are made in steps, short ones while no broker
 * can be reached, longer ones (5 s at most) while one is there but slow.
 */
#include "lib/base/macros.h"

#include <stdbool.h>
#include <stdint.h>

#include <tern/config.h>
#include <tern/error.h>

struct admin;

int admin_open(const struct tern_config *java, struct admin **ret_admin,
               struct tern_error *err) MUST_CHECK;
/* NULL is a no-op. No call may be under way. */
void admin_free(struct admin *a);
/*
 * Between admin_rest() and admin_wake() the admin has no connections and no threads, and takes no
 * calls but admin_cancel() and admin_free(). For an admin with one user, on that one's thread.
 */
void admin_rest(struct admin *a);
int admin_wake(struct admin *a, struct tern_error *err) MUST_CHECK;
/*
 * Makes calls under way fail soon, and later ones at once, with TERN_ERETRIABLE: for good. NULL is
 * a no-op. Takes no lock. Thread: any.
 */
void admin_cancel(struct admin *a);

/* The cluster's id; the caller frees *ret_id. Also the way to find out whether a cluster answers.
 */
int admin_cluster_id(struct admin *a, int64_t deadline_ms, char **ret_id,
                     struct tern_error *err) MUST_CHECK;

/* ---- topics ---- */

struct admin_topic {
    char *name;
    int32_t partitions; /* 0 when error is set */
    bool internal;      /* __consumer_offsets and the like */
    char *error;        /* NULL: none; e.g. not authorised */
};

struct admin_topics {
    struct admin_topic *at; /* sorted by name */
    size_t count;
};

/* All topics of the cluster, or of one name only (a missing topic gives count 0, and is not
 * created). */
int admin_list_topics(struct admin *a, const char *only, int64_t deadline_ms,
                      struct admin_topics *ret_topics, struct tern_error *err) MUST_CHECK;
const struct admin_topic *admin_topics_find(const struct admin_topics *topics, const char *name);
void admin_topics_fini(struct admin_topics *topics);

/* The outcome for one topic or group. */
struct admin_outcome {
    int kafka_error; /* 0, or Kafka's error code (librdkafka's own codes are negative) */
    char *message;   /* NULL without error */
};
void admin_outcomes_free(struct admin_outcome *outcomes, size_t count);

/* Kafka's error codes that callers tell apart. */
enum {
    ADMIN_TOPIC_ALREADY_EXISTS = 36,
    ADMIN_INVALID_PARTITIONS = 37,
    ADMIN_INVALID_REPLICATION_FACTOR = 38,
    ADMIN_INVALID_CONFIG = 40,
    ADMIN_UNSUPPORTED_VERSION = 35,
    ADMIN_TOPIC_AUTHORIZATION_FAILED = 29,
    ADMIN_GROUP_AUTHORIZATION_FAILED = 30,
    ADMIN_CLUSTER_AUTHORIZATION_FAILED = 31,
    ADMIN_UNKNOWN_MEMBER_ID = 25,
    ADMIN_GROUP_ID_NOT_FOUND = 69,
    ADMIN_UNKNOWN_TOPIC_OR_PARTITION = 3,
};

struct admin_new_topic {
    const char *name;
    int32_t partitions;         /* -1: the broker's default */
    int16_t replication_factor; /* -1: the broker's default */
    struct tern_config config;  /* topic configs */
};

/* ret_outcomes[count] is allocated; free with admin_outcomes_free(). */
int admin_create_topics(struct admin *a, const struct admin_new_topic *topics, size_t count,
                        bool validate_only, int64_t deadline_ms,
                        struct admin_outcome **ret_outcomes, struct tern_error *err) MUST_CHECK;

struct admin_new_partitions {
    const char *topic;
    int32_t total; /* partitions afterwards */
};
int admin_create_partitions(struct admin *a, const struct admin_new_partitions *topics,
                            size_t count, int64_t deadline_ms, struct admin_outcome **ret_outcomes,
                            struct tern_error *err) MUST_CHECK;

/* Kafka's ConfigSource. */
enum admin_config_source {
    ADMIN_CONFIG_UNKNOWN = 0,
    ADMIN_CONFIG_TOPIC = 1,
    ADMIN_CONFIG_DYNAMIC_BROKER = 2,
    ADMIN_CONFIG_DYNAMIC_DEFAULT_BROKER = 3,
    ADMIN_CONFIG_STATIC_BROKER = 4,
    ADMIN_CONFIG_DEFAULT = 5,
};

struct admin_config {
    char *name;
    char *value; /* NULL when sensitive */
    enum admin_config_source source;
    bool read_only, sensitive, is_default;
};
struct admin_topic_configs {
    char *topic;
    struct admin_config *configs;
    size_t count;
    struct admin_outcome outcome;
};

/* One result per topic, in the order asked; free with admin_topic_configs_free(). */
int admin_describe_topics(struct admin *a, const char *const *topics, size_t count,
                          int64_t deadline_ms, struct admin_topic_configs **ret_configs,
                          struct tern_error *err) MUST_CHECK;
void admin_topic_configs_free(struct admin_topic_configs *configs, size_t count);

/* ---- ACLs of topics ---- */

/* One binding whose resource is a topic; the numbers are Kafka's codes. */
struct admin_acl {
    char *topic;
    int pattern; /* 3: LITERAL, 4: PREFIXED */
    char *principal;
    char *host;
    int operation;
    int permission;
};
struct admin_acls {
    struct admin_acl *at;
    size_t count;
    size_t cap;
};

/* Adds those of all topics. Errors: TERN_ENOTFOUND when the cluster has no authorizer. */
int admin_describe_topic_acls(struct admin *a, int64_t deadline_ms, struct admin_acls *ret_acls,
                              struct tern_error *err) MUST_CHECK;
void admin_acls_fini(struct admin_acls *acls);
/* ret_outcomes[count] is allocated; one that is there already is no error. */
int admin_create_acls(struct admin *a, const struct admin_acl *acls, size_t count,
                      int64_t deadline_ms, struct admin_outcome **ret_outcomes,
                      struct tern_error *err) MUST_CHECK;

/* ---- offsets of partitions ---- */

struct admin_partition_offset {
    const char *topic; /* borrowed from the caller */
    int32_t partition;
    int64_t offset; /* out */
};
enum admin_offset_spec {
    ADMIN_EARLIEST,
    ADMIN_LATEST
};

/*
 * Fills offset of each; read_uncommitted. Moved leaders are followed until the deadline. Fails
 * when any partition has none: TERN_ENOTFOUND when topic or partition does not exist.
 */
int admin_list_offsets(struct admin *a, enum admin_offset_spec spec,
                       struct admin_partition_offset *partitions, size_t count, int64_t deadline_ms,
                       struct tern_error *err) MUST_CHECK;

/* ---- consumer groups ---- */

struct admin_groups {
    char **names; /* sorted */
    size_t count;
    bool is_partial; /* some brokers did not answer: their groups are not among them */
};
/*
 * Groups of protocol type "consumer" or "" (classic and KIP-848) of all brokers that the cluster
 * has now; those of a broker that does not answer for some time are missing.
 */
int admin_list_groups(struct admin *a, int64_t deadline_ms, struct admin_groups *ret_groups,
                      struct tern_error *err) MUST_CHECK;
void admin_groups_fini(struct admin_groups *groups);

struct admin_group_offset {
    char *topic;
    int32_t partition;
    int64_t offset;
    char *metadata; /* never NULL */
};
struct admin_group_offsets {
    char *group;
    struct admin_group_offset *offsets; /* only those that have one */
    size_t count;
    struct admin_outcome outcome;
};
/* Committed offsets of each group, in the order asked, many requests under way at once. */
int admin_group_offsets(struct admin *a, const char *const *groups, size_t count,
                        int64_t deadline_ms, struct admin_group_offsets **ret_offsets,
                        struct tern_error *err) MUST_CHECK;
void admin_group_offsets_free(struct admin_group_offsets *offsets, size_t count);

enum admin_group_state {
    ADMIN_GROUP_UNKNOWN = 0,
    ADMIN_GROUP_PREPARING,
    ADMIN_GROUP_COMPLETING,
    ADMIN_GROUP_STABLE,
    ADMIN_GROUP_DEAD, /* also: no such group */
    ADMIN_GROUP_EMPTY,
};
struct admin_group_description {
    char *group;
    enum admin_group_state state;
    struct admin_outcome outcome;
};
int admin_describe_groups(struct admin *a, const char *const *groups, size_t count,
                          int64_t deadline_ms, struct admin_group_description **ret_groups,
                          struct tern_error *err) MUST_CHECK;
void admin_group_descriptions_free(struct admin_group_description *groups, size_t count);

/*
 * Commits offsets for a group that has no member (the broker refuses others with
 * ADMIN_UNKNOWN_MEMBER_ID). metadata of each is sent along. ret_outcome is filled with the
 * group's error or the first partition's.
 */
int admin_alter_group_offsets(struct admin *a, const char *group,
                              const struct admin_group_offset *offsets, size_t count,
                              int64_t deadline_ms, struct admin_outcome *ret_outcome,
                              struct tern_error *err) MUST_CHECK;

/* Offsets to be committed for one group. */
struct admin_group_commit {
    const char *group;
    const struct admin_group_offset *offsets;
    size_t count;                 /* 1 or more */
    struct admin_outcome outcome; /* out: the caller frees its message */
};
/* The same for many groups, many requests under way at once. */
int admin_alter_groups_offsets(struct admin *a, struct admin_group_commit *commits, size_t count,
                               int64_t deadline_ms, struct tern_error *err) MUST_CHECK;
