/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * world - a group of workers, their coordinator and the network between, on a fake clock.
 *
 * Every worker is a member (the real one) with a herder of a few lines: it applies what it is
 * told, joins again when work was revoked, when its view of the configuration differs from the
 * assignment's, and when a delay is over. What goes wrong, and when, comes from a seed: delays,
 * broken and half-open connections, moves of the coordinator, herders that are held up, workers
 * that die, leave and start, configurations that change.
 */
#include "coordinator.h"
#include "worker/group/member.h"

enum {
    WORKERS = 6,
};

struct world_conf {
    uint64_t seed;
    int workers; /* at the beginning */
    int32_t session_ms, rebalance_ms, heartbeat_ms;
    int64_t max_delay_ms;
    int64_t initial_delay_ms;               /* of the coordinator's first round */
    enum group_protocol protocols[WORKERS]; /* by worker */
    int connectors, tasks;                  /* at the beginning; tasks of each connector */
    bool calm;                              /* nothing breaks by itself */
};

struct world;

struct world *world_new(const struct world_conf *conf);
void world_free(struct world *w);

int64_t world_now(const struct world *w);
/* Lets time pass. */
void world_run(struct world *w, int64_t ms);
/* No more faults, and those that are there end. */
void world_heal(struct world *w);

void world_start(struct world *w, int worker);
void world_kill(struct world *w, int worker);
void world_leave(struct world *w, int worker);
/* The worker's requests reach nobody, and nothing tells it so; or they do again. */
void world_cut(struct world *w, int worker, bool is_cut);
void world_move_coordinator(struct world *w);
/* The herder does not poll for so long. */
void world_stall(struct world *w, int worker, int64_t ms);
/* Another number of connectors and tasks. */
void world_configure(struct world *w, int connectors, int tasks);

bool world_is_alive(const struct world *w, int worker);
const struct work *world_running(const struct world *w, int worker);
/* How many items this worker was told to stop since it started. */
size_t world_stopped(const struct world *w, int worker);
/* Rounds that were completed so far. */
int32_t world_generation(const struct world *w);
/* The delay of the last assignment that the worker was told. */
int64_t world_delay(const struct world *w, int worker);
bool world_is_eager(const struct world *w, int worker);

/* Everything is stable; each item runs once, and nothing else does. Fails the test otherwise. */
void world_check_rest(struct world *w, const char *what);
