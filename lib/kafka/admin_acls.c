/* SPDX-License-Identifier: Apache-2.0 */
/* admin_acls - reading and creating the ACLs of topics. */
#include <string.h>

#include "lib/base/vec.h"
#include "lib/kafka/admin_priv.h"
#include "lib/kafka/client_conf.h"

static void acl_add(struct admin_acls *acls, const rd_kafka_AclBinding_t *binding)
{
    vec_push(acls, (struct admin_acl){
                       .topic = xstrdup(rd_kafka_AclBinding_name(binding)),
                       .pattern = (int)rd_kafka_AclBinding_resource_pattern_type(binding),
                       .principal = xstrdup(rd_kafka_AclBinding_principal(binding)),
                       .host = xstrdup(rd_kafka_AclBinding_host(binding)),
                       .operation = (int)rd_kafka_AclBinding_operation(binding),
                       .permission = (int)rd_kafka_AclBinding_permission_type(binding),
                   });
}

void admin_acls_fini(struct admin_acls *acls)
{
    for (size_t i = 0; i < acls->count; i++) {
        free(acls->at[i].topic);
        free(acls->at[i].principal);
        free(acls->at[i].host);
    }
    vec_fini(acls);
}

int admin_describe_topic_acls(struct admin *a, int64_t deadline_ms, struct admin_acls *ret_acls,
                              struct tern_error *err)
{
    static const char what[] = "describing ACLs";
    CLEANUP(admin_call_fini)
    struct admin_call call = admin_call_new(a->rk, RD_KAFKA_ADMIN_OP_DESCRIBEACLS, deadline_ms);
    rd_kafka_event_t *event;
    rd_kafka_AclBindingFilter_t *filter;
    const rd_kafka_AclBinding_t **found;
    rd_kafka_resp_err_t code;
    size_t count;
    int rc = 0;
    char text[256];

    filter = rd_kafka_AclBindingFilter_new(
        RD_KAFKA_RESOURCE_TOPIC, NULL, RD_KAFKA_RESOURCE_PATTERN_ANY, NULL, NULL,
        RD_KAFKA_ACL_OPERATION_ANY, RD_KAFKA_ACL_PERMISSION_TYPE_ANY, text, sizeof(text));
    rd_kafka_DescribeAcls(a->rk, filter, call.options, call.queue);
    rd_kafka_AclBinding_destroy(filter);
    event = admin_poll(a, call.queue, deadline_ms);
    if (!event)
        return admin_fail(a, what, RD_KAFKA_RESP_ERR__TIMED_OUT, NULL, call.timeout_ms, err);
    code = rd_kafka_event_error(event);
    if (code == RD_KAFKA_RESP_ERR_SECURITY_DISABLED) {
        rc = tern_fail(err, TERN_ENOTFOUND, "%s: cluster at '%s' has no authorizer", what,
                       a->bootstrap);
    } else if (code) {
        rc = admin_fail(a, what, code, rd_kafka_event_error_string(event), call.timeout_ms, err);
    } else {
        found =
            rd_kafka_DescribeAcls_result_acls(rd_kafka_event_DescribeAcls_result(event), &count);
        for (size_t i = 0; i < count; i++)
            acl_add(ret_acls, found[i]);
    }
    rd_kafka_event_destroy(event);
    return rc;
}

static int make_bindings(const struct admin_acl *acls, size_t count, rd_kafka_AclBinding_t **made,
                         struct tern_error *err)
{
    char text[256];

    for (size_t i = 0; i < count; i++) {
        const struct admin_acl *acl = &acls[i];

        made[i] = rd_kafka_AclBinding_new(
            RD_KAFKA_RESOURCE_TOPIC, acl->topic, (rd_kafka_ResourcePatternType_t)acl->pattern,
            acl->principal, acl->host, (rd_kafka_AclOperation_t)acl->operation,
            (rd_kafka_AclPermissionType_t)acl->permission, text, sizeof(text));
        if (!made[i])
            return tern_fail(err, TERN_EINVALID, "ACL of topic '%s': %s", acl->topic, text);
    }
    return 0;
}

int admin_create_acls(struct admin *a, const struct admin_acl *acls, size_t count,
                      int64_t deadline_ms, struct admin_outcome **ret_outcomes,
                      struct tern_error *err)
{
    CLEANUP(admin_call_fini)
    struct admin_call call = admin_call_new(a->rk, RD_KAFKA_ADMIN_OP_CREATEACLS, deadline_ms);
    CLEANUP(admin_event_destroyp) rd_kafka_event_t *event = NULL;
    CLEANUP(freep)
    rd_kafka_AclBinding_t **made = xcalloc(count, sizeof(rd_kafka_AclBinding_t *));
    const rd_kafka_acl_result_t **results;
    struct admin_outcome *outcomes;
    size_t answers;
    int rc = make_bindings(acls, count, made, err);

    if (rc == 0 && count)
        rd_kafka_CreateAcls(a->rk, made, count, call.options, call.queue);
    for (size_t i = 0; i < count && made[i]; i++)
        rd_kafka_AclBinding_destroy(made[i]);
    if (rc < 0 || (count && admin_call_wait(a, &call, "creating ACLs", &event, err) < 0))
        return -1;
    outcomes = xcalloc(count, sizeof(*outcomes));
    results =
        count ? rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event), &answers)
              : NULL;
    for (size_t i = 0; i < count; i++) {
        const rd_kafka_error_t *e = i < answers ? rd_kafka_acl_result_error(results[i]) : NULL;

        outcomes[i] = i >= answers
                          ? admin_outcome_of(RD_KAFKA_RESP_ERR__FAIL, "the broker did not answer")
                          : admin_outcome_of(e ? rd_kafka_error_code(e) : 0,
                                             e ? rd_kafka_error_string(e) : NULL);
    }
    *ret_outcomes = outcomes;
    return 0;
}
