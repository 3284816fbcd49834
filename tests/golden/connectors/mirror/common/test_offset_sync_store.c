/* SPDX-License-Identifier: Apache-2.0 */
/* The 64 slots after every sync, and translations at every stage, as Java's OffsetSyncStore. */
#include "connectors/mirror/common/offset_sync_store.h"
#include "tests/golden/connectors/mirror/common/mirror_golden.h"

#include <inttypes.h>

#include "lib/base/xmem.h"

static json_t *root; /* set by fill(), before the tests run */

/* rows: [upstream, "none" or offset]. */
static void check_translations(const struct offset_sync_store *store, const char *name,
                               const char *when, const json_t *rows)
{
    json_t *row;
    size_t i;

    json_array_foreach((json_t *)rows, i, row)
    {
        int64_t upstream = json_integer_value(json_array_get(row, 0)), ours = 0;
        json_t *java = json_array_get(row, 1);
        bool known = offset_sync_store_translate(store, "topic", 0, upstream, &ours);

        ck_assert_msg(known == json_is_integer(java), "%s, %s: %" PRId64 " is %s", name, when,
                      upstream, known ? "known" : "not known");
        ck_assert_msg(!known || ours == json_integer_value(java),
                      "%s, %s: %" PRId64 " -> %" PRId64 ", Java: %" JSON_INTEGER_FORMAT, name, when,
                      upstream, ours, json_integer_value(java));
    }
}

/* state: null, or runs [first, last, upstream, downstream]. */
static void check_state(const struct offset_sync_store *store, const char *name, const char *when,
                        const json_t *state)
{
    struct offset_sync_slot slots[OFFSET_SYNC_STORE_SLOTS];
    bool known = offset_sync_store_slots(store, "topic", 0, slots);
    json_t *row;
    size_t i;

    ck_assert_msg(known == json_is_array(state), "%s, %s: %s", name, when,
                  known ? "has syncs" : "has none");
    json_array_foreach((json_t *)state, i, row)
    {
        json_int_t first = json_integer_value(json_array_get(row, 0));
        json_int_t last = json_integer_value(json_array_get(row, 1));

        for (json_int_t s = first; s <= last; s++) {
            ck_assert_msg(slots[s].upstream_offset == json_integer_value(json_array_get(row, 2)) &&
                              slots[s].downstream_offset ==
                                  json_integer_value(json_array_get(row, 3)),
                          "%s, %s: slot %d holds %" PRId64 " -> %" PRId64, name, when, (int)s,
                          slots[s].upstream_offset, slots[s].downstream_offset);
            ck_assert_int_eq(slots[s].run, slots[first].run);
        }
    }
}

/* A step is a sync [upstream, downstream], or has what is expected after it beside it. */
static void feed(struct offset_sync_store *store, const char *name, const json_t *syncs)
{
    json_t *step;
    size_t i;

    json_array_foreach((json_t *)syncs, i, step)
    {
        json_t *sync = json_is_array(step) ? step : golden_get(step, "sync");
        json_t *translate = json_object_get(step, "translate");
        json_t *state = json_object_get(step, "state");
        CLEANUP(freep) char *when = xasprintf("sync %zu", i);

        offset_sync_store_add(store, slice_str("topic"), 0,
                              json_integer_value(json_array_get(sync, 0)),
                              json_integer_value(json_array_get(sync, 1)));
        if (state)
            check_state(store, name, when, state);
        if (translate)
            check_translations(store, name, when, translate);
    }
}

START_TEST(scenarios)
{
    json_t *scenario;
    size_t i;

    json_array_foreach(golden_get(root, "scenarios"), i, scenario)
    {
        const char *name = golden_text(scenario, "name");
        struct offset_sync_store *store = offset_sync_store_new();

        check_translations(store, name, "before", golden_get(scenario, "translate_before_start"));
        offset_sync_store_start(store,
                                golden_true(scenario, "start_arg_initializationMustReadToEnd"));
        feed(store, name, golden_get(scenario, "startup_syncs"));
        check_translations(store, name, "during",
                           golden_get(scenario, "translate_during_startup_read"));
        offset_sync_store_end_reached(store);
        check_state(store, name, "started", golden_get(scenario, "state_after_start"));
        check_translations(store, name, "started", golden_get(scenario, "translate_after_start"));
        feed(store, name, golden_get(scenario, "live_syncs"));
        check_state(store, name, "at the end", golden_get(scenario, "final_state"));
        check_translations(store, name, "at the end", golden_get(scenario, "final_translate"));
        offset_sync_store_free(store);
    }
    ck_assert_uint_eq(i, 19);
}
END_TEST

static void fill(Suite *suite)
{
    root = test_json("tests/golden/connectors/mirror/common/offset-sync-store.json");
    test_add(suite, scenarios);
}

TEST_MAIN("offset_sync_store", fill)
