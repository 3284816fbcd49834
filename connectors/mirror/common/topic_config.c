/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/topic_config.h"

#include <string.h>

bool topic_config_is_eligible(const struct admin_config *entry,
                              const struct property_filter *filter)
{
    return !entry->read_only && !entry->sensitive && entry->source != ADMIN_CONFIG_STATIC_BROKER &&
           property_filter_replicates(filter, entry->name);
}

/* Whether the entry's value is written out on the target. */
static bool is_copied(const struct admin_config *entry, const struct property_filter *filter)
{
    if (!entry->value)
        return false;
    return entry->source != ADMIN_CONFIG_DEFAULT ||
           property_filter_replicates_source_default(filter, entry->name);
}

void topic_config_for_creation(const struct admin_config *entries, size_t count,
                               const struct property_filter *filter, struct strmap *ret_config)
{
    for (size_t i = 0; i < count; i++) {
        if (topic_config_is_eligible(&entries[i], filter) && is_copied(&entries[i], filter))
            strmap_set(ret_config, entries[i].name, entries[i].value);
    }
}

size_t topic_config_for_sync(const struct admin_config *entries, size_t count,
                             const struct property_filter *filter, struct topic_config_op *ret_ops)
{
    size_t ops = 0;

    for (size_t i = 0; i < count; i++) {
        if (!topic_config_is_eligible(&entries[i], filter))
            continue;
        ret_ops[ops++] = (struct topic_config_op){
            entries[i].name, is_copied(&entries[i], filter) ? entries[i].value : NULL};
    }
    return ops;
}

/* The value that is set on the topic itself; NULL: none is. */
static const char *set_value(const struct admin_config *there, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(there[i].name, name) == 0)
            return there[i].source == ADMIN_CONFIG_TOPIC ? there[i].value : NULL;
    }
    return NULL;
}

size_t topic_config_diff(const struct topic_config_op *ops, size_t count,
                         const struct admin_config *there, size_t there_count,
                         struct topic_config_change *ret_changes)
{
    size_t changes = 0;

    for (size_t i = 0; i < count; i++) {
        const char *before = set_value(there, there_count, ops[i].name);

        if (before ? !ops[i].value || strcmp(before, ops[i].value) != 0 : ops[i].value != NULL)
            ret_changes[changes++] =
                (struct topic_config_change){ops[i].name, ops[i].value, before};
    }
    return changes;
}
