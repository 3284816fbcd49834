/* SPDX-License-Identifier: Apache-2.0 */
/* What the server reads of the worker's settings: addresses, and who may ask. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/base64.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "rest/advertised.h"
#include "rest/basic_auth.h"
#include "rest/extension.h"
#include "tests/lib/testing.h"

static const struct {
    const char *listeners;
    const char *parsed; /* scheme host port, of each; NULL: refused */
} addresses[] = {
    {"http://:8083", "http '' 8083|"},
    {"HTTP://localhost:0", "http 'localhost' 0|"},
    {"http://a:1,https://b:2", "http 'a' 1|https 'b' 2|"},
    {"http://a:1,http://a:1", "http 'a' 1|"},
    {"http://[::1]:8083", "http '::1' 8083|"},
    {"http://::1:8083", "http '::1' 8083|"},
    {"http://[fe80::1%eth0]:1", "http 'fe80::1%eth0' 1|"},
    {"http://0.0.0.0:8083", "http '0.0.0.0' 8083|"},
    {"http://my_host.example:1", "http 'my_host.example' 1|"},
    {"http://a", NULL},
    {"http://a:", NULL},
    {"http://a:x", NULL},
    {"http://a:-1", NULL},
    {"http://a:65536", NULL},
    {"a:1", NULL},
    {"tcp://a:1", NULL},
    {"http://a b:1", NULL},
};

START_TEST(listeners)
{
    CLEANUP(rest_listeners_fini) struct rest_listeners parsed = {.at = {0}};
    CLEANUP(buf_fini) struct buf out = BUF_INIT(1000);
    struct tern_error err;
    int rc = rest_listeners_parse("listeners", addresses[_i].listeners, false, &parsed, &err);

    ck_assert_int_eq(rc, addresses[_i].parsed ? 0 : -1);
    if (rc < 0)
        return;
    for (size_t i = 0; i < parsed.at.count; i++)
        buf_add_fmt(&out, "%s '%s' %d|", parsed.at.at[i].scheme, parsed.at.at[i].host,
                    parsed.at.at[i].port);
    ck_assert_str_eq(buf_str(&out), addresses[_i].parsed);
}
END_TEST

/* connect-rest.md 1.3; every listener with port 0 is bound to 5000. */
static const struct {
    const char *listeners, *host, *port, *listener;
    const char *url; /* NULL: refused */
    const char *worker_id;
} identities[] = {
    {"http://:8083", NULL, NULL, NULL, "http://192.0.2.7:8083/", "192.0.2.7:8083"},
    {"http://0.0.0.0:8083", NULL, NULL, NULL, "http://0.0.0.0:8083/", "0.0.0.0:8083"},
    {"http://h:0", NULL, NULL, NULL, "http://h:5000/", "h:5000"},
    {"http://h:1", "pub", "99", NULL, "http://pub:99/", "pub:99"},
    {"http://h:1", "", NULL, NULL, "http://h:1/", "h:1"},
    {"https://s:1,http://h:2", NULL, NULL, NULL, "http://h:2/", "h:2"},
    {"https://s:1,http://h:2", NULL, NULL, "HTTPS", "https://s:1/", "s:1"},
    {"https://s:1", NULL, NULL, NULL, "https://s:1/", "s:1"},
    {"http://[::1]:3", NULL, NULL, NULL, "http://[::1]:3/", "::1:3"},
    {"http://h:1", NULL, NULL, "https", NULL, NULL},
    {"http://h:1", NULL, "x", NULL, NULL, NULL},
};

START_TEST(advertised)
{
    CLEANUP(rest_listeners_fini) struct rest_listeners parsed = {.at = {0}};
    CLEANUP(strmap_fini) struct strmap worker = STRMAP_INIT;
    struct rest_advertised result = {NULL, NULL};
    struct tern_config config;
    struct tern_error err;
    int rc;

    strmap_set(&worker, "listeners", identities[_i].listeners);
    if (identities[_i].host)
        strmap_set(&worker, "rest.advertised.host.name", identities[_i].host);
    if (identities[_i].port)
        strmap_set(&worker, "rest.advertised.port", identities[_i].port);
    if (identities[_i].listener)
        strmap_set(&worker, "rest.advertised.listener", identities[_i].listener);
    ck_assert_ok(rest_listeners_parse("admin.listeners", "http://admin:7", true, &parsed, &err),
                 err);
    ck_assert_ok(rest_listeners_parse("listeners", identities[_i].listeners, false, &parsed, &err),
                 err);
    for (size_t i = 0; i < parsed.at.count; i++)
        parsed.at.at[i].bound_port = 5000;
    config = strmap_config(&worker);
    rc = rest_advertise(&config, &parsed, "192.0.2.7", &result, &err);
    ck_assert_int_eq(rc, identities[_i].url ? 0 : -1);
    if (rc == 0) {
        ck_assert_str_eq(result.url, identities[_i].url);
        ck_assert_str_eq(result.worker_id, identities[_i].worker_id);
    }
    rest_advertised_fini(&result);
}
END_TEST

static const struct {
    const char *options;
    const char *path;
} jvm_options[] = {
    {NULL, NULL},
    {"", NULL},
    {"-Xmx1g -Djava.security.auth.login.config=/etc/jaas.conf -Dx=y", "/etc/jaas.conf"},
    {"-Djava.security.auth.login.config=/a", "/a"},
    {"-Djava.security.auth.login.config==/a", "/a"},
    {"-Djava.security.auth.login.config=\"/a b\" -Dx", "/a b"},
    {"-Djava.security.auth.login.config='/a b'", "/a b"},
};

START_TEST(options)
{
    CLEANUP(freep) char *path = login_config_option(jvm_options[_i].options);

    if (jvm_options[_i].path)
        ck_assert_str_eq(path, jvm_options[_i].path);
    else
        ck_assert_ptr_null(path);
}
END_TEST

#define MODULE "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule"

static const struct {
    const char *text;
    const char *path; /* NULL: refused */
} jaas[] = {
    {"KafkaConnect { " MODULE " required file=\"/etc/users\"; };", "/etc/users"},
    {"// c\nOther { x.Y required file=\"/no\"; };\n/* KafkaConnect { */\nKafkaConnect {\n"
     "  " MODULE " required\n    debug=true\n    file=\"/a \\\"b\\\"\";\n};\n",
     "/a \"b\""},
    {"KafkaConnect{" MODULE " required file=/plain;};", "/plain"},
    {"", NULL},
    {"KafkaConnect { };", NULL},
    {"KafkaConnect { x.Y required file=\"/no\"; };", NULL},
    {"KafkaConnect { " MODULE " required; };", NULL},
    {"KafkaConnect { " MODULE " required file=", ""},
    {"\"\"\"\"", NULL},
    {"/* never closed", NULL},
};

START_TEST(jaas_files)
{
    CLEANUP(freep) char *path = NULL;
    struct tern_error err;
    int rc = jaas_users_file(jaas[_i].text, &path, &err);

    ck_assert_int_eq(rc, jaas[_i].path ? 0 : -1);
    if (rc == 0)
        ck_assert_str_eq(path, jaas[_i].path);
}
END_TEST

static char *basic(const char *scheme, const char *plain)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(1000);

    base64_encode(&text, plain, strlen(plain));
    return xasprintf("%s %s", scheme, buf_str(&text));
}

static const struct {
    const char *scheme, *plain;
    bool ok;
} credentials[] = {
    {"Basic", "ann:s3cret", true},
    {"basic", "ann:s3cret", true},
    {"BASIC", "b\xc3\xa9:a:b", true},
    {"Basic", "ann:s3cretx", false},
    {"Basic", "ann:s3cre", false},
    {"Basic", "ann", false},
    {"Basic", "ann:", false},
    {"Basic", ":s3cret", false},
    {"Basic", "bob:s3cret", false},
    {"Bearer", "ann:s3cret", false},
    {"Basic", "", false},
};

START_TEST(who_may)
{
    char *folder = test_folder();
    CLEANUP(freep) char *path = xasprintf("%s/users", folder);
    CLEANUP(freep) char *empty = xasprintf("%s/empty", folder);
    struct basic_auth *auth, *nobody;
    struct tern_error err;
    static const char users[] = "ann=s3cret\nb\\u00e9=a:b\n";

    test_write_file(folder, "users", users, strlen(users));
    test_write_file(folder, "empty", "", 0);
    ck_assert_ok(basic_auth_load(path, &auth, &err), err);
    ck_assert_ok(basic_auth_load(empty, &nobody, &err), err);
    ck_assert(!basic_auth_allows(auth, NULL));
    ck_assert(!basic_auth_allows(auth, "Basic"));
    ck_assert(!basic_auth_allows(auth, "Basic !!!"));
    ck_assert(basic_auth_allows(nobody, NULL));
    for (size_t i = 0; i < COUNT_OF(credentials); i++) {
        CLEANUP(freep) char *header = basic(credentials[i].scheme, credentials[i].plain);

        ck_assert_msg(basic_auth_allows(auth, header) == credentials[i].ok, "%zu", i);
    }
    basic_auth_free(auth);
    basic_auth_free(nobody);
    test_folder_remove(folder);
}
END_TEST

#define EXTENSION \
    "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension"

START_TEST(extensions)
{
    CLEANUP(strmap_fini) struct strmap worker = STRMAP_INIT;
    char *folder = test_folder();
    CLEANUP(freep) char *file = xasprintf("%s/jaas", folder);
    CLEANUP(freep)
    char *text = xasprintf("KafkaConnect { " MODULE " required file=\"%s/users\"; };", folder);
    CLEANUP(freep) char *option = xasprintf("-Djava.security.auth.login.config=%s", file);
    struct basic_auth *auth = NULL;
    struct tern_config config = strmap_config(&worker);
    struct tern_error err;

    ck_assert_ok(rest_extension_load(&config, &auth, &err), err);
    ck_assert_ptr_null(auth);
    strmap_set(&worker, "rest.extension.classes", EXTENSION);
    config = strmap_config(&worker);
    ck_assert_int_eq(unsetenv("KAFKA_OPTS"), 0);
    ck_assert_int_eq(rest_extension_load(&config, &auth, &err), -1);
    ck_assert_msg(strstr(err.msg, "needs a JAAS file") != NULL, "%s", err.msg);
    ck_assert_int_eq(setenv("KAFKA_OPTS", option, 1), 0);
    ck_assert_int_eq(rest_extension_load(&config, &auth, &err), -1);
    test_write_file(folder, "jaas", text, strlen(text));
    ck_assert_int_eq(rest_extension_load(&config, &auth, &err), -1);
    ck_assert_msg(strstr(err.msg, "/users") != NULL, "%s", err.msg);
    test_write_file(folder, "users", "a=b", 3);
    ck_assert_ok(rest_extension_load(&config, &auth, &err), err);
    ck_assert(!basic_auth_allows(auth, NULL));
    basic_auth_free(auth);
    ck_assert_int_eq(unsetenv("KAFKA_OPTS"), 0);
    strmap_set(&worker, "java.security.auth.login.config", file);
    config = strmap_config(&worker);
    ck_assert_ok(rest_extension_load(&config, &auth, &err), err);
    basic_auth_free(auth);
    test_folder_remove(folder);
}
END_TEST

static void fill(Suite *suite)
{
    test_add_rows(suite, listeners, COUNT_OF(addresses));
    test_add_rows(suite, advertised, COUNT_OF(identities));
    test_add_rows(suite, options, COUNT_OF(jvm_options));
    test_add_rows(suite, jaas_files, COUNT_OF(jaas));
    test_add(suite, who_may);
    test_add(suite, extensions);
}

TEST_MAIN("settings", fill)
