/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/assign_incremental.h"

#include <math.h>
#include <string.h>

#include "worker/group/assign_table.h"

/* Work taken back from one member after another: the wait grows by this factor (KAFKA-12495). */
#define BACKOFF_FACTOR 40.0

/* One member in one round. */
struct seat {
    const char *id;
    struct assign_ids owned[ASSIGN_KINDS];  /* as reported, without what is no more configured */
    struct assign_ids next[ASSIGN_KINDS];   /* what it will hold */
    struct assign_ids revoke[ASSIGN_KINDS]; /* what is taken from it */
};

struct run {
    struct assign_incremental *a;
    const struct assign_round *round;
    struct assign_table table;
    struct seat *seats; /* [round->member_count] */
    struct assign_ids lost[ASSIGN_KINDS];
    struct assign_ids created[ASSIGN_KINDS];
    bool reassign_lost; /* give lost work out like what was created */
};

static void drop_texts(char **texts, size_t *count)
{
    while (*count)
        free(texts[--*count]);
}

void assign_incremental_init(struct assign_incremental *a, int64_t max_delay_ms)
{
    *a = (struct assign_incremental){.max_delay_ms = max_delay_ms, .generation = -1};
}

void assign_incremental_fini(struct assign_incremental *a)
{
    work_fini(&a->previous);
    work_fini(&a->revoked);
    drop_texts(a->candidates.at, &a->candidates.count);
    vec_fini(&a->candidates);
    drop_texts(a->members.at, &a->members.count);
    vec_fini(&a->members);
}

int64_t assign_incremental_backoff_ms(int64_t max_delay_ms, int n)
{
    double exponent, wait;

    if (max_delay_ms <= 1)
        return max_delay_ms;
    exponent = log((double)max_delay_ms) / log(BACKOFF_FACTOR);
    wait = pow(BACKOFF_FACTOR, n < exponent ? n : exponent);
    return wait < (double)max_delay_ms ? (int64_t)wait : max_delay_ms;
}

/* ---- what is where ---- */

static void forget_candidates(struct assign_incremental *a)
{
    drop_texts(a->candidates.at, &a->candidates.count);
}

/* Members that still hold what the last round took back did not get that round. */
static void check_history(struct run *run)
{
    struct assign_table *t = &run->table;
    bool still_held = false;

    for (size_t i = 0; i < t->count; i++)
        still_held |= t->items[i].revoked && t->items[i].owners > 0;
    for (size_t i = 0; i < t->count && still_held; i++)
        t->items[i].previous = t->items[i].owners > 0;
}

/* What nobody runs: lost is what was assigned before, created is new. */
static void find_unowned(struct run *run)
{
    struct assign_table *t = &run->table;

    for (uint32_t id = 0; id < t->count; id++) {
        const struct assign_item *item = &t->items[id];
        struct assign_ids *to = item->previous ? run->lost : run->created;

        if (item->configured && item->owners == 0)
            vec_push(&to[assign_table_kind(t, id)], id);
    }
}

static void copy_ids(const struct assign_ids *from, struct assign_ids *to)
{
    for (size_t i = 0; i < from->count; i++)
        vec_push(to, from->at[i]);
}

/* Takes back what is configured no more, and what several hold from each of them. */
static void start_seat(struct run *run, struct seat *seat, enum assign_kind kind)
{
    struct assign_ids deleted = {0}, duplicated = {0};

    for (size_t i = 0; i < seat->owned[kind].count; i++) {
        uint32_t id = seat->owned[kind].at[i];
        const struct assign_item *item = &run->table.items[id];

        if (item->previous && !item->configured)
            vec_push(&deleted, id);
        else if (item->owners > 1)
            vec_push(&duplicated, id);
    }
    copy_ids(&deleted, &seat->revoke[kind]);
    copy_ids(&duplicated, &seat->revoke[kind]);
    assign_table_remove(&run->table, &seat->owned[kind], &deleted);
    copy_ids(&seat->owned[kind], &seat->next[kind]);
    assign_table_remove(&run->table, &seat->next[kind], &duplicated);
    assign_ids_fini(&deleted);
    assign_ids_fini(&duplicated);
}

static void start(struct run *run)
{
    const struct assign_round *round = run->round;

    for (size_t i = 0; i < round->member_count; i++) {
        run->seats[i].id = round->members[i].id;
        assign_table_owned(&run->table, round->members[i].owned, run->seats[i].owned);
    }
    check_history(run);
    find_unowned(run);
    for (size_t i = 0; i < round->member_count; i++) {
        start_seat(run, &run->seats[i], ASSIGN_CONNECTORS);
        start_seat(run, &run->seats[i], ASSIGN_TASKS);
    }
}

/* ---- lost work ---- */

static struct seat *seat_of(const struct run *run, const char *member)
{
    for (size_t i = 0; i < run->round->member_count; i++) {
        if (strcmp(run->seats[i].id, member) == 0)
            return &run->seats[i];
    }
    return NULL;
}

static bool has_member_left(const struct run *run)
{
    for (size_t i = 0; i < run->a->members.count; i++) {
        if (!seat_of(run, run->a->members.at[i]))
            return true;
    }
    return false;
}

static bool is_candidate(const struct assign_incremental *a, const char *member)
{
    for (size_t i = 0; i < a->candidates.count; i++) {
        if (strcmp(a->candidates.at[i], member) == 0)
            return true;
    }
    return false;
}

/* To those who came empty while the work was waited for, else to all like new work. */
static void give_to_candidates(struct run *run)
{
    VEC(struct seat *) takers = {0};

    for (size_t i = 0; i < run->a->candidates.count; i++) {
        struct seat *seat = seat_of(run, run->a->candidates.at[i]);

        if (seat)
            vec_push(&takers, seat);
    }
    run->reassign_lost = takers.count == 0;
    for (int kind = 0; kind < ASSIGN_KINDS && takers.count; kind++) {
        for (size_t i = 0; i < run->lost[kind].count; i++)
            vec_push(&takers.at[i % takers.count]->next[kind], run->lost[kind].at[i]);
    }
    vec_fini(&takers);
}

static void wait_longer(struct run *run)
{
    struct assign_incremental *a = run->a;
    int64_t left_ms = a->scheduled_ms - run->round->now_ms;

    for (size_t i = 0; i < run->round->member_count; i++) {
        const struct seat *seat = &run->seats[i];

        if (seat->next[ASSIGN_CONNECTORS].count == 0 && seat->next[ASSIGN_TASKS].count == 0 &&
            !is_candidate(a, seat->id))
            vec_push(&a->candidates, xstrdup(seat->id));
    }
    a->delay_ms = left_ms > 0 && left_ms < a->max_delay_ms ? left_ms : a->max_delay_ms;
    a->scheduled_ms = run->round->now_ms + a->delay_ms;
}

static void handle_lost(struct run *run)
{
    struct assign_incremental *a = run->a;
    bool none_lost = run->lost[ASSIGN_CONNECTORS].count == 0 && run->lost[ASSIGN_TASKS].count == 0;

    if (none_lost && !a->revoked_for_balance) {
        forget_candidates(a);
        a->scheduled_ms = a->delay_ms = 0;
        return;
    }
    /* Nobody left: a member did not get its share. */
    if ((a->scheduled_ms <= 0 && !has_member_left(run)) || a->max_delay_ms == 0) {
        run->reassign_lost = true;
        return;
    }
    if (a->scheduled_ms <= 0 || run->round->now_ms < a->scheduled_ms) {
        wait_longer(run);
        return;
    }
    give_to_candidates(run);
    forget_candidates(a);
    a->scheduled_ms = a->delay_ms = 0;
    a->revoked_for_balance = false;
}

/* ---- balance ---- */

/* True when every member holds least items, and just extra of them one more. */
static bool is_even(const struct run *run, enum assign_kind kind, size_t least, size_t extra)
{
    size_t with_one_more = 0;

    for (size_t i = 0; i < run->round->member_count; i++) {
        size_t count = run->seats[i].next[kind].count;

        if (count != least && count != least + 1)
            return false;
        with_one_more += count == least + 1;
    }
    return with_one_more == extra;
}

/* Sets surplus[i], of each member, to how many of its first items are too many; their sum. */
static size_t find_surplus(const struct run *run, enum assign_kind kind, size_t *surplus)
{
    const struct work *configured = run->round->configured;
    size_t total = kind == ASSIGN_TASKS ? configured->task_count : configured->connector_count;
    size_t members = run->round->member_count;
    size_t least = total / members, extra = total % members, sum = 0;

    if (is_even(run, kind, least, extra))
        return 0;
    for (size_t i = 0; i < members; i++) {
        size_t count = run->seats[i].next[kind].count;
        size_t may_keep = least;

        if (count <= least)
            continue;
        if (extra) {
            extra--;
            may_keep++;
        }
        surplus[i] = count - may_keep;
        sum += surplus[i];
    }
    return sum;
}

static void take_surplus(struct run *run, enum assign_kind kind, const size_t *surplus)
{
    for (size_t i = 0; i < run->round->member_count; i++) {
        struct seat *seat = &run->seats[i];
        struct assign_ids first = {seat->next[kind].at, surplus[i], surplus[i]};

        if (surplus[i] == 0)
            continue;
        copy_ids(&first, &seat->revoke[kind]);
        seat->next[kind].count -= surplus[i];
        memmove(seat->next[kind].at, seat->next[kind].at + surplus[i],
                seat->next[kind].count * sizeof(*seat->next[kind].at));
    }
}

static bool is_anything_held(const struct run *run)
{
    for (size_t i = 0; i < run->round->member_count; i++) {
        if (run->seats[i].next[ASSIGN_CONNECTORS].count || run->seats[i].next[ASSIGN_TASKS].count)
            return true;
    }
    return false;
}

static void balance(struct run *run)
{
    struct assign_incremental *a = run->a;
    size_t members = run->round->member_count, sum = 0;
    CLEANUP(freep) size_t *surplus = xcalloc(members * ASSIGN_KINDS, sizeof(*surplus));

    if (is_anything_held(run) && !work_is_empty(run->round->configured)) {
        sum = find_surplus(run, ASSIGN_CONNECTORS, surplus);
        sum += find_surplus(run, ASSIGN_TASKS, surplus + members);
    }
    if (sum == 0) {
        if (a->revoked_for_balance)
            a->successive_revocations = 0;
        a->revoked_for_balance = false;
        return;
    }
    if (a->revoked_for_balance) {
        a->delay_ms = assign_incremental_backoff_ms(a->max_delay_ms, ++a->successive_revocations);
        if (a->delay_ms) {
            a->scheduled_ms = run->round->now_ms + a->delay_ms;
            return;
        }
    }
    take_surplus(run, ASSIGN_CONNECTORS, surplus);
    take_surplus(run, ASSIGN_TASKS, surplus + members);
    a->revoked_for_balance = true;
}

/* ---- giving out ---- */

static int by_connector_load(const void *a, const void *b)
{
    const struct seat *x = *(struct seat *const *)a, *y = *(struct seat *const *)b;
    size_t of_x = x->next[ASSIGN_CONNECTORS].count, of_y = y->next[ASSIGN_CONNECTORS].count;

    return of_x == of_y ? strcmp(x->id, y->id) : of_x < of_y ? -1 : 1;
}

static int by_task_load(const void *a, const void *b)
{
    const struct seat *x = *(struct seat *const *)a, *y = *(struct seat *const *)b;
    size_t of_x = x->next[ASSIGN_TASKS].count, of_y = y->next[ASSIGN_TASKS].count;

    return of_x == of_y ? strcmp(x->id, y->id) : of_x < of_y ? -1 : 1;
}

/* Fills those who hold the least first, one item each in turn; ties by member id. */
static void give_out(struct run *run, enum assign_kind kind, const struct assign_ids *ids)
{
    size_t members = run->round->member_count, given = 0;
    CLEANUP(freep) struct seat **order = xcalloc(members, sizeof(struct seat *));

    for (size_t i = 0; i < members; i++)
        order[i] = &run->seats[i];
    qsort(order, members, sizeof(struct seat *),
          kind == ASSIGN_TASKS ? by_task_load : by_connector_load);
    while (given < ids->count) {
        size_t load = order[0]->next[kind].count;

        for (size_t i = 0; i < members && given < ids->count; i++) {
            if (order[i]->next[kind].count > load)
                break;
            vec_push(&order[i]->next[kind], ids->at[given++]);
        }
    }
}

static void give_unowned(struct run *run, enum assign_kind kind)
{
    if (run->reassign_lost)
        copy_ids(&run->lost[kind], &run->created[kind]);
    give_out(run, kind, &run->created[kind]);
}

/* ---- the outcome ---- */

static void tell(const struct run *run, const struct assign_ids *ids, struct work_list *list)
{
    for (size_t i = 0; i < ids->count; i++) {
        const struct work_item *item = &run->table.items[ids->at[i]].is;

        work_list_add(list, item->connector, item->task);
    }
}

static void add_item(struct work *w, const struct work_item *item)
{
    if (item->task == WORK_CONNECTOR)
        work_add_connector(w, item->connector);
    else
        work_add_task(w, item->connector, item->task);
}

static void add_ids(const struct run *run, const struct assign_ids *ids, struct work *w)
{
    for (size_t i = 0; i < ids->count; i++)
        add_item(w, &run->table.items[ids->at[i]].is);
}

static void tell_share(struct run *run, struct seat *seat, struct assign_share *share)
{
    for (int kind = 0; kind < ASSIGN_KINDS; kind++) {
        struct assign_ids added = {0};

        copy_ids(&seat->next[kind], &added);
        assign_table_remove(&run->table, &added, &seat->owned[kind]);
        tell(run, &added, &share->assigned);
        tell(run, &seat->revoke[kind], &share->revoked);
        add_ids(run, &seat->next[kind], &share->owns);
        assign_ids_fini(&added);
    }
}

/* Flags what is assigned now, lost work included, and what is taken back. */
static void flag_outcome(struct run *run)
{
    struct assign_table *t = &run->table;

    for (size_t i = 0; i < t->count; i++)
        t->items[i].previous = t->items[i].revoked = false;
    for (int kind = 0; kind < ASSIGN_KINDS; kind++) {
        for (size_t i = 0; i < run->lost[kind].count; i++)
            t->items[run->lost[kind].at[i]].previous = true;
        for (size_t m = 0; m < run->round->member_count; m++) {
            const struct seat *seat = &run->seats[m];

            for (size_t i = 0; i < seat->next[kind].count; i++)
                t->items[seat->next[kind].at[i]].previous = true;
            for (size_t i = 0; i < seat->revoke[kind].count; i++)
                t->items[seat->revoke[kind].at[i]].revoked = true;
        }
    }
}

/* What the next round will compare with. Last: the table borrows names from what it replaces. */
static void remember(struct run *run)
{
    struct assign_incremental *a = run->a;
    const struct assign_table *t = &run->table;
    struct work previous = WORK_INIT, revoked = WORK_INIT;

    flag_outcome(run);
    for (size_t i = 0; i < t->count; i++) {
        if (t->items[i].previous)
            add_item(&previous, &t->items[i].is);
        if (t->items[i].revoked)
            add_item(&revoked, &t->items[i].is);
    }
    work_fini(&a->previous);
    work_fini(&a->revoked);
    a->previous = previous;
    a->revoked = revoked;
    a->generation = run->round->generation;
}

static void remember_members(struct assign_incremental *a, const struct assign_round *round)
{
    drop_texts(a->members.at, &a->members.count);
    for (size_t i = 0; i < round->member_count; i++)
        vec_push(&a->members, xstrdup(round->members[i].id));
}

static void run_fini(struct run *run)
{
    for (int kind = 0; kind < ASSIGN_KINDS; kind++) {
        for (size_t i = 0; i < run->round->member_count; i++) {
            assign_ids_fini(&run->seats[i].owned[kind]);
            assign_ids_fini(&run->seats[i].next[kind]);
            assign_ids_fini(&run->seats[i].revoke[kind]);
        }
        assign_ids_fini(&run->lost[kind]);
        assign_ids_fini(&run->created[kind]);
    }
    free(run->seats);
    assign_table_fini(&run->table);
}

void assign_incremental(struct assign_incremental *a, const struct assign_round *round,
                        struct assign_result *ret_result)
{
    CLEANUP(run_fini) struct run run = {.a = a, .round = round};

    assign_result_init(ret_result, round->member_count);
    if (round->member_count == 0)
        return;
    /* That round was not delivered here, or another leader acted since. */
    if (a->generation != round->last_completed_generation)
        work_clear(&a->previous);
    run.seats = xcalloc(round->member_count, sizeof(*run.seats));
    assign_table_init(&run.table, round, &a->previous, &a->revoked);
    start(&run);
    handle_lost(&run);
    if (a->delay_ms == 0)
        balance(&run);
    else
        a->revoked_for_balance = false;
    give_unowned(&run, ASSIGN_CONNECTORS);
    give_unowned(&run, ASSIGN_TASKS);
    for (size_t i = 0; i < round->member_count; i++)
        tell_share(&run, &run.seats[i], &ret_result->shares[i]);
    ret_result->delay_ms = a->delay_ms;
    remember(&run);
    remember_members(a, round);
}
