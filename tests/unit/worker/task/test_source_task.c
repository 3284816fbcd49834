/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a source task: statuses, pause, stop, commits, and what goes wrong at each place. */
#include "worker/task/source_task.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "tests/lib/testing.h"
#include "tests/unit/worker/task/journal.h"
#include "tests/unit/worker/task/task_bench.h"

enum {
    LIMIT = 1 << 20
};

static const struct fake_stage_conf plain_stage = FAKE_STAGE_CONF;

#define SCRIPT(...) (&(const struct fake_script){__VA_ARGS__})

START_TEST(a_whole_life)
{
    struct bench b;
    CLEANUP(freep) char *journal = NULL;

    bench_init(&b, SCRIPT(.total = 3), &plain_stage);
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(3));
    bench_stop(&b);
    journal = journal_text("store.read");
    ck_assert_str_eq(journal,
                     "task.start c c/0 startup commit 0 0 c/0 uses t commit 1 1 commit 2 2 "
                     "task.commit stage.close task.stop c/0 shutdown");
    ck_assert_int_eq(bench_offset(&b, 0), 2);
    ck_assert_str_eq(fake_stage_record(2)->value, "2");
    ck_assert_str_eq(fake_stage_record(2)->topic, "t");
    ck_assert_int_eq(fake_stage_record(2)->partition, -1);
    ck_assert_ptr_null(fake_stage_record(2)->key);
    bench_fini(&b);
}
END_TEST

START_TEST(producer_settings)
{
    struct bench b;
    CLEANUP(freep) char *id = NULL, *linger = NULL;

    bench_init(&b, SCRIPT(.total = 1), &plain_stage);
    strmap_set(&b.worker, "producer.linger.ms", "1");
    strmap_set(&b.connector, "producer.override.linger.ms", "2");
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(1));
    bench_stop(&b);
    id = fake_stage_setting("client.id");
    linger = fake_stage_setting("linger.ms");
    ck_assert_str_eq(id, "connector-producer-c-0");
    ck_assert_str_eq(linger, "2");
    bench_fini(&b);
}
END_TEST

/* ---- pause and resume ---- */

START_TEST(paused_from_the_start)
{
    struct bench b;
    CLEANUP(freep) char *journal = NULL;

    bench_init(&b, SCRIPT(.quiet = true), &plain_stage);
    bench_start(&b, TARGET_PAUSED);
    ck_assert(journal_wait("c/0 pause", 1));
    ck_assert_uint_eq(fake_plugin_counts().started, 0);
    source_task_transition(b.task, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(10));
    bench_stop(&b);
    journal = journal_text(NULL);
    ck_assert_str_eq(journal, "c/0 pause task.start c c/0 startup c/0 uses t task.commit "
                              "stage.close task.stop c/0 shutdown");
    bench_fini(&b);
}
END_TEST

START_TEST(stopped_while_paused_from_the_start)
{
    struct bench b;
    CLEANUP(freep) char *journal = NULL;

    bench_init(&b, SCRIPT(.quiet = true), &plain_stage);
    bench_start(&b, TARGET_PAUSED);
    ck_assert(journal_wait("c/0 pause", 1));
    bench_stop(&b);
    journal = journal_text(NULL);
    ck_assert_str_eq(journal, "c/0 pause stage.close c/0 shutdown");
    bench_fini(&b);
}
END_TEST

START_TEST(started_as_stopped)
{
    struct bench b;
    CLEANUP(freep) char *journal = NULL;

    bench_init(&b, SCRIPT(.quiet = true), &plain_stage);
    bench_start(&b, TARGET_STOPPED);
    source_task_await(TAKE(b.task), clock_deadline_ms(JOURNAL_WAIT_MS));
    journal = journal_text(NULL);
    ck_assert_str_eq(journal, "c/0 shutdown");
    bench_fini(&b);
}
END_TEST

/* While paused the plugin is not polled; acknowledgements are seen, and offsets committed. */
START_TEST(paused_in_the_middle)
{
    struct fake_stage_conf stage = plain_stage;
    struct bench b;
    size_t polls;

    stage.hold = true;
    bench_init(&b, SCRIPT(.total = -1, .batch = 1), &stage);
    strmap_set(&b.worker, "offset.flush.interval.ms", "20");
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_sent(5));
    source_task_transition(b.task, TARGET_PAUSED);
    ck_assert(journal_wait("c/0 pause", 1));
    polls = fake_plugin_counts().polls;
    ck_assert_int_eq(bench_offset(&b, 0), -1);
    fake_stage_hold(false);
    ck_assert(bench_wait_offset(&b, 0, (int64_t)fake_stage_count() - 1));
    ck_assert(journal_wait("task.commit", journal_count("task.commit") + 2));
    ck_assert_uint_eq(fake_plugin_counts().polls, polls);
    source_task_transition(b.task, TARGET_STARTED);
    ck_assert(journal_wait("c/0 resume", 1));
    ck_assert(fake_stage_wait_acked(fake_stage_count() + 1));
    ck_assert_uint_eq(journal_count("c/0 startup"), 1);
    bench_fini(&b);
}
END_TEST

/* A poll that waits is interrupted: neither a pause nor a stop waits for it. */
START_TEST(interrupted_poll)
{
    struct bench b;
    int64_t began_ms;

    bench_init(&b, SCRIPT(.idle = true), &plain_stage);
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("c/0 startup", 1));
    for (int i = 1; i <= 20; i++) {
        source_task_transition(b.task, TARGET_PAUSED);
        ck_assert(journal_wait("c/0 pause", (size_t)i));
        source_task_transition(b.task, TARGET_STARTED);
        ck_assert(journal_wait("c/0 resume", (size_t)i));
    }
    began_ms = clock_mono_ms();
    bench_stop(&b);
    ck_assert_int_lt(clock_mono_ms() - began_ms, 5000);
    bench_fini(&b);
}
END_TEST

/* ---- failures ---- */

static const struct failure_case {
    const char *name;
    struct fake_script script;
    struct fake_stage_conf stage;
    const char *key, *value; /* setting of the connector; NULL: none */
    const char *trace;       /* how it starts, lines "at" left out */
    int64_t committed;       /* offset in the end */
} failure_cases[] = {
    {"start",
     {.fail = "task.start", .fail_code = TERN_EINVALID},
     FAKE_STAGE_CONF,
     NULL,
     NULL,
     "org.apache.kafka.common.config.ConfigException: task.start fails\n",
     -1},
    {"poll",
     {.total = -1,
      .batch = 2,
      .partitions = 1,
      .fail = "task.poll",
      .fail_code = TERN_EINTERNAL,
      .fail_after = 6},
     FAKE_STAGE_CONF,
     NULL,
     NULL,
     "org.apache.kafka.connect.errors.ConnectException: task.poll fails\n",
     5},
    {"acknowledgement",
     {.total = 10, .batch = 4, .partitions = 1},
     {.fail_at = 5, .refuse_at = -1, .fatal_at = -1},
     NULL,
     NULL,
     "org.apache.kafka.connect.errors.ConnectException: Unrecoverable exception from producer send "
     "callback\nCaused by: org.apache.kafka.common.KafkaException: topic 't' partition 0: broker "
     "says no\n",
     4},
    {"refused",
     {.total = 10, .batch = 4, .partitions = 1},
     {.fail_at = -1, .refuse_at = 3, .refuse_code = TERN_EINVALID, .fatal_at = -1},
     NULL,
     NULL,
     "org.apache.kafka.connect.errors.ConnectException: Unrecoverable exception from producer send "
     "callback\nCaused by: org.apache.kafka.common.errors.ApiException: topic 't': refused record "
     "3\n",
     2},
    {"fatal, tolerated or not",
     {.total = 10, .batch = 4, .partitions = 1},
     {.fail_at = -1, .refuse_at = -1, .fatal_at = 3},
     "errors.tolerance",
     "all",
     "org.apache.kafka.connect.errors.ConnectException: Unrecoverable exception from producer send "
     "callback\nCaused by: org.apache.kafka.common.KafkaException: topic 't': refused record 3\n",
     2},
    {"no client",
     {.total = 10, .batch = 4},
     {.open_error = "bad setting"},
     NULL,
     NULL,
     "org.apache.kafka.common.config.ConfigException: bad setting\n",
     -1},
    {"no converter",
     {.total = 10, .batch = 4},
     FAKE_STAGE_CONF,
     "value.converter",
     "x.Y",
     "org.apache.kafka.common.config.ConfigException: Invalid value x.Y for configuration "
     "value.converter: Class x.Y could not be found. ",
     -1},
    {"transforms",
     {.total = 10, .batch = 4},
     FAKE_STAGE_CONF,
     "transforms",
     "a",
     "org.apache.kafka.common.config.ConfigException: transforms are not supported by this worker "
     "yet: 'a' would not be applied\n",
     -1},
};

/* The trace without its "at" lines. */
static char *lines_of(const char *trace)
{
    struct buf out = BUF_INIT(LIMIT);

    while (*trace) {
        size_t len = strcspn(trace, "\n") + 1;

        if (*trace != '\t')
            buf_add(&out, trace, len);
        trace += len;
    }
    return buf_take_str(&out);
}

START_TEST(failures)
{
    const struct failure_case *row = &failure_cases[_i];
    CLEANUP(freep) char *trace = NULL, *lines = NULL;
    struct bench b;

    bench_init(&b, &row->script, &row->stage);
    if (row->key)
        strmap_set(&b.connector, row->key, row->value);
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("c/0 failure", 1));
    trace = fake_listener_trace();
    lines = lines_of(trace);
    if (!str_starts_with(lines, row->trace))
        ck_abort_msg("%s: %s", row->name, trace);
    ck_assert_ptr_nonnull(strstr(trace, "\n\tat "));
    ck_assert_int_eq(trace[strlen(trace) - 1], '\n');
    bench_stop(&b);
    ck_assert_int_eq(bench_offset(&b, 0), row->committed);
    ck_assert_uint_eq(journal_count("c/0 shutdown"), 0);
    ck_assert_uint_eq(fake_plugin_counts().batches, fake_plugin_counts().released);
    ck_assert_uint_eq(fake_plugin_counts().started, fake_plugin_counts().stopped);
    ck_assert_uint_eq(journal_count("task.stop with batches left"), 0);
    bench_fini(&b);
}
END_TEST

START_TEST(retriable_poll)
{
    struct bench b;

    bench_init(
        &b, SCRIPT(.total = 4, .fail = "task.poll", .fail_code = TERN_ERETRIABLE, .fail_times = 2),
        &plain_stage);
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(4));
    ck_assert_uint_ge(fake_plugin_counts().polls, 3);
    bench_stop(&b);
    ck_assert_uint_eq(journal_count("c/0 failure"), 0);
    bench_fini(&b);
}
END_TEST

/* A stop while the task backs off ends it at once. */
START_TEST(stopped_while_backing_off)
{
    struct bench b;

    bench_init(&b, SCRIPT(.fail = "task.poll", .fail_code = TERN_ERETRIABLE), &plain_stage);
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("c/0 startup", 1));
    while (fake_plugin_counts().polls < 2)
        sched_yield();
    bench_stop(&b);
    ck_assert_uint_eq(journal_count("c/0 shutdown"), 1);
    /* It did not spin. */
    ck_assert_uint_lt(fake_plugin_counts().polls, 50);
    bench_fini(&b);
}
END_TEST

START_TEST(retriable_send)
{
    struct fake_stage_conf stage = plain_stage;
    struct bench b;

    stage.refuse_at = 2;
    stage.refuse_code = TERN_ERETRIABLE;
    bench_init(&b, SCRIPT(.total = 5), &stage);
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(5));
    bench_stop(&b);
    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(fake_stage_record(i)->value[0], '0' + (int)i);
    ck_assert_int_eq(bench_offset(&b, 0), 4);
    bench_fini(&b);
}
END_TEST

/* ---- errors.tolerance=all ---- */

START_TEST(tolerated_acknowledgement)
{
    struct fake_stage_conf stage = plain_stage;
    struct bench b;

    stage.fail_at = 2;
    bench_init(&b, SCRIPT(.total = 3), &stage);
    strmap_set(&b.connector, "errors.tolerance", "all");
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("commit 2 dropped", 1));
    bench_stop(&b);
    ck_assert_int_eq(bench_offset(&b, 0), 2); /* the record left out counts */
    ck_assert_uint_eq(journal_count("c/0 failure"), 0);
    bench_fini(&b);
}
END_TEST

START_TEST(tolerated_refusal)
{
    struct fake_stage_conf stage = plain_stage;
    struct bench b;

    stage.refuse_at = 2;
    stage.refuse_code = TERN_EINVALID;
    bench_init(&b, SCRIPT(.total = 3), &stage);
    strmap_set(&b.connector, "errors.tolerance", "all");
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("commit 2 dropped", 1));
    bench_stop(&b);
    ck_assert_int_eq(bench_offset(&b, 0), 2);
    ck_assert_uint_eq(fake_stage_count(), 2);
    bench_fini(&b);
}
END_TEST

static void text_value(struct tern_source_record *r, int64_t n)
{
    if (n == 4)
        r->value.type = TERN_VALUE_STRING;
}

/* What cannot be converted is left out, and its offset does not count by itself. */
START_TEST(tolerated_conversion)
{
    struct bench b;

    bench_init(&b, SCRIPT(.total = 5, .edit = text_value), &plain_stage);
    strmap_set(&b.connector, "errors.tolerance", "all");
    strmap_set(&b.connector, "errors.log.enable", "true");
    strmap_set(&b.connector, "errors.log.include.messages", "true");
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("commit 4 dropped", 1));
    ck_assert(fake_stage_wait_acked(4));
    bench_stop(&b);
    ck_assert_int_eq(bench_offset(&b, 0), 3);
    bench_fini(&b);
}
END_TEST

static void short_of_topic(struct tern_source_record *r, int64_t n)
{
    if (n == 2)
        r->topic = NULL;
}

static void bad_partition(struct tern_source_record *r, int64_t n)
{
    if (n == 2)
        r->partition = -2;
}

static void bad_time(struct tern_source_record *r, int64_t n)
{
    if (n == 2)
        r->timestamp_ms = -2;
}

static void header_without_key(struct tern_source_record *r, int64_t n)
{
    static const struct tern_header header = {.key = NULL};

    if (n == 2) {
        r->headers = &header;
        r->header_count = 1;
    }
}

static void headers_nowhere(struct tern_source_record *r, int64_t n)
{
    if (n == 2)
        r->header_count = 1;
}

static const struct record_case {
    void (*edit)(struct tern_source_record *r, int64_t n);
    const char *tolerance;
    const char *trace;
} record_cases[] = {
    {short_of_topic, "all",
     "org.apache.kafka.connect.errors.ConnectException: a record without a topic\n"},
    {bad_partition, "all",
     "org.apache.kafka.connect.errors.ConnectException: Invalid partition: -2. Partition number "
     "should always be non-negative or null.\n"},
    {bad_time, "all",
     "org.apache.kafka.common.InvalidRecordException: Invalid record timestamp -2\n"},
    {header_without_key, "all",
     "org.apache.kafka.connect.errors.ConnectException: a record with a header without a key\n"},
    {headers_nowhere, "all",
     "org.apache.kafka.connect.errors.ConnectException: a record with 1 headers\n"},
    {text_value, "none",
     "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\nCaused "
     "by: org.apache.kafka.connect.errors.DataException: ByteArrayConverter is not compatible with "
     "objects of type class java.lang.String\n"},
};

START_TEST(bad_records)
{
    const struct record_case *row = &record_cases[_i];
    CLEANUP(freep) char *trace = NULL, *lines = NULL;
    struct bench b;

    bench_init(&b, SCRIPT(.edit = row->edit), &plain_stage);
    strmap_set(&b.connector, "errors.tolerance", row->tolerance);
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("c/0 failure", 1));
    trace = fake_listener_trace();
    lines = lines_of(trace);
    ck_assert_str_eq(lines, row->trace);
    bench_stop(&b);
    ck_assert_int_eq(bench_offset(&b, 0), row->edit == text_value ? 3 : 1);
    bench_fini(&b);
}
END_TEST

/* ---- what records carry ---- */

static void all_members(struct tern_source_record *r, int64_t n)
{
    static const struct tern_header headers[] = {
        {"b", {.type = TERN_VALUE_BYTES, .as.bytes = {"\1\2\377", 3}}},
        {"i", {.type = TERN_VALUE_INT32, .as.integer = 12}},
        {"s", {.type = TERN_VALUE_STRING, .as.bytes = {"text", 4}}},
        {"n", {.type = TERN_VALUE_NULL}},
    };

    r->partition = (int32_t)n;
    r->timestamp_ms = 1700000000000 + n;
    r->key = (struct tern_value){.type = TERN_VALUE_BYTES, .as.bytes = {"key", 3}};
    r->headers = headers;
    r->header_count = (size_t)n + 1;
    if (n == 3)
        r->value.type = TERN_VALUE_NULL;
}

START_TEST(members_of_a_record)
{
    const struct fake_record *r;
    struct bench b;

    bench_init(&b, SCRIPT(.total = 4, .edit = all_members), &plain_stage);
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(4));
    bench_stop(&b);
    r = fake_stage_record(3);
    ck_assert_str_eq(r->headers, "b=AQL/,i=12,s=text,n=null");
    ck_assert_str_eq(fake_stage_record(0)->headers, "b=AQL/");
    ck_assert_str_eq(r->key, "key");
    ck_assert_ptr_null(r->value);
    ck_assert_int_eq(r->partition, 3);
    ck_assert_int_eq(r->timestamp_ms, 1700000000003);
    ck_assert_str_eq(fake_stage_record(1)->value, "1");
    bench_fini(&b);
}
END_TEST

static void json_offset(struct tern_source_record *r, int64_t n)
{
    if (n < 8)
        r->offset_json = "{\"n\":100,\"more\":true}";
    if (n == 9)
        r->offset_json = "no json at all";
}

/* A whole offset in JSON is written as it is; one that is none is left out. */
START_TEST(offsets_in_json)
{
    struct bench b;
    CLEANUP(freep) char *value = NULL;

    bench_init(&b, SCRIPT(.total = 8, .edit = json_offset), &plain_stage);
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(8));
    bench_stop(&b);
    value = fake_store_get(b.store, "[\"c\",{\"p\":0}]");
    ck_assert_str_eq(value, "{\"n\":100,\"more\":true}");
    bench_fini(&b);

    bench_init(&b, SCRIPT(.total = 10, .partitions = 2, .edit = json_offset), &plain_stage);
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(10));
    bench_stop(&b);
    ck_assert_int_eq(bench_offset(&b, 0), 8);
    ck_assert_int_eq(bench_offset(&b, 1), -1);
    bench_fini(&b);
}
END_TEST

START_TEST(resumes_after_the_stored_offset)
{
    struct bench b;

    bench_init(&b, SCRIPT(.total = 10, .read_offsets = true), &plain_stage);
    fake_store_set(b.store, "[\"c\",{\"p\":0}]", "{\"n\":6}");
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(3));
    bench_stop(&b);
    ck_assert_uint_eq(fake_stage_count(), 3);
    ck_assert_str_eq(fake_stage_record(0)->value, "7");
    ck_assert_int_eq(bench_offset(&b, 0), 9);
    bench_fini(&b);
}
END_TEST

static void several_topics(struct tern_source_record *r, int64_t n)
{
    static const char *const topics[] = {"a", "b", "a", "c"};

    r->topic = topics[n % 4];
}

START_TEST(topics_are_told_once)
{
    struct bench b;

    bench_init(&b, SCRIPT(.total = 40, .edit = several_topics, .quiet = true), &plain_stage);
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(40));
    bench_stop(&b);
    ck_assert_uint_eq(journal_count("c/0 uses a"), 1);
    ck_assert_uint_eq(journal_count("c/0 uses b"), 1);
    ck_assert_uint_eq(journal_count("c/0 uses c"), 1);
    bench_fini(&b);
}
END_TEST

/* ---- back-pressure, spinning ---- */

/* With room for few records in flight, nothing is polled beyond the batch that waits. */
START_TEST(bounded_memory)
{
    struct fake_stage_conf stage = plain_stage;
    struct bench b;

    stage.room = 3;
    stage.hold = true;
    bench_init(&b, SCRIPT(.total = 100, .batch = 10), &stage);
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_sent(3));
    source_task_transition(b.task, TARGET_PAUSED);
    ck_assert(journal_wait("c/0 pause", 1)); /* at once, with a batch half sent */
    ck_assert_uint_eq(fake_stage_count(), 3);
    ck_assert_uint_eq(fake_plugin_counts().batches, 1);
    source_task_transition(b.task, TARGET_STARTED);
    fake_stage_hold(false);
    ck_assert(fake_stage_wait_acked(100));
    bench_stop(&b);
    for (size_t i = 0; i < 100; i++)
        ck_assert_int_eq(strtol(fake_stage_record(i)->value, NULL, 10), (long)i);
    ck_assert_int_eq(bench_offset(&b, 0), 99);
    bench_fini(&b);
}
END_TEST

START_TEST(stopped_with_a_batch_half_sent)
{
    struct fake_stage_conf stage = plain_stage;
    struct bench b;

    stage.room = 3;
    stage.hold = true;
    bench_init(&b, SCRIPT(.total = 100, .batch = 10), &stage);
    strmap_set(&b.worker, "offset.flush.timeout.ms", "50");
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_sent(3));
    bench_stop(&b);
    ck_assert_int_eq(bench_offset(&b, 0), -1);
    ck_assert_uint_eq(fake_plugin_counts().released, 1);
    ck_assert_uint_eq(journal_count("c/0 shutdown"), 1);
    ck_assert_uint_eq(journal_count("task.stop"), 1);
    bench_fini(&b);
}
END_TEST

/* A plugin that answers at once with nothing, or with empty batches, does not eat a processor. */
START_TEST(no_spinning)
{
    struct bench b;
    struct fake_counts counts;
    int64_t began_ms;

    bench_init(&b, SCRIPT(.idle = true, .quick_nothing = true, .empty_batches = _i == 1),
               &plain_stage);
    bench_start(&b, TARGET_STARTED);
    began_ms = clock_mono_ms();
    while (fake_plugin_counts().polls < 30)
        sched_yield();
    /* 1 + 2 + ... + 9 ms, then 10 ms each. */
    ck_assert_int_ge(clock_mono_ms() - began_ms, 150);
    bench_stop(&b);
    counts = fake_plugin_counts();
    ck_assert_uint_eq(counts.batches, counts.released);
    bench_fini(&b);
}
END_TEST

/* ---- commits ---- */

START_TEST(commits_at_each_interval)
{
    struct bench b;

    bench_init(&b, SCRIPT(.total = 10), &plain_stage);
    strmap_set(&b.worker, "offset.flush.interval.ms", "10");
    bench_start(&b, TARGET_STARTED);
    ck_assert(bench_wait_offset(&b, 0, 9));
    /* Also when there is nothing to commit, which writes nothing. */
    ck_assert(journal_wait("task.commit", 5));
    bench_stop(&b);
    ck_assert_uint_le(fake_store_writes(b.store), 3);
    bench_fini(&b);
}
END_TEST

START_TEST(failed_writes_come_again)
{
    struct bench b;

    bench_init(&b, SCRIPT(.total = 10, .partitions = 3), &plain_stage);
    strmap_set(&b.worker, "offset.flush.interval.ms", "10");
    fake_store_mode(b.store, FAKE_STORE_FAILS);
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(10));
    while (fake_store_writes(b.store) < 3)
        sched_yield();
    ck_assert_int_eq(bench_offset(&b, 0), -1);
    fake_store_mode(b.store, FAKE_STORE_WRITES);
    ck_assert(bench_wait_offset(&b, 0, 9));
    ck_assert(bench_wait_offset(&b, 1, 7));
    ck_assert(bench_wait_offset(&b, 2, 8));
    bench_stop(&b);
    ck_assert_uint_eq(journal_count("c/0 failure"), 0);
    bench_fini(&b);
}
END_TEST

/* A write that nobody answers is given up, and the next takes its place. */
START_TEST(write_that_takes_too_long)
{
    struct bench b;

    bench_init(&b, SCRIPT(.total = 10), &plain_stage);
    strmap_set(&b.worker, "offset.flush.interval.ms", "10");
    strmap_set(&b.worker, "offset.flush.timeout.ms", "20");
    fake_store_mode(b.store, FAKE_STORE_HOLDS);
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(10));
    bench_stop(&b); /* the last commit is given up too */
    ck_assert_uint_eq(journal_count("c/0 shutdown"), 1);
    ck_assert_int_eq(bench_offset(&b, 0), -1);
    fake_store_mode(b.store, FAKE_STORE_WRITES); /* late outcomes find nobody */
    ck_assert(bench_wait_offset(&b, 0, 9));
    bench_fini(&b);
}
END_TEST

/* An acknowledgement that does not come holds back its own partition only. */
START_TEST(unacknowledged_at_the_end)
{
    struct fake_stage_conf stage = plain_stage;
    struct bench b;

    stage.fail_at = 4;
    bench_init(&b, SCRIPT(.total = 10, .batch = 10, .partitions = 3), &stage);
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("c/0 failure", 1));
    bench_stop(&b);
    ck_assert_int_eq(bench_offset(&b, 0), 9);
    ck_assert_int_eq(bench_offset(&b, 1), 1);
    ck_assert_int_eq(bench_offset(&b, 2), 8);
    bench_fini(&b);
}
END_TEST

/* ---- plugins that do not return ---- */

static const char *const hang_places[] = {"task.start", "task.poll", "task.stop"};

START_TEST(abandoned)
{
    CLEANUP(freep) char *line = xasprintf("hangs in %s", hang_places[_i]);
    struct fake_counts counts;
    struct bench b;

    bench_init(&b, SCRIPT(.hang = hang_places[_i], .fail_after = 4), &plain_stage);
    bench_start(&b, TARGET_STARTED);
    if (_i == 2)
        ck_assert(fake_stage_wait_acked(10));
    else
        ck_assert(journal_wait(line, 1));
    source_task_stop(b.task);
    ck_assert(journal_wait(line, 1));
    source_task_await(TAKE(b.task), clock_deadline_ms(20));
    ck_assert_uint_eq(journal_count("c/0 shutdown"), 0);
    fake_plugin_release();
    ck_assert(journal_wait("stage.close", 1));
    do {
        sched_yield();
        counts = fake_plugin_counts();
    } while (counts.started != counts.stopped || counts.started == 0);
    ck_assert_uint_eq(counts.batches, counts.released);
    ck_assert_uint_eq(journal_count("c/0 shutdown"), 0);
    ck_assert_uint_eq(journal_count("c/0 failure"), 0);
    if (_i != 2)
        ck_assert_int_eq(bench_offset(&b, 0), -1);
    if (_i == 1) /* what the poll brought after all goes nowhere */
        ck_assert_uint_eq(fake_stage_count(), 4);
    bench_fini(&b);
}
END_TEST

/* An error after the stop was asked for is no failure. */
START_TEST(error_after_a_stop)
{
    struct bench b;

    bench_init(&b, SCRIPT(.hang = "task.poll", .fail = "task.poll", .fail_code = TERN_EINTERNAL),
               &plain_stage);
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("hangs in task.poll", 1));
    source_task_stop(b.task);
    fake_plugin_release();
    source_task_await(TAKE(b.task), clock_deadline_ms(JOURNAL_WAIT_MS));
    ck_assert_uint_eq(journal_count("c/0 failure"), 0);
    ck_assert_uint_eq(journal_count("c/0 shutdown"), 1);
    bench_fini(&b);
}
END_TEST

static atomic_bool may;
static atomic_uint looks;

static bool may_work(void *arg)
{
    (void)arg;
    atomic_fetch_add(&looks, 1);
    return atomic_load(&may);
}

/* While another worker may run the task it is not polled, and what was sent before is not
 * committed. */
START_TEST(held_while_another_may_run_it)
{
    struct bench b;
    size_t polls;
    unsigned seen;

    atomic_store(&may, true);
    bench_init(&b, SCRIPT(.quiet = true), &plain_stage);
    b.may_work = may_work;
    strmap_set(&b.worker, "offset.flush.interval.ms", "3600000");
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(10));
    atomic_store(&may, false);
    seen = atomic_load(&looks);
    while (atomic_load(&looks) < seen + 3) /* once round at least */
        sched_yield();
    polls = fake_plugin_counts().polls;
    seen = atomic_load(&looks);
    while (atomic_load(&looks) < seen + 3)
        sched_yield();
    ck_assert_uint_eq(fake_plugin_counts().polls, polls);
    if (_i == 0) {
        atomic_store(&may, true);
        while (fake_plugin_counts().polls == polls)
            sched_yield();
    }
    bench_stop(&b);
    ck_assert_int_eq(bench_offset(&b, 0) >= 0, _i == 0);
    bench_fini(&b);
}
END_TEST

START_TEST(transition_to_stopped_is_a_stop)
{
    struct bench b;

    bench_init(&b, SCRIPT(.quiet = true), &plain_stage);
    bench_start(&b, TARGET_STARTED);
    ck_assert(journal_wait("c/0 startup", 1));
    source_task_transition(b.task, TARGET_STOPPED);
    source_task_await(TAKE(b.task), clock_deadline_ms(JOURNAL_WAIT_MS));
    ck_assert_uint_eq(journal_count("c/0 shutdown"), 1);
    bench_fini(&b);
}
END_TEST

/* ---- metrics ---- */

struct collected {
    int batches, ages, others;
    double last;
};

static void collect(void *arg, const struct tern_metric *m)
{
    struct collected *c = arg;

    ck_assert_str_eq(m->type, "task");
    ck_assert_uint_eq(m->tag_count, 1);
    if (strcmp(m->name, "batches") == 0 && m->kind == TERN_METRIC_COUNTER) {
        c->batches++;
        c->last = m->value;
    } else if (strcmp(m->name, "age") == 0 && m->kind == TERN_METRIC_GAUGE) {
        c->ages++;
    } else {
        c->others++;
    }
}

/* Before there is an instance, while there is one, and behind its end. */
START_TEST(metrics_of_an_instance)
{
    struct bench b;
    struct collected before = {0}, during = {0}, after = {0};
    struct source_task *held;

    bench_init(&b, SCRIPT(.total = 3, .quiet = true), &plain_stage);
    bench_start(&b, TARGET_PAUSED);
    ck_assert(journal_wait("c/0 pause", 1));
    source_task_metrics(b.task, collect, &before);
    ck_assert_int_eq(before.batches + before.ages + before.others, 0);
    source_task_transition(b.task, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(3));
    source_task_metrics(b.task, collect, &during);
    ck_assert_int_eq(during.batches, 1);
    ck_assert_int_eq(during.ages, 1);
    ck_assert_int_eq(during.others, 0);
    ck_assert(during.last == 1);
    held = source_task_ref(b.task);
    bench_stop(&b);
    source_task_metrics(held, collect, &after);
    ck_assert_int_eq(after.batches + after.ages + after.others, 0);
    source_task_unref(held);
    bench_fini(&b);
}
END_TEST

struct looker {
    struct source_task *task;
    struct thread thread;
    struct collected seen;
};

static void look(void *arg)
{
    struct looker *l = arg;

    source_task_metrics(l->task, collect, &l->seen);
    source_task_unref(l->task);
}

/* A task that is asked for metrics does not end before it has answered, and nobody else waits. */
START_TEST(metrics_hold_the_instance)
{
    struct bench b;
    struct looker l = {0};

    bench_init(&b, SCRIPT(.total = 3, .quiet = true, .hang = "task.metrics"), &plain_stage);
    bench_start(&b, TARGET_STARTED);
    ck_assert(fake_stage_wait_acked(3));
    l.task = source_task_ref(b.task);
    thread_start(&l.thread, "look", look, &l);
    ck_assert(journal_wait("hangs in task.metrics", 1));
    source_task_stop(b.task);
    source_task_await(TAKE(b.task), clock_deadline_ms(50));
    ck_assert_uint_eq(journal_count("task.stop"), 0);
    fake_plugin_release();
    ck_assert(journal_wait("task.stop", 1));
    thread_join(&l.thread);
    ck_assert_int_eq(l.seen.batches, 1);
    bench_fini(&b);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, a_whole_life);
    test_add(suite, producer_settings);
    test_add(suite, paused_from_the_start);
    test_add(suite, stopped_while_paused_from_the_start);
    test_add(suite, started_as_stopped);
    test_add(suite, paused_in_the_middle);
    test_add(suite, interrupted_poll);
    test_add_rows(suite, failures, COUNT_OF(failure_cases));
    test_add(suite, retriable_poll);
    test_add(suite, stopped_while_backing_off);
    test_add(suite, retriable_send);
    test_add(suite, tolerated_acknowledgement);
    test_add(suite, tolerated_refusal);
    test_add(suite, tolerated_conversion);
    test_add_rows(suite, bad_records, COUNT_OF(record_cases));
    test_add(suite, members_of_a_record);
    test_add(suite, offsets_in_json);
    test_add(suite, resumes_after_the_stored_offset);
    test_add(suite, topics_are_told_once);
    test_add(suite, bounded_memory);
    test_add(suite, stopped_with_a_batch_half_sent);
    test_add_rows(suite, no_spinning, 2);
    test_add(suite, commits_at_each_interval);
    test_add(suite, failed_writes_come_again);
    test_add(suite, write_that_takes_too_long);
    test_add(suite, unacknowledged_at_the_end);
    test_add_rows(suite, abandoned, COUNT_OF(hang_places));
    test_add(suite, error_after_a_stop);
    test_add_rows(suite, held_while_another_may_run_it, 2);
    test_add(suite, transition_to_stopped_is_a_stop);
    test_add(suite, metrics_of_an_instance);
    test_add(suite, metrics_hold_the_instance);
}

TEST_MAIN("source_task", fill)
