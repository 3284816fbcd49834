/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * peers - a herder's requests to its leader, over HTTP: the rest's side of struct herder_peers.
 *
 * One thread for each herder, which makes one request after the other; never the herder's own.
 * Peer: the forwarding executor of DistributedHerder, with RestClient.
 */
#include <stdbool.h>

struct rest_peers;

/* What herder_conf.peers is set to, with a struct rest_peers as peers_arg. */
extern const struct herder_peers rest_herder_peers;

/* source and target: of a flow of dedicated mode, whose paths begin with them; NULL: of a worker.
 * Starts the thread. */
struct rest_peers *rest_peers_new(const char *source, const char *target);
/* Breaks the request that is under way off, answers all that wait, and joins the thread: between
 * herder_join() and herder_free(). NULL is a no-op. */
void rest_peers_free(struct rest_peers *peers);
