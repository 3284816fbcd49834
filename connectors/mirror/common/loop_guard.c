/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/loop_guard.h"

#include <string.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"

bool loop_guard_keeps_names(const struct replication_policy *policy, const char *source_alias)
{
    CLEANUP(freep) char *remote = replication_policy_format_remote(policy, source_alias, "x");

    return strcmp(remote, "x") == 0;
}

bool loop_guard_is_runaway(const struct replication_policy *policy, const char *source_alias,
                           const char *topic)
{
    CLEANUP(freep) char *once = replication_policy_format_remote(policy, source_alias, "");
    CLEANUP(freep) char *twice = replication_policy_format_remote(policy, source_alias, once);

    return *once && str_starts_with(topic, twice);
}

bool loop_guard_has_been(struct slice value, const char *source_alias, const char *target_alias)
{
    return slice_equal(value, slice_str(source_alias)) ||
           slice_equal(value, slice_str(target_alias));
}
