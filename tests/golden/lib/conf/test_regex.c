/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of java.util.regex: refused or accepted, and matching, as Java does. */
#include "lib/conf/regex.h"

#include <string.h>

#include "tests/lib/testing.h"

/* VT and FF: the one known difference of "." (lib/conf/regex.h). */
static bool is_exempt(const char *text)
{
    return strcmp(text, "\v") == 0 || strcmp(text, "\f") == 0;
}

static void check_matches(const struct regex *regex, const char *pattern, const json_t *texts,
                          const char *matches)
{
    ck_assert_uint_eq(strlen(matches), json_array_size(texts));
    for (size_t i = 0; matches[i]; i++) {
        const char *text = json_string_value(json_array_get(texts, i));

        if (is_exempt(text) && strpbrk(pattern, ".$"))
            continue;
        ck_assert_msg(regex_matches(regex, text) == (matches[i] == '1'),
                      "'%s' on '%s': Java says %c", pattern, text, matches[i]);
    }
}

START_TEST(patterns)
{
    json_t *golden = test_json("tests/golden/lib/conf/regex.json");
    const json_t *rows = test_array(golden, "rows"), *texts = test_array(golden, "texts");
    size_t accepted = 0;

    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *pattern = test_text(row, "pattern");
        const char *matches = json_string_value(json_object_get(row, "matches"));
        bool outside = json_is_true(json_object_get(row, "outside"));
        CLEANUP(regex_freep) struct regex *regex = NULL;
        struct tern_error err = {0};

        if (regex_compile(pattern, &regex, &err) < 0) {
            ck_assert_msg(!matches || outside, "'%s' is refused: %s", pattern, err.msg);
            ck_assert_int_eq(err.code, TERN_EINVALID);
            ck_assert_ptr_nonnull(strstr(err.msg, "invalid regex '"));
            continue;
        }
        ck_assert_msg(matches != NULL, "'%s' is accepted, not by Java", pattern);
        check_matches(regex, pattern, texts, matches);
        accepted++;
    }
    ck_assert_uint_gt(accepted, 700);
    json_decref(golden);
}
END_TEST

static void fill(Suite *suite)
{
    test_add(suite, patterns);
}

TEST_MAIN("regex as java.util.regex", fill)
