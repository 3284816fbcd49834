/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/security_settings.h"

#include <string.h>

#include "lib/base/slice.h"
#include "lib/base/xmem.h"
#include "lib/wire/tls_material.h"

static void add_trimmed(struct strmap *out, const char *key, const char *value)
{
    struct slice trimmed = slice_trim(slice_str(value));
    CLEANUP(tls_wipe_textp) char *text = xstrndup((const char *)trimmed.at, trimmed.len);

    strmap_set(out, key, text);
}

void security_settings_add(struct strmap *out, const struct tern_config *java)
{
    static const char *const prefixes[] = {"security.protocol", "ssl.", "sasl.", NULL};

    for (size_t i = 0; i < java->count; i++) {
        const struct tern_config_entry *e = &java->entries[i];

        if (!str_starts_with_any(e->key, prefixes))
            continue;
        if (e->value)
            add_trimmed(out, e->key, e->value);
        else
            strmap_set(out, e->key, NULL);
    }
}

void security_settings_fini(struct strmap *settings)
{
    STRMAP_FOREACH (settings, e) {
        if (e->value)
            explicit_bzero((char *)e->value, strlen(e->value));
    }
    strmap_fini(settings);
}
