/* SPDX-License-Identifier: Apache-2.0 */
/* Values as deep as they may be, on the stack that a task has; and deeper ones, which are refused.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/strmap.h"
#include "lib/base/thread.h"
#include "lib/base/xmem.h"
#include "lib/data/value.h"
#include "lib/data/value_text.h"
#include "tests/lib/testing.h"
#include "worker/convert/converter.h"

enum {
    LEVELS = 1000, /* of JSON, as Jackson */
    LIMIT = 1 << 20
};

static struct converter *open_json(void)
{
    const struct converter_class *cls = converter_find(CONVERT_VALUE, "Json");
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config config;
    struct converter *c;
    struct tern_error err;

    strmap_set(&settings, "converter.type", "value");
    strmap_set(&settings, "schemas.enable", "false");
    config = strmap_config(&settings);
    ck_assert_ok(cls->open(cls, CONVERT_VALUE, &config, &c, &err), err);
    return c;
}

/* [[[...]]] or {"a":{"a":...1}}; the caller frees. */
static char *nested(const char *open, const char *middle, const char *close, int levels)
{
    struct buf text = BUF_INIT(LIMIT);

    for (int i = 0; i < levels; i++)
        buf_add_str(&text, open);
    buf_add_str(&text, middle);
    for (int i = 0; i < levels; i++)
        buf_add_str(&text, close);
    return buf_take_str(&text);
}

static int to_connect(struct converter *c, const char *text, struct arena *a,
                      struct tern_value *ret)
{
    struct tern_error err;
    int rc =
        converter_to_connect(c, "t", NULL, (struct tern_bytes){text, strlen(text)}, a, ret, &err);

    if (rc < 0 && !strstr(err.msg, "nested too deeply"))
        ck_abort_msg("%s", err.msg);
    return rc;
}

static void round_trip(const char *open, const char *middle, const char *close)
{
    CLEANUP(freep) char *text = nested(open, middle, close, LEVELS);
    CLEANUP(freep) char *more = nested(open, middle, close, LEVELS + 1);
    CLEANUP(arena_fini) struct arena a = ARENA_INIT;
    CLEANUP(buf_fini) struct buf scratch = BUF_INIT(LIMIT);
    CLEANUP(buf_fini) struct buf shown = BUF_INIT(LIMIT);
    struct converter *c = open_json();
    struct tern_value value, ignored, guessed;
    struct tern_bytes out;
    struct tern_error err;

    ck_assert_int_eq(to_connect(c, text, &a, &value), 0);
    ck_assert_ok(converter_from_connect(c, "t", &value, &scratch, &out, &err), err);
    ck_assert_uint_eq(out.size, strlen(text));
    ck_assert_mem_eq(out.data, text, out.size);
    value_text(&shown, &value);
    ck_assert(!shown.failed);
    ck_assert(value_equal(&value, &value));
    value_copy(&a, &value, &ignored);
    ck_assert_int_lt(to_connect(c, more, &a, &ignored), 0);
    values_parse(&a, text, strlen(text), &guessed);
    ck_assert_int_eq(guessed.type, TERN_VALUE_STRING); /* a header that deep is none */
    converter_close(c);
}

static void run(void *arg)
{
    (void)arg;
    round_trip("[", "1", "]");
    round_trip("{\"a\":", "1", "}");
}

START_TEST(on_a_tasks_stack)
{
    struct thread thread;

    thread_start(&thread, "deep", run, NULL);
    thread_join(&thread);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, on_a_tasks_stack);
}

TEST_MAIN("deep_values", fill)
