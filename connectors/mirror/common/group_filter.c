/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/group_filter.h"

#include "connectors/mirror/common/name_filter.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"

/* There is one kind of filter: it is the list of patterns. */
struct group_filter {
    struct name_filter *names;
};

static const struct name_filter_list include_list = {"groups", ".*"};
static const struct name_filter_list exclude_list = {"groups.exclude",
                                                     GROUP_FILTER_EXCLUDE_DEFAULT};

int group_filter_new(const struct tern_config *config, struct group_filter **ret_filter,
                     struct tern_error *err)
{
    const char *class_name = config_get(config, "group.filter.class");
    struct name_filter *names;

    if (class_name && !name_filter_is_class(class_name, GROUP_FILTER_DEFAULT))
        return name_filter_unknown_class("group.filter.class", class_name, GROUP_FILTER_DEFAULT,
                                         err);
    if (name_filter_new(config, include_list, exclude_list, &names, err) < 0)
        return -1;
    *ret_filter = xcalloc(1, sizeof(**ret_filter));
    (*ret_filter)->names = names;
    return 0;
}

void group_filter_free(struct group_filter *filter)
{
    if (!filter)
        return;
    name_filter_free(filter->names);
    free(filter);
}

void group_filter_freep(struct group_filter **filter)
{
    group_filter_free(*filter);
}

bool group_filter_includes(const struct group_filter *filter, const char *group)
{
    return name_filter_includes(filter->names, group);
}
