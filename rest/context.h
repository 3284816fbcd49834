/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* context - what handlers have to work with. Immutable. Thread: any. */
struct herder;
struct rest_server;

struct rest_context {
    struct herder *herder;            /* borrowed; tells the worker's settings and plugins too */
    const struct rest_server *server; /* borrowed */
};
