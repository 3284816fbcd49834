/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/golden/connectors/mirror/common/mirror_golden.h"

#include <string.h>

json_t *golden_get(const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);

    ck_assert_msg(value, "no member '%s'", key);
    return value;
}

const char *golden_text(const json_t *object, const char *key)
{
    return json_string_value(golden_get(object, key));
}

int64_t golden_int(const json_t *object, const char *key)
{
    json_t *value = golden_get(object, key);

    ck_assert_msg(json_is_integer(value), "'%s' is no integer", key);
    return json_integer_value(value);
}

bool golden_true(const json_t *object, const char *key)
{
    json_t *value = golden_get(object, key);

    ck_assert_msg(json_is_boolean(value), "'%s' is no boolean", key);
    return json_is_true(value);
}

void golden_config(const json_t *object, struct strmap *out)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)object, key, value)
    {
        ck_assert(json_is_string(value) || json_is_null(value));
        strmap_set(out, key, json_string_value(value));
    }
}

void golden_same(const char *what, const char *row, const char *ours, const char *theirs)
{
    bool same = ours && theirs ? strcmp(ours, theirs) == 0 : ours == theirs;

    ck_assert_msg(same, "%s of '%s': ours '%s', Java's '%s'", what, row, ours ? ours : "(null)",
                  theirs ? theirs : "(null)");
}
