/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/checkpoint/exposure.h"
#include "tests/lib/testing.h"

#include <string.h>

#include "lib/base/log.h"

static struct buf lines = BUF_INIT(65536);

static void keep_line(enum tern_log_level level, const char *logger, const char *message)
{
    (void)level;
    (void)logger;
    buf_add_fmt(&lines, "%s\n", message);
}

static bool only_info(enum tern_log_level level, const char *logger)
{
    (void)logger;
    return level >= TERN_LOG_INFO;
}

START_TEST(the_log_tells_the_sum_and_the_most)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    const struct tern_list groups = {names, COUNT_OF(names)};
    struct exposure *e = exposure_new(&groups);
    struct checkpoint_exposure found;

    log_set_sink(keep_line, only_info);
    exposure_log(e);
    ck_assert_str_eq(buf_str(&lines), ""); /* nothing is known yet */
    ck_assert(!exposure_get(e, 0, &found));
    exposure_set(e, 0, &(struct checkpoint_exposure){5, 3, 0});
    exposure_set(e, 1, &(struct checkpoint_exposure){0, 1, 0});
    exposure_set(e, 2, &(struct checkpoint_exposure){70, 2, 1});
    ck_assert(exposure_get(e, 2, &found));
    ck_assert_int_eq(found.records, 70);
    ck_assert_uint_eq(found.untranslated, 1);
    exposure_log(e);
    ck_assert_str_eq(buf_str(&lines),
                     "A failover now would have 75 committed records of 3 groups read again, at "
                     "most; partitions without a translation: 1; most: 'c' 70, 'a' 5\n");
    exposure_free(e);
    exposure_free(NULL);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, the_log_tells_the_sum_and_the_most);
}

TEST_MAIN("exposure", fill)
