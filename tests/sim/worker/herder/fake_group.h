/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * fake_group - a group of herders in one process: joins that wait for everybody, a leader that
 * hands work out cooperatively (taken back in one round, given away in the next) or eagerly.
 */
#include "worker/herder/herder.h"

enum {
    GROUP_MEMBERS = 4
};

struct fake_group;

/* arg of fake_group_open: one slot of the group. */
struct fake_slot {
    struct fake_group *group;
    int number;
    char name[16];
};

membership_open fake_group_open;

struct fake_group *fake_group_new(enum group_protocol protocol);
/* Once no herder is left. */
void fake_group_free(struct fake_group *g);
struct fake_slot *fake_group_slot(struct fake_group *g, int number);
/* As if the member's session had run out: it is out of the group, and finds out later. */
void fake_group_lose(struct fake_group *g, int number);
/* From now on rounds are of that protocol. */
void fake_group_speak(struct fake_group *g, enum group_protocol protocol);
