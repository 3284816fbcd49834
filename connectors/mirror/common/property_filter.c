/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/property_filter.h"

#include <string.h>

#include "connectors/mirror/common/name_filter.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"

struct property_filter {
    struct name_filter *names;
    bool copies_defaults; /* use.defaults.from=source */
};

static const struct name_filter_list no_list;
static const struct name_filter_list exclude_list = {"config.properties.exclude",
                                                     PROPERTY_FILTER_EXCLUDE_DEFAULT};

int property_filter_new(const struct tern_config *config, struct property_filter **ret_filter,
                        struct tern_error *err)
{
    const char *class_name = config_get(config, "config.property.filter.class");
    CLEANUP(freep) char *defaults_from = config_trim(config_get(config, "use.defaults.from"));
    struct name_filter *names;

    if (class_name && !name_filter_is_class(class_name, PROPERTY_FILTER_DEFAULT))
        return name_filter_unknown_class("config.property.filter.class", class_name,
                                         PROPERTY_FILTER_DEFAULT, err);
    if (name_filter_new(config, no_list, exclude_list, &names, err) < 0)
        return -1;
    *ret_filter = xcalloc(1, sizeof(**ret_filter));
    (*ret_filter)->names = names;
    (*ret_filter)->copies_defaults = defaults_from && strcmp(defaults_from, "source") == 0;
    return 0;
}

void property_filter_free(struct property_filter *filter)
{
    if (!filter)
        return;
    name_filter_free(filter->names);
    free(filter);
}

void property_filter_freep(struct property_filter **filter)
{
    property_filter_free(*filter);
}

bool property_filter_replicates(const struct property_filter *filter, const char *property)
{
    return !name_filter_excludes(filter->names, property);
}

bool property_filter_replicates_source_default(const struct property_filter *filter,
                                               const char *property)
{
    (void)property; /* Java asks for each; its filter answers the same for all */
    return filter->copies_defaults;
}
