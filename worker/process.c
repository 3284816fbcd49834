/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/process.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/xmem.h"
#include "lib/kafka/timer_waits.h"

LOG_DOMAIN("org.apache.kafka.connect.cli.AbstractConnectCli");

/* Many threads that allocate little: an arena for each would cost more than it saves. */
enum {
    ARENAS = 2,
    TRIM_BYTES = 256 * 1024
};

static int failed_fd = -1;  /* an eventfd; immutable after process_init() */
static int signals_fd = -1; /* a signalfd; immutable after process_init() */

static void set_level(const char *logger, const char *word)
{
    enum tern_log_level level;

    if (log_parse_level(word, &level))
        log_set_level(logger, level);
    else
        log_warn("TERN_LOG: '%s' is no level; expected TRACE, DEBUG, INFO, WARN, ERROR, OFF", word);
}

void process_set_levels(const char *text)
{
    CLEANUP(freep) char *copy = xstrdup(text);
    char *rest = copy, *item;

    while ((item = strsep(&rest, ", ")) != NULL) {
        char *equals = strchr(item, '=');

        if (!*item)
            continue;
        if (equals) {
            *equals = '\0';
            set_level(item, equals + 1);
        } else {
            set_level("root", item);
        }
    }
}

/* Who starts a process by nohup wants it to outlive its terminal. */
static bool is_ignored(int number)
{
    struct sigaction now;

    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

static void init_signals(void)
{
    sigset_t stop;

    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    if (!is_ignored(SIGHUP)) /* blocked, it would come all the same */
        sigaddset(&stop, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &stop, NULL);
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    signals_fd = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
    failed_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (signals_fd < 0 || failed_fd < 0)
        abort(); /* no descriptor is left before anything was started */
}

/* A file or socket for each of many tasks: as many as the system lets us have. */
static void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit); /* when it may not be, the old one stays */
    }
}

void process_init(void)
{
    /* NOLINTBEGIN(concurrency-mt-unsafe): there is one thread yet */
    const char *levels = getenv("TERN_LOG");

    mallopt(M_ARENA_MAX, ARENAS);
    mallopt(M_TRIM_THRESHOLD, TRIM_BYTES);
    /* NOLINTEND(concurrency-mt-unsafe) */
    raise_file_limit();
    init_signals();
    timer_waits_begin();
    if (levels)
        process_set_levels(levels);
}

bool process_wait(void)
{
    struct pollfd fds[] = {{.fd = signals_fd, .events = POLLIN},
                           {.fd = failed_fd, .events = POLLIN}};
    struct signalfd_siginfo info;

    while (poll(fds, COUNT_OF(fds), -1) < 0 && errno == EINTR)
        continue;
    if (!(fds[0].revents & POLLIN))
        return false;
    if (read(signals_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
        log_info("Received SIG%s", sigabbrev_np((int)info.ssi_signo));
    return !(fds[1].revents & POLLIN);
}

void process_fail(void)
{
    const uint64_t one = 1;

    if (write(failed_fd, &one, sizeof(one)) < 0)
        return; /* it was told already */
}
