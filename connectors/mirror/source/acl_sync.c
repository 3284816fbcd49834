/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/source/acl_sync.h"

#include <string.h>

#include "connectors/mirror/common/acl_rewrite.h"
#include "lib/base/log.h"
#include "lib/base/vec.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorSourceConnector");

enum {
    ACLS_PER_CALL = 500
};

static bool is_same(const struct admin_acl *a, const struct admin_acl *b)
{
    return a->pattern == b->pattern && a->operation == b->operation &&
           a->permission == b->permission && strcmp(a->topic, b->topic) == 0 &&
           strcmp(a->principal, b->principal) == 0 && strcmp(a->host, b->host) == 0;
}

static bool has(const struct admin_acls *acls, const struct admin_acl *acl)
{
    for (size_t i = 0; i < acls->count; i++) {
        if (is_same(&acls->at[i], acl))
            return true;
    }
    return false;
}

/* The ACL of the remote topic, unless there is none, or it is there. */
static void add_wanted(const struct acl_sync *sync, const struct admin_acl *acl,
                       const struct admin_acls *there, struct admin_acls *wanted)
{
    const struct acl_topic_binding binding = {acl->topic, acl->pattern, acl->permission,
                                              acl->operation};
    struct admin_acl copy = {.pattern = ACL_LITERAL, .permission = acl->permission};

    if (!acl_rewrite(&binding, sync->replicates(sync->arg, acl->topic), sync->policy,
                     sync->source_alias, &copy.topic, &copy.operation))
        return;
    copy.principal = xstrdup(acl->principal);
    copy.host = xstrdup(acl->host);
    if (has(there, &copy) || has(wanted, &copy)) {
        free(copy.topic);
        free(copy.principal);
        free(copy.host);
        return;
    }
    vec_push(wanted, copy);
}

static int create(const struct acl_sync *sync, const struct admin_acl *acls, size_t count,
                  int64_t deadline_ms, struct tern_error *err)
{
    struct admin_outcome *outcomes;

    if (admin_create_acls(sync->target, acls, count, deadline_ms, &outcomes, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const char *may = acls[i].permission == ACL_ALLOW ? "allow" : "deny";

        if (outcomes[i].kafka_error) {
            log_warn("Could not create an ACL of topic '%s' for %s on cluster '%s': %s",
                     acls[i].topic, acls[i].principal, sync->target_alias, outcomes[i].message);
        } else {
            log_info("Created an ACL on cluster '%s': %s %s from %s operation %d on topic '%s'",
                     sync->target_alias, may, acls[i].principal, acls[i].host, acls[i].operation,
                     acls[i].topic);
        }
    }
    admin_outcomes_free(outcomes, count);
    return 0;
}

/* The first time at INFO, then not again: every round would say it. */
static void tell_disabled(struct acl_sync *sync, const char *alias)
{
    if (!sync->told_disabled) {
        log_info("No ACLs are copied: cluster '%s' has no authorizer. Consider "
                 "sync.topic.acls.enabled=false",
                 alias);
    }
    sync->told_disabled = true;
}

int acl_sync_run(struct acl_sync *sync, int64_t deadline_ms, struct tern_error *err)
{
    CLEANUP(admin_acls_fini) struct admin_acls source = {0};
    CLEANUP(admin_acls_fini) struct admin_acls there = {0};
    CLEANUP(admin_acls_fini) struct admin_acls wanted = {0};
    struct tern_error why;

    if (admin_describe_topic_acls(sync->source, deadline_ms, &source, err) < 0) {
        if (err->code != TERN_ENOTFOUND)
            return -1;
        tell_disabled(sync, sync->source_alias);
        return 0;
    }
    if (admin_describe_topic_acls(sync->target, deadline_ms, &there, &why) < 0) {
        if (why.code == TERN_ENOTFOUND) {
            tell_disabled(sync, sync->target_alias);
            return 0;
        }
        log_debug("Could not read the target's ACLs, all are sent: %s", why.msg);
    }
    for (size_t i = 0; i < source.count; i++)
        add_wanted(sync, &source.at[i], &there, &wanted);
    for (size_t at = 0; at < wanted.count; at += ACLS_PER_CALL) {
        size_t some = wanted.count - at < ACLS_PER_CALL ? wanted.count - at : ACLS_PER_CALL;

        if (create(sync, wanted.at + at, some, deadline_ms, err) < 0)
            return -1;
    }
    return 0;
}
