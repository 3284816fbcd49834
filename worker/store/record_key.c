/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/store/record_key.h"

#include <jansson.h>
#include <stdlib.h>

#include "lib/base/jsonx.h"
#include "lib/base/xmem.h"

char *record_key_text(struct slice key)
{
    CLEANUP(jsonx_decrefp) json_t *checked = NULL;

    if (!key.at || memchr(key.at, 0, key.len))
        return NULL;
    checked = json_stringn((const char *)key.at, key.len); /* NULL unless UTF-8 */
    return checked ? xstrndup((const char *)key.at, key.len) : NULL;
}

/* Integer.parseInt() for what can stand between dashes. */
static bool parse_number(const char *text, size_t len, int32_t *ret_number)
{
    int64_t number = 0;
    size_t i = len > 1 && text[0] == '+' ? 1 : 0;

    if (len == 0)
        return false;
    for (; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = number * 10 + (text[i] - '0');
        if (number > INT32_MAX)
            return false;
    }
    *ret_number = (int32_t)number;
    return true;
}

bool record_key_task(const char *text, char **ret_connector, int32_t *ret_task)
{
    size_t len = strlen(text);
    const char *dash;

    while (len > 0 && text[len - 1] == '-')
        len--;
    dash = memrchr(text, '-', len);
    if (!dash || !parse_number(dash + 1, (size_t)(text + len - dash - 1), ret_task))
        return false;
    *ret_connector = xstrndup(text, (size_t)(dash - text));
    return true;
}
