/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/acl_rewrite.h"

bool acl_rewrite(const struct acl_topic_binding *binding, bool replicates,
                 const struct replication_policy *policy, const char *source_alias,
                 char **ret_topic, int *ret_operation)
{
    bool allows = binding->permission == ACL_ALLOW;

    if (binding->pattern != ACL_LITERAL || (allows && binding->operation == ACL_WRITE) ||
        !replicates)
        return false;
    *ret_topic = replication_policy_format_remote(policy, source_alias, binding->topic);
    *ret_operation = allows && binding->operation == ACL_ALL ? ACL_READ : binding->operation;
    return true;
}
