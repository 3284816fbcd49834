/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * wire_server - a broker of a few lines on 127.0.0.1, for clients of real sockets: it answers
 * ApiVersions, Metadata (one broker: itself, which controls) and Heartbeat.
 */
#include <stdint.h>

enum wire_server_mood {
    SERVER_ANSWERS,
    SERVER_HUSHED,   /* reads, and answers no heartbeat */
    SERVER_DRIPPING, /* sends each answer byte by byte */
    SERVER_LEAVES,   /* closes when a heartbeat comes */
};

struct wire_server;

struct wire_server *wire_server_start(enum wire_server_mood mood);
int32_t wire_server_port(const struct wire_server *s);
/* Connections that were accepted so far. */
int wire_server_accepted(struct wire_server *s);
void wire_server_stop(struct wire_server *s);
