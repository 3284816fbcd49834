/* SPDX-License-Identifier: Apache-2.0 */
/* Levels by prefix, the layout of a line (read through a pipe), the plugin's sink. */
#include "lib/base/log.h"

#include <regex.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/thread.h"
#include "tests/lib/testing.h"

LOG_DOMAIN("org.apache.kafka.connect.runtime.WorkerSourceTask");

static int saved_stderr, pipe_out;

static void capture(void)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    saved_stderr = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    pipe_out = ends[0];
}

/* What was written to stderr since capture(). */
static void captured(char *text, size_t size)
{
    size_t used = 0;
    ssize_t n;

    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    while (used < size - 1 && (n = read(pipe_out, text + used, size - 1 - used)) > 0)
        used += (size_t)n;
    text[used] = '\0';
    close(pipe_out);
}

static bool like(const char *text, const char *pattern)
{
    regex_t re;
    bool matches;

    ck_assert_int_eq(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
    matches = regexec(&re, text, 0, NULL, 0) == 0;
    regfree(&re);
    return matches;
}

#define STAMP "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2},[0-9]{3}"

START_TEST(layout)
{
    char text[2048];

    capture();
    log_set_context("[my-conn|task-0] ");
    log_info("%s is %d", "x", 5);
    log_set_context("");
    log_error("no context");
    log_debug("not shown");
    log_line(TERN_LOG_WARN, "some.plugin", "a line");
    captured(text, sizeof(text));
    ck_assert_msg(like(text,
                       "^\\[" STAMP "\\] INFO \\[my-conn\\|task-0\\] x is 5 "
                       "\\(org\\.apache\\.kafka\\.connect\\.runtime\\.WorkerSourceTask:[0-9]+\\)\n"
                       "\\[" STAMP "\\] ERROR no context \\(org[^)]*:[0-9]+\\)\n"
                       "\\[" STAMP "\\] WARN a line \\(some\\.plugin\\)\n$"),
                  "%s", text);
}
END_TEST

START_TEST(long_lines_are_whole)
{
    static char message[50001], text[sizeof(message) + 200]; /* less than a pipe holds */
    size_t len;

    memset(message, 'x', sizeof(message) - 1);
    capture();
    log_info("%s", message);
    captured(text, sizeof(text));
    len = strlen(text);
    ck_assert_uint_gt(len, 50000);
    ck_assert_int_eq(text[len - 1], '\n');
}
END_TEST

START_TEST(levels_by_prefix)
{
    ck_assert_int_eq(log_level("a.b.C"), TERN_LOG_INFO);
    log_set_level("root", TERN_LOG_WARN);
    log_set_level("a.b", TERN_LOG_DEBUG);
    ck_assert_int_eq(log_level("a.b.C"), TERN_LOG_DEBUG);
    ck_assert_int_eq(log_level("a.b"), TERN_LOG_DEBUG);
    ck_assert_int_eq(log_level("a"), TERN_LOG_WARN);
    log_set_level("a.b.C", TERN_LOG_TRACE);
    ck_assert_int_eq(log_level("a.b.C"), TERN_LOG_TRACE);
    ck_assert_int_eq(log_level("a.b.D"), TERN_LOG_DEBUG);
    log_set_level("a", TERN_LOG_ERROR); /* rules all below it */
    ck_assert_int_eq(log_level("a.b.C"), TERN_LOG_ERROR);
    ck_assert(log_line_enabled(TERN_LOG_ERROR, "a.b.C"));
    ck_assert(!log_line_enabled(TERN_LOG_WARN, "a.b.C"));
    log_set_level("ROOT", TERN_LOG_OFF);
    ck_assert_int_eq(log_level("a.b.C"), TERN_LOG_OFF);
}
END_TEST

START_TEST(domain_follows_changes)
{
    ck_assert(log_enabled(&log_domain_, TERN_LOG_INFO));
    ck_assert(!log_enabled(&log_domain_, TERN_LOG_DEBUG));
    log_set_level("org.apache.kafka", TERN_LOG_TRACE);
    ck_assert(log_enabled(&log_domain_, TERN_LOG_TRACE));
    log_set_level("org.apache.kafka.connect", TERN_LOG_FATAL);
    ck_assert(!log_enabled(&log_domain_, TERN_LOG_ERROR));
}
END_TEST

START_TEST(level_words)
{
    enum tern_log_level level = TERN_LOG_OFF;

    for (int i = TERN_LOG_TRACE; i <= TERN_LOG_OFF; i++) {
        ck_assert(log_parse_level(log_level_name((enum tern_log_level)i), &level));
        ck_assert_int_eq((int)level, i);
    }
    ck_assert(log_parse_level("dEbUg", &level));
    ck_assert_int_eq(level, TERN_LOG_DEBUG);
    ck_assert(!log_parse_level("", &level));
    ck_assert(!log_parse_level("ALL", &level));
    ck_assert_int_eq(level, TERN_LOG_DEBUG);
}
END_TEST

static char sunk[256];

static void sink(enum tern_log_level level, const char *logger, const char *message)
{
    snprintf(sunk, sizeof(sunk), "%s|%s|%s", log_level_name(level), logger, message);
}

static bool sink_enabled(enum tern_log_level level, const char *logger)
{
    (void)logger;
    return level >= TERN_LOG_DEBUG;
}

START_TEST(plugin_sink)
{
    log_set_sink(sink, sink_enabled);
    log_debug("n=%d", 1);
    ck_assert_str_eq(sunk, "DEBUG|org.apache.kafka.connect.runtime.WorkerSourceTask|n=1");
    log_line(TERN_LOG_WARN, "x", "line");
    ck_assert_str_eq(sunk, "WARN|x|line");
    log_trace("not shown");
    ck_assert_str_eq(sunk, "WARN|x|line");
}
END_TEST

static void check_own_context(void *arg)
{
    (void)arg;
    ck_assert_str_eq(log_context(), "");
    log_set_context("other ");
    ck_assert_str_eq(log_context(), "other ");
}

static void for_somebody_else(void)
{
    CLEANUP(log_leave) struct log_scope scope;

    log_enter(&scope, "theirs ");
    ck_assert_str_eq(log_context(), "theirs ");
}

START_TEST(another_context_for_a_while)
{
    log_set_context("mine ");
    for_somebody_else();
    ck_assert_str_eq(log_context(), "mine ");
    log_set_context("");
}
END_TEST

START_TEST(context_is_the_threads)
{
    struct thread t = {0};
    char longer[400];

    log_set_context("mine ");
    thread_start(&t, "other", check_own_context, NULL);
    thread_join(&t);
    ck_assert_str_eq(log_context(), "mine ");
    memset(longer, 'c', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    log_set_context(longer);
    ck_assert_uint_eq(strlen(log_context()), 255);
}
END_TEST

static void add_line(void *arg, const char *logger, const char *level, int64_t changed_ms)
{
    buf_add_fmt(arg, "%s=%s@%d ", logger, level, (int)changed_ms);
}

static void add_name(void *arg, const char *logger)
{
    buf_add_fmt(arg, "%s ", logger);
}

START_TEST(known_loggers)
{
    struct buf out = BUF_INIT(100000), changed = BUF_INIT(100000);

    loggers_note("a.b.C");
    loggers_note("a.b.D");
    loggers_note("a.b.C");
    loggers_note("z");
    ck_assert(log_change_level("a.b.C", "debug", 5, add_name, &changed));
    ck_assert(log_change_level("a.b", "DEBUG", 6, add_name, &changed));
    ck_assert(log_change_level("a.b", "DEBUG", 7, add_name, &changed));
    ck_assert(log_change_level("z", "ALL", 8, add_name, &changed));
    ck_assert(!log_change_level("a", "loud", 9, add_name, &changed));
    ck_assert_str_eq(buf_str(&changed), "a.b.C a.b a.b.D z ");
    log_each_logger(add_line, &out);
    ck_assert_ptr_nonnull(strstr(buf_str(&out), "a.b=DEBUG@6 a.b.C=DEBUG@5 a.b.D=DEBUG@6 "));
    ck_assert_ptr_nonnull(strstr(buf_str(&out), "root=INFO@0 "));
    ck_assert_ptr_nonnull(strstr(buf_str(&out), "z=ALL@8 "));
    ck_assert_ptr_nonnull(
        strstr(buf_str(&out), "org.apache.kafka.connect.runtime.WorkerSourceTask=INFO@0 "));
    buf_clear(&out);
    ck_assert(log_change_level("ROOT", "WARN", 10, NULL, NULL));
    log_each_logger(add_line, &out);
    ck_assert_ptr_nonnull(strstr(buf_str(&out), "root=WARN@10 "));
    ck_assert_ptr_nonnull(strstr(buf_str(&out), "a.b.C=WARN@10 "));
    ck_assert_ptr_null(strstr(buf_str(&out), "ROOT"));
    buf_fini(&out);
    buf_fini(&changed);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, known_loggers);
    test_add(suite, layout);
    test_add(suite, long_lines_are_whole);
    test_add(suite, levels_by_prefix);
    test_add(suite, domain_follows_changes);
    test_add(suite, level_words);
    test_add(suite, plugin_sink);
    test_add(suite, context_is_the_threads);
    test_add(suite, another_context_for_a_while);
}

TEST_MAIN("log", fill)
