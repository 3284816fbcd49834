/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/client_args.h"

#include <string.h>

#include "tests/lib/testing.h"

static const struct {
    const char *words; /* after the program's name */
    enum client_command command;
    const char *subject;
    const char *error; /* NULL: none */
} rows[] = {
    {"--help", CLIENT_HELP, NULL, NULL},
    {"--bogus -h", CLIENT_HELP, NULL, "unrecognized argument: '--bogus'"},
    {"--config f hops A", CLIENT_HOPS, "A", NULL},
    {"hops A --config f", CLIENT_HOPS, "A", NULL},
    {"--config f hops", CLIENT_HOPS, NULL, "hops: an alias of a cluster is missing"},
    {"--config f topics", CLIENT_TOPICS, NULL, NULL},
    {"--config f topics A", CLIENT_TOPICS, "A", NULL},
    {"--config f topics A B", CLIENT_TOPICS, NULL, "unrecognized argument: 'B'"},
    {"--bootstrap-server b:1 upstream --json", CLIENT_UPSTREAM, NULL, NULL},
    {"--config f --cluster c heartbeats", CLIENT_HEARTBEATS, NULL, NULL},
    {"--config f checkpoints", CLIENT_CHECKPOINTS, NULL, NULL},
    {"--config f offsets --remote A --group g", CLIENT_OFFSETS, NULL, NULL},
    {"--config f offsets --remote A --group-regex .*", CLIENT_OFFSETS, NULL, NULL},
    {"--config f offsets --remote A --group-regex .* --group g", CLIENT_OFFSETS, NULL,
     "offsets: expected --remote, and one of --group and --group-regex"},
    {"--config f offsets --group g", CLIENT_OFFSETS, NULL,
     "offsets: expected --remote, and one of --group and --group-regex"},
    {"--config f upstream --group g", CLIENT_OFFSETS, NULL,
     "--remote, --group and --group-regex go with the command offsets"},
    {"--config f", CLIENT_HELP, NULL, "too few arguments: a command is missing"},
    {"upstream", CLIENT_HELP, NULL, "expected one of --config and --bootstrap-server"},
    {"--config f --bootstrap-server b upstream", CLIENT_HELP, NULL,
     "expected one of --config and --bootstrap-server"},
    {"--bootstrap-server b --cluster c upstream", CLIENT_HELP, NULL,
     "--cluster goes with --config"},
    {"upstream --config", CLIENT_HELP, NULL, "--config: its value is missing"},
    {"--config f --timeout-ms 0 upstream", CLIENT_HELP, NULL,
     "--timeout-ms: '0' is no number of milliseconds"},
    {"--config f --timeout-ms 1s upstream", CLIENT_HELP, NULL,
     "--timeout-ms: '1s' is no number of milliseconds"},
    {"--config f offset", CLIENT_HELP, NULL,
     "'offset' is no command; there are offsets, hops, upstream, heartbeats, checkpoints, topics"},
};

static int parse(const char *words, struct client_args *args, struct tern_error *err)
{
    static char text[256]; /* the words are borrowed by args */
    char *argv[16] = {text};
    char *rest = text, *word;
    int argc = 0;

    snprintf(text, sizeof(text), "program %s", words);
    while ((word = strsep(&rest, " ")) != NULL) {
        if (*word)
            argv[argc++] = word;
    }
    return client_args_parse(argc, argv, args, err);
}

START_TEST(command_lines)
{
    struct client_args args;
    struct tern_error err;

    if (rows[_i].error) {
        ck_assert_int_lt(parse(rows[_i].words, &args, &err), 0);
        ck_assert_str_eq(err.msg, rows[_i].error);
        return;
    }
    ck_assert_ok(parse(rows[_i].words, &args, &err), err);
    ck_assert_int_eq(args.command, rows[_i].command);
    ck_assert_pstr_eq(args.subject, rows[_i].subject);
}
END_TEST

START_TEST(values)
{
    struct client_args args;
    struct tern_error err;

    ck_assert_ok(
        parse("--json --timeout-ms 250 --bootstrap-server b:1 offsets --remote A --group g", &args,
              &err),
        err);
    ck_assert(args.json);
    ck_assert_int_eq(args.timeout_ms, 250);
    ck_assert_str_eq(args.bootstrap, "b:1");
    ck_assert_str_eq(args.remote, "A");
    ck_assert_str_eq(args.group, "g");
    ck_assert_ok(parse("--config f --cluster c upstream", &args, &err), err);
    ck_assert(!args.json);
    ck_assert_int_eq(args.timeout_ms, 30000);
    ck_assert_str_eq(args.file, "f");
    ck_assert_str_eq(args.cluster, "c");
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, command_lines, COUNT_OF(rows));
    test_add(suite, values);
}

TEST_MAIN("client_args", fill)
