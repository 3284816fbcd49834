/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connect-mirror-maker - MirrorMaker 2 in dedicated mode. Exit status: 0 after SIGTERM, SIGINT
 * or SIGHUP (or --help), 1 for a bad command line, a bad file, or a flow that cannot go on.
 * Peer: org.apache.kafka.connect.mirror.MirrorMaker; differences in mm2_args.h, mm2_plan.h, mm2.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "worker/dedicated.h"
#include "worker/mm2/mm2_args.h"
#include "worker/process.h"

LOG_DOMAIN("org.apache.kafka.connect.mirror.MirrorMaker");

static void on_fatal(void *arg)
{
    (void)arg;
    process_fail();
}

/* Until a signal, or until a flow fails; the exit status. */
static int serve(const struct mm2_plan *plan)
{
    struct tern_error err;
    struct dedicated *d;
    bool was_asked;

    if (dedicated_start(plan, on_fatal, NULL, &d, &err) < 0) {
        log_error("%s", err.msg);
        return EXIT_FAILURE;
    }
    was_asked = process_wait();
    if (!dedicated_stop(d))
        _exit(EXIT_FAILURE); /* what still runs uses what would be released */
    dedicated_free(d);
    return was_asked ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run(const struct mm2_args *args)
{
    struct mm2_plan *plan;
    int status;

    log_info("Kafka MirrorMaker initializing ...");
    plan = mm2_plan_load(args->file, &args->clusters, plugin_registry_open);
    if (!plan)
        return EXIT_FAILURE;
    status = serve(plan);
    mm2_plan_free(plan);
    return status;
}

int main(int argc, char **argv)
{
    struct mm2_args args;
    struct tern_error err;
    int status;

    if (mm2_args_parse(argc, argv, &args, &err) < 0) {
        fprintf(stderr, "%sconnect-mirror-maker: error: %s\n", mm2_usage, err.msg);
        return EXIT_FAILURE;
    }
    if (args.is_help) {
        fputs(mm2_usage, stdout);
        mm2_args_fini(&args);
        return EXIT_SUCCESS;
    }
    process_init();
    status = run(&args);
    mm2_args_fini(&args);
    return status;
}
