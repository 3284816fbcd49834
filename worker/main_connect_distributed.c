/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connect-distributed - a Connect worker in distributed mode, from the properties file of a Java
 * worker. Exit status: 0 after SIGTERM, SIGINT or SIGHUP (or --help), 1 for a bad command line, a
 * bad file, or a worker that cannot go on.
 * Peer: org.apache.kafka.connect.cli.ConnectDistributed; difference: its statuses are 1, 2 and 3.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "worker/distributed.h"
#include "worker/process.h"
#include "worker/worker_file.h"

LOG_DOMAIN("org.apache.kafka.connect.cli.ConnectDistributed");

static const char usage[] =
    "usage: connect-distributed [-h] connect-distributed.properties\n"
    "\n"
    "Runs a Kafka Connect worker, alone or with others of its group, Java's among them.\n"
    "\n"
    "positional arguments:\n"
    "  connect-distributed.properties\n"
    "                         the worker's configuration, as a Java worker has it\n"
    "\n"
    "named arguments:\n"
    "  -h, --help             show this help message and exit\n"
    "\n"
    "environment:\n"
    "  TERN_LOG               log levels: DEBUG, or org.apache.kafka.connect=DEBUG,root=WARN\n";

static void on_fatal(void *arg)
{
    (void)arg;
    process_fail();
}

/* Until a signal, or until the worker fails; the exit status. */
static int serve(struct config_ref *worker)
{
    struct tern_error err;
    struct distributed *d;
    bool was_asked;

    if (distributed_start(worker, on_fatal, NULL, &d, &err) < 0) {
        log_error("%s", err.msg);
        return EXIT_FAILURE;
    }
    was_asked = process_wait();
    if (!distributed_stop(d))
        _exit(EXIT_FAILURE); /* what still runs uses what would be released */
    distributed_free(d);
    return was_asked ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct config_ref *worker;
    int status;

    if (argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)) {
        fputs(usage, stdout);
        return EXIT_SUCCESS;
    }
    if (argc != 2) {
        fprintf(stderr, "%sconnect-distributed: error: expected one file, the worker's\n", usage);
        return EXIT_FAILURE;
    }
    process_init();
    worker = worker_file_load(argv[1]);
    if (!worker)
        return EXIT_FAILURE;
    status = serve(worker);
    config_ref_unref(worker);
    return status;
}
