/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/jaas.h"

#include <ctype.h>
#include <string.h>

#include "lib/base/xmem.h"
#include "lib/wire/tls_material.h"

/*
 * One word of a JAAS entry: quoted, with backslash escapes, or bare up to a blank, '=' or ';'.
 * Returns what follows it, or NULL at the end or where the text makes no sense.
 */
static const char *jaas_word(const char *at, char **ret_word)
{
    size_t len = 0;
    char *word;

    while (isspace((unsigned char)*at))
        at++;
    word = xmalloc(strlen(at) + 1);
    if (*at == '"') {
        for (at++; *at && *at != '"'; at++) {
            if (*at == '\\' && at[1])
                at++;
            word[len++] = *at;
        }
        at = *at ? at + 1 : NULL;
    } else {
        const char *from = at;

        while (*at && !isspace((unsigned char)*at) && *at != '=' && *at != ';')
            word[len++] = *at++;
        if (at == from)
            at = NULL;
    }
    word[len] = '\0';
    *ret_word = word;
    return at;
}

char *jaas_option(const char *jaas, const char *option)
{
    CLEANUP(tls_wipe_textp) char *module = NULL;
    CLEANUP(tls_wipe_textp) char *flag = NULL;
    const char *at = jaas_word(jaas, &module);

    if (at)
        at = jaas_word(at, &flag);
    while (at) {
        CLEANUP(tls_wipe_textp) char *name = NULL;
        CLEANUP(tls_wipe_textp) char *value = NULL;

        at = jaas_word(at, &name);
        while (at && isspace((unsigned char)*at))
            at++;
        if (!at || *at != '=')
            return NULL;
        at = jaas_word(at + 1, &value);
        if (at && strcmp(name, option) == 0)
            return TAKE(value);
    }
    return NULL;
}
