/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/conf/config_variables.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/xmem.h"

/* One ${...} in a text: [start, end) with the words between its marks. */
struct variable {
    const char *start, *end;
    const char *provider_end, *path, *path_end, *key;
};

/*
 * The first variable at or after text: from "${" to the next '}', with a colon between. This
 * is what the peer's pattern \$\{([^}]*?):(([^}]*?):)?([^}]*?)\} finds: a "${" inside belongs
 * to the provider's name.
 */
static bool find(const char *text, struct variable *v)
{
    for (v->start = strstr(text, "${"); v->start; v->start = strstr(v->end + 1, "${")) {
        const char *colon, *second;

        v->end = strchr(v->start, '}');
        if (!v->end)
            return false;
        colon = memchr(v->start, ':', (size_t)(v->end - v->start));
        if (!colon)
            continue;
        second = memchr(colon + 1, ':', (size_t)(v->end - colon - 1));
        v->provider_end = colon;
        v->path = colon + 1;
        v->path_end = second ? second : colon + 1;
        v->key = second ? second + 1 : colon + 1;
        return true;
    }
    return false;
}

bool config_variables_any(const char *text)
{
    struct variable v;

    return find(text, &v);
}

static char *between(const char *from, const char *to)
{
    return xstrndup(from, (size_t)(to - from));
}

static int look_up(const struct variable *v, config_variable_fn *lookup, void *arg,
                   const char **ret_value, struct tern_error *err)
{
    CLEANUP(freep) char *provider = between(v->start + 2, v->provider_end);
    CLEANUP(freep) char *path = between(v->path, v->path_end);
    CLEANUP(freep) char *key = between(v->key, v->end);

    return lookup(arg, provider, path, key, ret_value, err);
}

int config_variables_replace(const char *text, config_variable_fn *lookup, void *arg,
                             char **ret_text, struct tern_error *err)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(SIZE_MAX);
    struct variable v;

    for (; find(text, &v); text = v.end + 1) {
        const char *value = NULL;

        if (look_up(&v, lookup, arg, &value, err) < 0)
            return -1;
        buf_add(&out, text, (size_t)(v.start - text));
        if (value)
            buf_add_str(&out, value);
        else
            buf_add(&out, v.start, (size_t)(v.end + 1 - v.start));
    }
    buf_add_str(&out, text);
    *ret_text = buf_take_str(&out);
    return 0;
}
