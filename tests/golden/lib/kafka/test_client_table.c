/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doc/client-properties.md is the table of client_props.c in words. When it differs, the test
 * writes what it should be beside the build, to be copied.
 */
#include "lib/kafka/client_conf_priv.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/file.h"
#include "tests/lib/testing.h"

#define DOCUMENT TERN_SOURCE_DIR "/doc/client-properties.md"
#define EXPECTED TERN_BUILD_DIR "/client-properties.md"

static const char head[] =
    "# Client properties\n"
    "\n"
    "What becomes of each property of a Java client: in a worker's file, under `producer.`, "
    "`consumer.` and\n"
    "`admin.`, in a connector's overrides, and under a cluster's alias in `mm2.properties`. "
    "Properties without\n"
    "effect are accepted and said once in the log; nothing is dropped in silence. Of more than "
    "one row for a\n"
    "property the one of the client's role counts (P producer, C consumer, A admin). This table "
    "is made from\n"
    "`lib/kafka/client_props.c` and checked by a test.\n"
    "\n"
    "| property | clients | what happens |\n"
    "|---|---|---|\n";

static const char *role_names(unsigned roles)
{
    static const char *const names[] = {"", "P", "C", "P, C", "A", "P, A", "C, A", "all"};

    return names[roles & FOR_ALL];
}

static void add_what(const struct client_prop *p, struct buf *out)
{
    switch (p->how) {
    case PROP_TEXT:
    case PROP_WORD:
    case PROP_BOOL:
    case PROP_INT:
    case PROP_LONG:
        buf_add_fmt(out, "is librdkafka's `%s`%s", p->rdkafka,
                    p->maybe ? ", where its version has that" : "");
        break;
    case PROP_FN:
        buf_add_str(out, "translated");
        break;
    case PROP_SECURITY:
        buf_add_str(out, "translated, with the other security properties");
        break;
    case PROP_NONE:
        buf_add_fmt(out, "no effect%s%s", p->reason ? ": " : "", p->reason ? p->reason : "");
        break;
    case PROP_SILENT:
        buf_add_str(out, "no effect, and nothing lost by it");
        break;
    case PROP_REFUSED:
        buf_add_fmt(out, "refused: %s", p->reason);
        break;
    }
    if (p->fallback && *p->fallback && p->how != PROP_FN)
        buf_add_fmt(out, "; default `%s`", p->fallback);
}

START_TEST(test_document)
{
    CLEANUP(buf_fini) struct buf expected = BUF_INIT(1 << 20);
    CLEANUP(buf_fini) struct buf there = BUF_INIT(1 << 20);
    struct tern_error err;
    FILE *f;

    buf_add_str(&expected, head);
    for (const struct client_prop *p = client_props; p->java; p++) {
        buf_add_fmt(&expected, "| `%s` | %s | ", p->java, role_names(p->roles));
        add_what(p, &expected);
        buf_add_str(&expected, " |\n");
    }
    f = fopen(EXPECTED, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(expected.data, 1, expected.len, f), expected.len);
    fclose(f);
    ck_assert_ok(file_read(DOCUMENT, &there, &err), err);
    ck_assert_msg(strcmp(buf_str(&there), buf_str(&expected)) == 0,
                  "doc/client-properties.md is not what the table says: copy %s there", EXPECTED);
}
END_TEST

static void client_table_suite(Suite *suite)
{
    test_add(suite, test_document);
}

TEST_MAIN("client_table", client_table_suite)
