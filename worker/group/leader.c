/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/leader.h"

#include <string.h>

#include "worker/group/assign_eager.h"
#include "worker/group/assign_incremental.h"
#include "worker/group/protocol.h"

enum {
    /* The default of the broker's message.max.bytes is 1 MiB; a broker keeps what we send. */
    BLOB_MAX_BYTES = 64 << 20,
};

struct leader {
    struct assign_incremental incremental;
    struct owners *owners; /* after the last round; NULL while a join is under way */
};

struct leader *leader_new(int64_t max_delay_ms)
{
    struct leader *l = xcalloc(1, sizeof(*l));

    assign_incremental_init(&l->incremental, max_delay_ms);
    return l;
}

void leader_free(struct leader *l)
{
    if (!l)
        return;
    owners_free(l->owners);
    assign_incremental_fini(&l->incremental);
    free(l);
}

void leader_forget_owners(struct leader *l)
{
    owners_free(TAKE(l->owners));
}

void leader_forget_history(struct leader *l)
{
    const int64_t max_delay_ms = l->incremental.max_delay_ms;

    assign_incremental_fini(&l->incremental);
    assign_incremental_init(&l->incremental, max_delay_ms);
}

void leader_expect(struct leader *l, const struct work *assigned, int32_t generation)
{
    struct assign_incremental *a = &l->incremental;

    if (a->generation == generation)
        return; /* it led that round, and knows better */
    leader_forget_history(l);
    work_add_all(&a->previous, assigned);
    a->generation = generation;
    vec_push(&a->members, xstrdup("")); /* nobody's id: someone is missing */
}

struct owners *leader_take_owners(struct leader *l)
{
    return TAKE(l->owners);
}

const char *leader_owner_url(const struct leader *l, const char *connector, int32_t task)
{
    return owners_url(l->owners, connector, task);
}

void leader_answer_fini(struct leader_answer *answer)
{
    for (size_t i = 0; i < answer->count; i++)
        free(answer->blobs[i].data);
    free(answer->blobs);
    *answer = (struct leader_answer){0};
}

/* What every member told. */
struct told {
    struct protocol_metadata *metadata; /* owned; [count] */
    size_t count;
    int64_t offset; /* the highest */
};

static void told_fini(struct told *told)
{
    for (size_t i = 0; i < told->count; i++)
        protocol_metadata_fini(&told->metadata[i]);
    free(told->metadata);
}

static int read_members(const struct leader_round *round, struct told *told, struct tern_error *err)
{
    told->metadata = xcalloc(round->member_count, sizeof(*told->metadata));
    told->offset = INT64_MIN;
    for (; told->count < round->member_count; told->count++) {
        const struct leader_member *member = &round->members[told->count];
        struct protocol_metadata *m = &told->metadata[told->count];

        if (protocol_metadata_decode(member->metadata, m, err) < 0)
            return tern_context(err, "group member '%s'", member->id);
        if (m->offset > told->offset)
            told->offset = m->offset;
    }
    return 0;
}

/*
 * Chooses the state to assign from: our own, or a newer one, put into fresh, when a member is
 * ahead of it. NULL when that is still behind; *offset is the round's in every case.
 */
static const struct work *choose_state(const struct leader_round *round, struct work *fresh,
                                       int64_t *offset)
{
    int64_t newest;

    if (round->offset >= *offset)
        return round->configured;
    newest = round->refresh(round->arg, fresh);
    if (newest < *offset)
        return NULL;
    *offset = newest;
    return fresh;
}

static int write_blob(const struct protocol_assignment *a, int16_t version,
                      struct leader_answer *answer, struct tern_error *err)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(BLOB_MAX_BYTES);

    protocol_assignment_encode(a, version, &out);
    if (out.failed)
        return tern_fail(err, TERN_EINVALID, "the assignment of a worker is too large");
    answer->blobs[answer->count++] = (struct leader_blob){xmemdup(out.data, out.len), out.len};
    return 0;
}

/* Lends shares and strings to a message per member; with no shares, all are told to catch up. */
static int write_answer(const struct leader_round *round, const struct assign_result *result,
                        int64_t offset, struct leader_answer *answer, struct tern_error *err)
{
    const struct assign_share nothing = {0};

    answer->blobs = xcalloc(round->member_count, sizeof(*answer->blobs));
    for (size_t i = 0; i < round->member_count; i++) {
        const struct assign_share *share = result ? &result->shares[i] : &nothing;
        struct protocol_assignment a = {
            .error = result ? ASSIGNMENT_OK : ASSIGNMENT_CONFIG_MISMATCH,
            .leader = (char *)round->member,
            .leader_url = (char *)round->url,
            .offset = offset,
            .assigned = share->assigned,
            .revoked = share->revoked,
            .delay_ms = result ? (int32_t)result->delay_ms : 0,
        };

        if (write_blob(&a, (int16_t)round->protocol, answer, err) < 0)
            return -1;
    }
    return 0;
}

static void assign(struct leader *l, const struct leader_round *round, const struct told *told,
                   const struct work *configured, struct assign_result *result)
{
    CLEANUP(freep)
    struct assign_member *members = xcalloc(round->member_count, sizeof(*members));
    struct assign_round input = {
        .members = members,
        .member_count = round->member_count,
        .configured = configured,
        .now_ms = round->now_ms,
        .generation = round->generation,
        .last_completed_generation = round->last_completed_generation,
    };

    for (size_t i = 0; i < round->member_count; i++) {
        members[i].id = round->members[i].id;
        members[i].owned = &told->metadata[i].current.assigned;
    }
    if (round->protocol == GROUP_EAGER)
        assign_eager(&input, result);
    else
        assign_incremental(&l->incremental, &input, result);
}

static void remember_owners(struct leader *l, const struct told *told, struct assign_result *result)
{
    leader_forget_owners(l);
    l->owners = owners_new();
    for (size_t i = 0; i < result->count; i++)
        owners_add(l->owners, told->metadata[i].url, &result->shares[i].owns);
}

int leader_assign(struct leader *l, const struct leader_round *round,
                  struct leader_answer *ret_answer, struct tern_error *err)
{
    CLEANUP(told_fini) struct told told = {0};
    CLEANUP(work_fini) struct work fresh = WORK_INIT;
    CLEANUP(assign_result_fini) struct assign_result result = {0};
    CLEANUP(leader_answer_fini) struct leader_answer answer = {0};
    const struct work *configured;
    int64_t offset;

    if (read_members(round, &told, err) < 0)
        return -1;
    offset = told.offset;
    configured = choose_state(round, &fresh, &offset);
    if (configured)
        assign(l, round, &told, configured, &result);
    if (write_answer(round, configured ? &result : NULL, offset, &answer, err) < 0)
        return -1;
    if (configured)
        remember_owners(l, &told, &result);
    *ret_answer = answer;
    answer = (struct leader_answer){0};
    return 0;
}
