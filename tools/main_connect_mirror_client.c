/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connect-mirror-client - what a mirror has left on a cluster, on a command line. A user of
 * tern/mirror_client.h like any other. Peers: RemoteClusterUtils, MirrorClient.
 */
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "lib/base/macros.h"
#include "tools/client_args.h"

#include <tern/mirror_client.h>

enum {
    STATUS_FAILED = 1,
    STATUS_USAGE = 2,
};

/* Where answers go: lines, or members of one object. */
struct output {
    json_t *list; /* NULL: lines */
};

static void put_name(void *arg, const char *name)
{
    struct output *out = arg;

    if (out->list)
        json_array_append_new(out->list, json_string(name));
    else
        puts(name);
}

static void put_offset(void *arg, const struct tern_mirror_offset *o)
{
    struct output *out = arg;

    if (!out->list) {
        printf("%s\t%s\t%d\t%lld\t%s\n", o->group, o->topic, (int)o->partition,
               (long long)o->offset, o->metadata);
        return;
    }
    json_array_append_new(out->list,
                          json_pack("{s:s, s:s, s:i, s:I, s:s}", "group", o->group, "topic",
                                    o->topic, "partition", (int)o->partition, "offset",
                                    (json_int_t)o->offset, "metadata", o->metadata));
}

static int print_hops(struct tern_mirror_client *client, const struct client_args *args,
                      struct tern_error *err)
{
    int hops;

    if (tern_mirror_client_replication_hops(client, args->subject, args->timeout_ms, &hops, err) <
        0)
        return -1;
    printf(args->json ? "{\"hops\":%d}\n" : "%d\n", hops);
    return 0;
}

static int ask(struct tern_mirror_client *client, const struct client_args *args,
               struct output *out, struct tern_error *err)
{
    int64_t ms = args->timeout_ms;

    switch (args->command) {
    case CLIENT_OFFSETS:
        if (args->group)
            return tern_mirror_client_group_offsets(client, args->remote, args->group, ms,
                                                    put_offset, out, err);
        return tern_mirror_client_groups_offsets(client, args->remote, args->group_regex, ms,
                                                 put_offset, out, err);
    case CLIENT_UPSTREAM:
        return tern_mirror_client_upstream_clusters(client, ms, put_name, out, err);
    case CLIENT_HEARTBEATS:
        return tern_mirror_client_heartbeat_topics(client, ms, put_name, out, err);
    case CLIENT_CHECKPOINTS:
        return tern_mirror_client_checkpoint_topics(client, ms, put_name, out, err);
    default:
        return tern_mirror_client_remote_topics(client, args->subject, ms, put_name, out, err);
    }
}

static const char *member_of(enum client_command command)
{
    if (command == CLIENT_OFFSETS)
        return "offsets";
    return command == CLIENT_UPSTREAM ? "clusters" : "topics";
}

static int print_list(struct tern_mirror_client *client, const struct client_args *args,
                      struct tern_error *err)
{
    struct output out = {args->json ? json_array() : NULL};
    json_t *whole;

    if (ask(client, args, &out, err) < 0) {
        json_decref(out.list);
        return -1;
    }
    if (!args->json)
        return 0;
    whole = json_pack("{s:o}", member_of(args->command), out.list);
    json_dumpf(whole, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(whole);
    return 0;
}

static int open_client(const struct client_args *args, struct tern_mirror_client **ret_client,
                       struct tern_error *err)
{
    const struct tern_config_entry entry = {"bootstrap.servers", args->bootstrap};
    const struct tern_config config = {&entry, 1};

    if (args->file)
        return tern_mirror_client_open_file(args->file, args->cluster, ret_client, err);
    return tern_mirror_client_open(&config, ret_client, err);
}

static int run(const struct client_args *args, struct tern_error *err)
{
    struct tern_mirror_client *client;
    int rc;

    if (open_client(args, &client, err) < 0)
        return -1;
    rc = args->command == CLIENT_HOPS ? print_hops(client, args, err)
                                      : print_list(client, args, err);
    tern_mirror_client_close(client);
    if (rc == 0 && fflush(stdout) != 0)
        return tern_fail(err, TERN_EINTERNAL, "cannot write the answer");
    return rc;
}

int main(int argc, char **argv)
{
    struct client_args args;
    struct tern_error err;

    if (client_args_parse(argc, argv, &args, &err) < 0) {
        fprintf(stderr, "connect-mirror-client: %s; see --help\n", err.msg);
        return STATUS_USAGE;
    }
    if (args.command == CLIENT_HELP) {
        fputs(client_usage, stdout);
        return EXIT_SUCCESS;
    }
    if (run(&args, &err) < 0) {
        fprintf(stderr, "connect-mirror-client: %s\n", err.msg);
        return STATUS_FAILED;
    }
    return EXIT_SUCCESS;
}
