/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/golden/worker/group/group_golden.h"

#include <string.h>

#include "lib/base/xmem.h"

void golden_task(const char *text, char **ret_connector, int32_t *ret_number)
{
    const char *dash = strrchr(text, '-');

    ck_assert_ptr_nonnull(dash);
    *ret_connector = xstrndup(text, (size_t)(dash - text));
    *ret_number = (int32_t)strtol(dash + 1, NULL, 10);
}

void golden_list(const json_t *row, const char *connectors, const char *tasks,
                 struct work_list *out)
{
    json_t *item;
    size_t i;

    json_array_foreach(json_object_get(row, connectors), i, item)
        work_list_add(out, json_string_value(item), WORK_CONNECTOR);
    json_array_foreach(json_object_get(row, tasks), i, item)
    {
        CLEANUP(freep) char *connector = NULL;
        int32_t number;

        golden_task(json_string_value(item), &connector, &number);
        work_list_add(out, connector, number);
    }
}

static bool is_inconsistent(const json_t *row, const char *connector)
{
    json_t *item;
    size_t i;

    json_array_foreach(json_object_get(row, "inconsistentConnectors"), i, item)
    {
        if (strcmp(json_string_value(item), connector) == 0)
            return true;
    }
    return false;
}

void golden_configured(const json_t *row, struct work *out)
{
    const char *connector;
    json_t *tasks;

    json_object_foreach(json_object_get(row, "configured"), connector, tasks)
    {
        work_add_connector(out, connector);
        for (int32_t i = 0; i < json_integer_value(tasks) && !is_inconsistent(row, connector); i++)
            work_add_task(out, connector, i);
    }
}

static char *text_of(const struct work_list *l)
{
    struct buf text = BUF_INIT(1 << 20);

    for (size_t i = 0; i < l->connectors.count; i++)
        buf_add_fmt(&text, " %s", l->connectors.at[i].connector);
    for (size_t i = 0; i < l->tasks.count; i++)
        buf_add_fmt(&text, " %s-%d", l->tasks.at[i].connector, (int)l->tasks.at[i].task);
    return buf_take_str(&text);
}

void golden_same_list(const char *what, const struct work_list *ours,
                      const struct work_list *theirs)
{
    CLEANUP(freep) char *mine = text_of(ours);
    CLEANUP(freep) char *other = text_of(theirs);

    ck_assert_msg(strcmp(mine, other) == 0, "%s: ours is%s, theirs is%s", what, mine, other);
}

int64_t golden_number(const json_t *row, const char *name)
{
    const json_t *value = json_object_get(row, name);

    ck_assert_msg(json_is_integer(value), "a golden row has no number '%s'", name);
    return json_integer_value(value);
}
