/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/client_args.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char client_usage[] =
    "usage: connect-mirror-client (--config FILE [--cluster ALIAS] | --bootstrap-server LIST)\n"
    "                             [--timeout-ms N] [--json] COMMAND\n"
    "\n"
    "What a mirror has left on a cluster.\n"
    "\n"
    "commands:\n"
    "  offsets --remote ALIAS (--group GROUP | --group-regex REGEX)\n"
    "                         where groups of cluster ALIAS are to go on here:\n"
    "                         lines of group, topic, partition, offset, metadata (tabs between)\n"
    "  hops ALIAS             replication hops from that cluster to this one; -1: it is not "
    "mirrored\n"
    "  upstream               clusters that are mirrored here\n"
    "  heartbeats             heartbeat topics\n"
    "  checkpoints            checkpoint topics\n"
    "  topics [ALIAS]         topics that are mirrors (of that cluster)\n"
    "\n"
    "named arguments:\n"
    "  -h, --help             show this help message and exit\n"
    "  --config FILE          properties: of a client of the cluster, or, with --cluster, an\n"
    "                         mm2.properties that names the cluster ALIAS\n"
    "  --cluster ALIAS        the cluster to ask\n"
    "  --bootstrap-server LIST\n"
    "                         the cluster to ask, without security\n"
    "  --timeout-ms N         give up after that time (30000)\n"
    "  --json                 one JSON object\n"
    "\n"
    "Exit status: 0; 1 when something fails, with one line on stderr; 2 for a bad command line.\n";

enum {
    TIMEOUT_MS = 30 * 1000,
};

static const struct command_name {
    const char *name;
    enum client_command command;
    int least, most; /* words after it */
} commands[] = {
    {"offsets", CLIENT_OFFSETS, 0, 0},         {"hops", CLIENT_HOPS, 1, 1},
    {"upstream", CLIENT_UPSTREAM, 0, 0},       {"heartbeats", CLIENT_HEARTBEATS, 0, 0},
    {"checkpoints", CLIENT_CHECKPOINTS, 0, 0}, {"topics", CLIENT_TOPICS, 0, 1},
};

/* Words seen so far. */
struct reading {
    struct client_args *args;
    const struct command_name *command;
    const char *timeout;
    int words;
};

static int take_command(struct reading *r, const char *word, struct tern_error *err)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (strcmp(commands[i].name, word) == 0) {
            r->command = &commands[i];
            r->args->command = commands[i].command;
            return 0;
        }
    }
    return tern_fail(err, TERN_EINVALID,
                     "'%s' is no command; there are offsets, hops, upstream, heartbeats, "
                     "checkpoints, topics",
                     word);
}

static int take_word(struct reading *r, const char *word, struct tern_error *err)
{
    if (!r->command)
        return take_command(r, word, err);
    if (r->words == r->command->most)
        return tern_fail(err, TERN_EINVALID, "unrecognized argument: '%s'", word);
    r->args->subject = word;
    r->words++;
    return 0;
}

/* Where the value of an option goes; NULL: it is no option with a value. */
static const char **value_of(struct reading *r, const char *option)
{
    const struct {
        const char *name;
        const char **value;
    } options[] = {
        {"--config", &r->args->file},
        {"--cluster", &r->args->cluster},
        {"--remote", &r->args->remote},
        {"--group", &r->args->group},
        {"--timeout-ms", &r->timeout},
        {"--group-regex", &r->args->group_regex},
        {"--bootstrap-server", &r->args->bootstrap},
    };

    for (size_t i = 0; i < COUNT_OF(options); i++) {
        if (strcmp(options[i].name, option) == 0)
            return options[i].value;
    }
    return NULL;
}

static int read_timeout(struct reading *r, struct tern_error *err)
{
    char *end;

    r->args->timeout_ms = TIMEOUT_MS;
    if (!r->timeout)
        return 0;
    errno = 0;
    r->args->timeout_ms = strtoll(r->timeout, &end, 10);
    if (errno || end == r->timeout || *end || r->args->timeout_ms < 1)
        return tern_fail(err, TERN_EINVALID, "--timeout-ms: '%s' is no number of milliseconds",
                         r->timeout);
    return 0;
}

static int check(struct reading *r, struct tern_error *err)
{
    const struct client_args *a = r->args;

    if (!r->command)
        return tern_fail(err, TERN_EINVALID, "too few arguments: a command is missing");
    if (r->words < r->command->least)
        return tern_fail(err, TERN_EINVALID, "%s: an alias of a cluster is missing",
                         r->command->name);
    if (!a->file == !a->bootstrap)
        return tern_fail(err, TERN_EINVALID, "expected one of --config and --bootstrap-server");
    if (a->cluster && !a->file)
        return tern_fail(err, TERN_EINVALID, "--cluster goes with --config");
    if (a->command == CLIENT_OFFSETS && (!a->remote || !a->group == !a->group_regex))
        return tern_fail(err, TERN_EINVALID,
                         "offsets: expected --remote, and one of --group and --group-regex");
    if (a->command != CLIENT_OFFSETS && (a->remote || a->group || a->group_regex))
        return tern_fail(err, TERN_EINVALID,
                         "--remote, --group and --group-regex go with the command offsets");
    return read_timeout(r, err);
}

int client_args_parse(int argc, char *const *argv, struct client_args *ret_args,
                      struct tern_error *err)
{
    struct client_args args = {0};
    struct reading r = {.args = &args};

    for (int i = 1; i < argc; i++) {
        const char **value = value_of(&r, argv[i]);
        int rc = 0;

        if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0) {
            *ret_args = (struct client_args){.command = CLIENT_HELP};
            return 0;
        }
        if (value && i + 1 == argc)
            return tern_fail(err, TERN_EINVALID, "%s: its value is missing", argv[i]);
        if (value)
            *value = argv[++i];
        else if (strcmp(argv[i], "--json") == 0)
            args.json = true;
        else if (argv[i][0] == '-' && argv[i][1])
            rc = tern_fail(err, TERN_EINVALID, "unrecognized argument: '%s'", argv[i]);
        else
            rc = take_word(&r, argv[i], err);
        if (rc < 0)
            return -1;
    }
    if (check(&r, err) < 0)
        return -1;
    *ret_args = args;
    return 0;
}
