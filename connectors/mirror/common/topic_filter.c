/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/topic_filter.h"

#include "connectors/mirror/common/name_filter.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"

/* There is one kind of filter: it is the list of patterns. */
struct topic_filter {
    struct name_filter *names;
};

static const struct name_filter_list include_list = {"topics", ".*"};
static const struct name_filter_list exclude_list = {"topics.exclude",
                                                     TOPIC_FILTER_EXCLUDE_DEFAULT};

int topic_filter_new(const struct tern_config *config, struct topic_filter **ret_filter,
                     struct tern_error *err)
{
    const char *class_name = config_get(config, "topic.filter.class");
    struct name_filter *names;

    if (class_name && !name_filter_is_class(class_name, TOPIC_FILTER_DEFAULT))
        return name_filter_unknown_class("topic.filter.class", class_name, TOPIC_FILTER_DEFAULT,
                                         err);
    if (name_filter_new(config, include_list, exclude_list, &names, err) < 0)
        return -1;
    *ret_filter = xcalloc(1, sizeof(**ret_filter));
    (*ret_filter)->names = names;
    return 0;
}

void topic_filter_free(struct topic_filter *filter)
{
    if (!filter)
        return;
    name_filter_free(filter->names);
    free(filter);
}

void topic_filter_freep(struct topic_filter **filter)
{
    topic_filter_free(*filter);
}

bool topic_filter_includes(const struct topic_filter *filter, const char *topic)
{
    return name_filter_includes(filter->names, topic);
}
