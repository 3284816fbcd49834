/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/name_filter.h"

#include <string.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"
#include "lib/conf/regex.h"

struct name_filter {
    struct regex *include; /* NULL: matches nothing */
    struct regex *exclude;
};

/* Java's own table of the filter has these keys: repeated items are dropped, empty ones refused. */
static int check_items(const char *key, struct config_value *items, struct tern_error *err)
{
    config_value_remove_duplicates(items);
    for (size_t i = 0; i < items->count; i++) {
        if (!items->items[i][0]) {
            return tern_fail(err, TERN_EINVALID, "Configuration '%s' values must not be empty.",
                             key); /* peer text */
        }
    }
    return 0;
}

static int compile(const struct tern_config *config, struct name_filter_list list,
                   struct regex **ret_regex, struct tern_error *err)
{
    const struct tern_config_entry *entry;
    CLEANUP(config_value_fini) struct config_value items = CONFIG_VALUE_INIT;

    if (!list.key)
        return 0;
    entry = config_find(config, list.key);
    if (config_value_parse(list.key, TERN_LIST, entry ? entry->value : list.fallback, &items, err) <
        0)
        return -1;
    if (items.is_null) {
        return tern_fail(err, TERN_EINVALID, "Configuration '%s' values must not be null.",
                         list.key); /* peer text */
    }
    if (check_items(list.key, &items, err) < 0)
        return -1;
    if (regex_compile_list((const char *const *)items.items, items.count, ret_regex, err) < 0)
        return tern_context(err, "configuration '%s'", list.key);
    return 0;
}

int name_filter_new(const struct tern_config *config, struct name_filter_list include,
                    struct name_filter_list exclude, struct name_filter **ret_filter,
                    struct tern_error *err)
{
    struct name_filter *filter = xcalloc(1, sizeof(*filter));

    if (compile(config, include, &filter->include, err) < 0 ||
        compile(config, exclude, &filter->exclude, err) < 0) {
        name_filter_free(filter);
        return -1;
    }
    *ret_filter = filter;
    return 0;
}

void name_filter_free(struct name_filter *filter)
{
    if (!filter)
        return;
    regex_free(filter->include);
    regex_free(filter->exclude);
    free(filter);
}

bool name_filter_excludes(const struct name_filter *filter, const char *name)
{
    return filter->exclude && regex_matches(filter->exclude, name);
}

bool name_filter_includes(const struct name_filter *filter, const char *name)
{
    return filter->include && regex_matches(filter->include, name) &&
           !name_filter_excludes(filter, name);
}

bool name_filter_is_class(const char *class_name, const char *java_name)
{
    CLEANUP(freep) char *given = config_trim(class_name);
    const char *dot = strrchr(java_name, '.');

    return strcmp(given, java_name) == 0 || (dot && strcmp(given, dot + 1) == 0);
}

int name_filter_unknown_class(const char *key, const char *class_name, const char *known,
                              struct tern_error *err)
{
    CLEANUP(freep) char *given = config_trim(class_name);

    /* peer text */
    return tern_fail(
        err, TERN_EINVALID,
        "Invalid value %s for configuration %s: Class %s could not be found. Available: "
        "%s",
        given, key, given, known);
}
