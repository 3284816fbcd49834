/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/extension.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_value.h"
#include "rest/basic_auth.h"

enum {
    MAX_JAAS_BYTES = 1024 * 1024,
    MAX_TOKEN_BYTES = 16 * 1024,
};

static const char basic_auth_class[] =
    "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension";
static const char login_module[] =
    "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule";
static const char jaas_setting[] = "java.security.auth.login.config";

char *login_config_option(const char *options)
{
    static const char option[] = "-Djava.security.auth.login.config=";
    const char *at = options ? strstr(options, option) : NULL;
    bool is_quoted;

    if (!at)
        return NULL;
    at += strlen(option);
    at += *at == '='; /* "==" has the JVM use no other file: the same here */
    is_quoted = *at == '"' || *at == '\'';
    if (is_quoted)
        return xstrndup(at + 1, strcspn(at + 1, *at == '"' ? "\"" : "'"));
    return xstrndup(at, strcspn(at, " \t\r\n"));
}

/* ---- JAAS files: Name { module flag option="value" ...; }; ---- */

static void skip_comments(const char **at)
{
    for (;;) {
        *at += strspn(*at, " \t\r\n\f");
        if (str_starts_with(*at, "//") || **at == '#')
            *at += strcspn(*at, "\n");
        else if (str_starts_with(*at, "/*")) {
            const char *end = strstr(*at + 2, "*/");

            *at = end ? end + 2 : *at + strlen(*at);
        } else {
            return;
        }
    }
}

/* The next word, quoted text or punctuation mark; "" at the end. To be freed. */
static char *next_token(const char **at)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(MAX_TOKEN_BYTES);

    skip_comments(at);
    if (**at == '"') {
        for (++*at; **at && **at != '"'; ++*at) {
            if (**at == '\\' && (*at)[1])
                ++*at;
            buf_add_char(&out, **at);
        }
        *at += **at == '"';
        return buf_take_str(&out);
    }
    if (**at && strchr("{};=", **at)) {
        buf_add_char(&out, *(*at)++);
        return buf_take_str(&out);
    }
    while (**at && !strchr("{};= \t\r\n\f\"", **at))
        buf_add_char(&out, *(*at)++);
    return buf_take_str(&out);
}

static bool is_token(const char **at, const char *wanted)
{
    CLEANUP(freep) char *token = next_token(at);

    return strcmp(token, wanted) == 0;
}

/* The options of one module up to its ';': the value of file, or NULL. To be freed. */
static char *read_file_option(const char **at)
{
    char *found = NULL;

    for (;;) {
        CLEANUP(freep) char *name = next_token(at);

        if (!name[0] || strcmp(name, ";") == 0 || strcmp(name, "}") == 0)
            return found;
        if (strcmp(name, "=") == 0) /* of a flag: not well formed, but harmless */
            continue;
        if (!is_token(at, "="))
            continue;
        if (strcmp(name, "file") == 0) {
            free(found);
            found = next_token(at);
        } else {
            free(next_token(at));
        }
    }
}

int jaas_users_file(const char *text, char **ret_path, struct tern_error *err)
{
    const char *at = text;

    for (;;) {
        CLEANUP(freep) char *token = next_token(&at);

        if (!token[0]) {
            return tern_fail(err, TERN_EINVALID,
                             "no entry KafkaConnect with the module %s and its option file",
                             login_module);
        }
        if (strcmp(token, "KafkaConnect") == 0 && is_token(&at, "{") &&
            is_token(&at, login_module)) {
            free(next_token(&at)); /* required, requisite, sufficient, optional */
            *ret_path = read_file_option(&at);
            if (*ret_path)
                return 0;
        }
    }
}

/* ---- loading ---- */

static int load_basic_auth(const struct tern_config *worker, struct basic_auth **ret_auth,
                           struct tern_error *err)
{
    const char *set = config_get(worker, jaas_setting);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment */
    CLEANUP(freep) char *path = set ? xstrdup(set) : login_config_option(getenv("KAFKA_OPTS"));
    CLEANUP(buf_fini) struct buf text = BUF_INIT(MAX_JAAS_BYTES);
    CLEANUP(freep) char *users = NULL;

    if (!path) {
        return tern_fail(err, TERN_EINVALID,
                         "%s needs a JAAS file: name it with the setting %s, or in KAFKA_OPTS as "
                         "-D%s=<file>",
                         basic_auth_class, jaas_setting, jaas_setting);
    }
    if (file_read(path, &text, err) < 0)
        return tern_context(err, "%s", jaas_setting);
    if (jaas_users_file(buf_str(&text), &users, err) < 0)
        return tern_context(err, "'%s'", path);
    return basic_auth_load(users, ret_auth, err);
}

int rest_extension_load(const struct tern_config *worker, struct basic_auth **ret_auth,
                        struct tern_error *err)
{
    CLEANUP(config_value_fini) struct config_value list = CONFIG_VALUE_INIT;
    bool wants_auth = false;

    if (config_value_parse("rest.extension.classes", TERN_LIST,
                           config_get(worker, "rest.extension.classes"), &list, err) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        if (strcmp(list.items[i], basic_auth_class) != 0 &&
            strcmp(list.items[i], "BasicAuthSecurityRestExtension") != 0) {
            return tern_fail(err, TERN_EINVALID,
                             "rest.extension.classes: '%s' is not known; the one extension is %s",
                             list.items[i], basic_auth_class);
        }
        wants_auth = true;
    }
    *ret_auth = NULL;
    return wants_auth ? load_basic_auth(worker, ret_auth, err) : 0;
}
