/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/herder/config_infos.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"

static void texts_fini(struct config_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->at[i]);
    vec_fini(texts);
}

static void texts_copy(struct config_texts *to, const struct config_texts *from)
{
    for (size_t i = 0; i < from->count; i++)
        vec_push(to, xstrdup(from->at[i]));
}

struct config_infos *config_infos_new(const char *name)
{
    struct config_infos *infos = xcalloc(1, sizeof(*infos));

    infos->name = xstrdup(name);
    return infos;
}

static void info_fini(struct config_info *info)
{
    free(info->name);
    free(info->value);
    free(info->definition.default_text);
    free(info->definition.group);
    free(info->definition.display_name);
    texts_fini(&info->errors);
    texts_fini(&info->recommended);
}

void config_infos_free(struct config_infos *infos)
{
    if (!infos)
        return;
    for (size_t i = 0; i < infos->count; i++)
        info_fini(&infos->at[i]);
    vec_fini(infos);
    texts_fini(&infos->groups);
    free(infos->name);
    free(infos);
}

static struct config_definition define(const struct tern_config_key *key)
{
    return (struct config_definition){
        .type = key->type,
        .required = config_key_required(key),
        .default_text = config_key_default_text(key),
        .importance = key->importance,
        .doc = key->doc,
        .group = key->group ? xstrdup(key->group) : NULL,
        .order = config_key_order(key),
        .width = key->width,
        .display_name = xstrdup(config_key_display_name(key)),
        .dependents = key->dependents,
    };
}

void config_infos_add(struct config_infos *infos, const char *prefix,
                      const struct config_key_report *key)
{
    struct config_info info = {
        .name = xasprintf("%s%s", prefix, key->name),
        .is_defined = key->defined,
        .value = key->value ? xstrdup(key->value) : NULL,
        .visible = key->visible,
    };

    if (key->defined)
        info.definition = define(&key->key);
    texts_copy(&info.errors, &key->errors);
    texts_copy(&info.recommended, &key->recommended);
    vec_push(infos, info);
}

static bool has_text(const struct config_texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->count; i++) {
        if (strcmp(texts->at[i], text) == 0)
            return true;
    }
    return false;
}

void config_infos_group(struct config_infos *infos)
{
    for (size_t i = 0; i < infos->count; i++) {
        const struct config_info *info = &infos->at[i];

        if (info->is_defined && info->definition.group &&
            !has_text(&infos->groups, info->definition.group))
            vec_push(&infos->groups, xstrdup(info->definition.group));
    }
}

char *config_infos_message(const struct config_infos *infos)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(SIZE_MAX);

    /* peer text, all of it */
    buf_add_fmt(&out, "Connector configuration is invalid and contains the following %zu error(s):",
                infos->error_count);
    for (size_t i = 0; i < infos->count; i++) {
        for (size_t k = 0; k < infos->at[i].errors.count; k++) {
            buf_add_char(&out, '\n');
            buf_add_str(&out, infos->at[i].errors.at[k]);
        }
    }
    buf_add_str(&out, "\nYou can also find the above list of errors at the endpoint "
                      "`/connector-plugins/{connectorType}/config/validate`");
    return buf_take_str(&out);
}
