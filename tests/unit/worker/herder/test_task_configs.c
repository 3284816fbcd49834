/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/task_configs.h"

#include "lib/base/xmem.h"
#include "tests/lib/testing.h"

static struct config_ref *config_of(const char *const *pairs)
{
    struct strmap map = STRMAP_INIT;

    for (; pairs[0]; pairs += 2)
        strmap_set(&map, pairs[0], pairs[1]);
    return config_ref_new(&map);
}

#define CONFIG(...) config_of((const char *const[]){__VA_ARGS__, NULL})

START_TEST(what_is_added_and_put_back)
{
    struct config_ref *raw = CONFIG("name", "c", "topics", "a,b", "pw", "${file:/s:pw}", "unused",
                                    "${env:X}", "plain", "1");
    struct config_ref *task = CONFIG("pw", "secret", "plain", "2", "own", "3");
    const struct tern_config view = config_ref_config(task), connector = config_ref_config(raw);
    CLEANUP(task_configs_fini) struct task_configs built = {0};
    struct config_ref *wanted =
        CONFIG("pw", "${file:/s:pw}", "plain", "2", "own", "3", "task.class", "T", "topics", "a,b");
    struct tern_config got, right = config_ref_config(wanted);

    task_configs_build(&view, 1, "T", &connector, &built);
    ck_assert_int_eq(built.count, 1);
    got = config_ref_config(built.at[0]);
    ck_assert(config_equal(&got, &right));
    config_ref_unref(raw);
    config_ref_unref(task);
    config_ref_unref(wanted);
}
END_TEST

static const struct {
    const char *name;
    int32_t stored, now; /* counts; stored -1: no commit */
    bool differs, inconsistent, unknown_applied, other_applied;
    bool changed;
} rows[] = {
    {"nothing", 2, 2, false, false, false, false, false},
    {"more", 2, 3, false, false, false, false, true},
    {"fewer", 2, 1, false, false, false, false, true},
    {"another value", 2, 2, true, false, false, false, true},
    {"torn commit", 2, 2, false, true, false, false, true},
    {"no commit, no tasks, never applied", -1, 0, false, false, true, false, true},
    {"no tasks, as before", 0, 0, false, false, false, false, false},
    {"connector changed", 2, 2, false, false, false, true, true},
    {"applied unknown", 2, 2, false, false, true, false, true},
};

START_TEST(changes)
{
    struct config_ref *tasks[3], *applied = CONFIG("k", "v");
    struct config_ref *other = CONFIG("k", "w");
    struct config_ref *fresh[3];
    struct connector_state stored = {.name = "c", .task_count = rows[_i].stored};
    const struct task_configs configs = {fresh, rows[_i].now};
    const struct tern_config was = config_ref_config(applied);
    const struct tern_config is = config_ref_config(rows[_i].other_applied ? other : applied);

    for (int i = 0; i < 3; i++) {
        tasks[i] = CONFIG("task.class", "T", "n", i == 0 ? "0" : i == 1 ? "1" : "2");
        fresh[i] = CONFIG("task.class", "T", "n",
                          rows[_i].differs && i == 1 ? "x"
                          : i == 0                   ? "0"
                          : i == 1                   ? "1"
                                                     : "2");
    }
    stored.tasks = tasks;
    stored.tasks_known = rows[_i].stored > 0 ? rows[_i].stored : 0;
    stored.inconsistent = rows[_i].inconsistent;
    ck_assert_msg(task_configs_changed(&stored, &configs, rows[_i].unknown_applied ? NULL : &was,
                                       &is) == rows[_i].changed,
                  "%s", rows[_i].name);
    for (int i = 0; i < 3; i++) {
        config_ref_unref(tasks[i]);
        config_ref_unref(fresh[i]);
    }
    config_ref_unref(applied);
    config_ref_unref(other);
}
END_TEST

static void task_configs_suite(Suite *s)
{
    test_add(s, what_is_added_and_put_back);
    test_add_rows(s, changes, COUNT_OF(rows));
}

TEST_MAIN("task_configs", task_configs_suite)
