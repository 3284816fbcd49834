/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/oauth.h"

#include <curl/curl.h>
#include <string.h>

#include "lib/base/base64.h"
#include "lib/base/clock.h"
#include "lib/base/file.h"
#include "lib/base/jsonx.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/wire/jaas.h"
#include "lib/wire/security_settings.h"
#include "lib/wire/tls_material.h"

enum {
    ENDPOINT_WAIT_MS = 10000,
    ANSWER_MAX_BYTES = 1 << 20,
    TOKEN_MAX_BYTES = 1 << 16,
    HEADER_MAX_BYTES = 1 << 17,
    LIFETIME_S = 300, /* of a token whose lifetime nobody tells */
    LIFETIME_MAX_S = 365 * 86400,
    RENEW_AT_PERCENT = 80, /* of its lifetime, as Java */
};

struct oauth {
    char *url;
    char *id, *secret, *scope; /* secret is wiped */
    bool url_encodes;          /* id and secret, in the header */
    char *trusted_pem;         /* NULL: the system's certificates */
    char *token;               /* NULL: none yet; wiped */
    int64_t renew_at_ms, ends_at_ms;
};

/* ---- settings ---- */

/* From a property of its own, or an option of the JAAS entry. */
static char *setting(const struct tern_config *java, const char *property, const char *option)
{
    const char *value = config_get(java, property), *jaas = config_get(java, "sasl.jaas.config");

    if (value && *value)
        return xstrdup(value);
    return jaas ? jaas_option(jaas, option) : NULL;
}

static int check(const struct oauth *o, struct tern_error *err)
{
    if (!o->url) { /* peer text */
        return tern_fail(err, TERN_EINVALID,
                         "The OAuth configuration option sasl.oauthbearer.token.endpoint.url value "
                         "is required");
    }
    if (str_starts_with(o->url, "file:"))
        return 0;
    if (!str_starts_with(o->url, "http://") && !str_starts_with(o->url, "https://")) {
        return tern_fail(err, TERN_EINVALID,
                         "Invalid value %s for configuration sasl.oauthbearer.token.endpoint.url: "
                         "http, https or file was expected",
                         o->url);
    }
    if (!o->id || !o->secret) {
        return tern_fail(err, TERN_EINVALID,
                         "%s is missing: set sasl.oauthbearer.client.credentials.%s, or %s in "
                         "sasl.jaas.config",
                         o->id ? "the client's secret" : "the client's id",
                         o->id ? "client.secret" : "client.id",
                         o->id ? "clientSecret" : "clientId");
    }
    return 0;
}

static int load_trusted(struct oauth *o, const struct tern_config *java, struct tern_error *err)
{
    CLEANUP(tls_wipe_buf) struct buf pem = BUF_INIT(TLS_STORE_MAX_BYTES);
    struct tls_material m;

    if (!o->url || !str_starts_with(o->url, "https:"))
        return 0;
    if (tls_material_load(java, &m, err) < 0)
        return -1;
    tls_material_trusted_pem(&m, &pem);
    tls_material_fini(&m);
    if (pem.len)
        o->trusted_pem = buf_take_str(&pem);
    return 0;
}

/* Java's own are what we do anyway, by the URL; but for assertions (RFC 7523). */
static int check_retriever(const struct tern_config *java, struct tern_error *err)
{
    static const char key[] = "sasl.oauthbearer.jwt.retriever.class";
    static const char *const known[] = {"DefaultJwtRetriever", "ClientCredentialsJwtRetriever",
                                        "FileJwtRetriever"};
    const char *class = config_get(java, key);

    if (!class || !*class)
        return 0;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (str_ends_with(class, known[i]))
            return 0;
    }
    return tern_fail(err, TERN_EINVALID,
                     "configuration '%s' names '%s': DefaultJwtRetriever, "
                     "ClientCredentialsJwtRetriever and FileJwtRetriever are there",
                     key, class);
}

static int read_settings(struct oauth *o, const struct tern_config *java, struct tern_error *err)
{
    const char *url = config_get(java, "sasl.oauthbearer.token.endpoint.url");
    const char *encode = config_get(java, "sasl.oauthbearer.header.urlencode");
    const char *jaas = config_get(java, "sasl.jaas.config");

    if ((jaas && *jaas && jaas_check(jaas, err) < 0) || check_retriever(java, err) < 0)
        return -1;
    o->url = url && *url ? xstrdup(url) : NULL;
    o->id = setting(java, "sasl.oauthbearer.client.credentials.client.id", "clientId");
    o->secret = setting(java, "sasl.oauthbearer.client.credentials.client.secret", "clientSecret");
    o->scope = setting(java, "sasl.oauthbearer.scope", "scope");
    o->url_encodes = encode && strcasecmp(encode, "true") == 0;
    return check(o, err) < 0 ? -1 : load_trusted(o, java, err);
}

int oauth_new(const struct tern_config *java, struct oauth **ret_oauth, struct tern_error *err)
{
    CLEANUP(security_settings_fini) struct strmap settings = STRMAP_INIT;
    struct oauth *o = xcalloc(1, sizeof(*o));
    struct tern_config view;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    security_settings_add(&settings, java);
    view = strmap_config(&settings);
    if (read_settings(o, &view, err) < 0) {
        oauth_free(o);
        return -1;
    }
    *ret_oauth = o;
    return 0;
}

void oauth_free(struct oauth *o)
{
    if (!o)
        return;
    free(o->url);
    free(o->id);
    tls_wipe_textp(&o->secret);
    free(o->scope);
    free(o->trusted_pem);
    tls_wipe_textp(&o->token);
    free(o);
}

/* ---- a token ---- */

static void keep(struct oauth *o, const char *token, int64_t lifetime_s)
{
    tls_wipe_textp(&o->token);
    o->token = xstrdup(token);
    o->renew_at_ms = clock_deadline_ms(lifetime_s * 10 * RENEW_AT_PERCENT);
    o->ends_at_ms = clock_deadline_ms(lifetime_s * 1000);
}

/* Kafka sends it as it is: a token of other characters would change the message around it. */
static bool is_token(const char *text)
{
    size_t len = strlen(text);

    if (!len || len > TOKEN_MAX_BYTES)
        return false;
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f)
            return false;
    }
    return true;
}

static int from_file(struct oauth *o, struct tern_error *err)
{
    CLEANUP(tls_wipe_buf) struct buf bytes = BUF_INIT(TOKEN_MAX_BYTES);
    const char *path = o->url + strlen("file:");
    char *text;

    if (str_starts_with(path, "//"))
        path += 2;
    if (file_read(path, &bytes, err) < 0)
        return tern_context(err, "sasl.oauthbearer.token.endpoint.url");
    text = (char *)bytes.data;
    while (bytes.len && (unsigned char)text[bytes.len - 1] <= ' ')
        text[--bytes.len] = '\0';
    if (!is_token(buf_str(&bytes)))
        return tern_fail(err, TERN_EINVALID, "'%s' holds no token", path);
    keep(o, text, LIFETIME_S);
    return 0;
}

static int use_answer(struct oauth *o, const struct buf *body, struct tern_error *err)
{
    CLEANUP(jsonx_decrefp) json_t *answer = NULL;
    const char *token;
    int64_t lifetime_s;

    if (jsonx_parse(body->data, body->len, &answer, err) < 0)
        return tern_context(err, "the answer of '%s'", o->url);
    token = json_string_value(json_object_get(answer, "access_token"));
    if (!token || !is_token(token))
        return tern_fail(err, TERN_EINVALID, "'%s' answers without an access_token", o->url);
    lifetime_s = json_integer_value(json_object_get(answer, "expires_in"));
    if (lifetime_s <= 0)
        lifetime_s = LIFETIME_S;
    keep(o, token, lifetime_s < LIFETIME_MAX_S ? lifetime_s : LIFETIME_MAX_S);
    return 0;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    struct buf *body = arg;

    buf_add(body, data, size * count);
    return body->failed ? 0 : size * count;
}

static char *authorization(CURL *curl, const struct oauth *o)
{
    CLEANUP(tls_wipe_buf) struct buf pair = BUF_INIT(TOKEN_MAX_BYTES);
    CLEANUP(tls_wipe_buf) struct buf text = BUF_INIT(HEADER_MAX_BYTES);
    char *id = o->url_encodes ? curl_easy_escape(curl, o->id, 0) : NULL;
    char *secret = o->url_encodes ? curl_easy_escape(curl, o->secret, 0) : NULL;

    buf_add_fmt(&pair, "%s:%s", id ? id : o->id, secret ? secret : o->secret);
    curl_free(id);
    curl_free(secret);
    buf_add_str(&text, "Authorization: Basic ");
    base64_encode(&text, pair.data, pair.len);
    return buf_take_str(&text);
}

static char *form(CURL *curl, const struct oauth *o)
{
    char *scope = o->scope ? curl_easy_escape(curl, o->scope, 0) : NULL;
    char *text = scope ? xasprintf("grant_type=client_credentials&scope=%s", scope)
                       : xstrdup("grant_type=client_credentials");

    curl_free(scope);
    return text;
}

static void set_options(CURL *curl, const struct oauth *o, struct buf *body)
{
    struct curl_blob trusted = {0};

    curl_easy_setopt(curl, CURLOPT_URL, o->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)ENDPOINT_WAIT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    if (!o->trusted_pem)
        return;
    trusted.data = o->trusted_pem;
    trusted.len = strlen(o->trusted_pem);
    trusted.flags = CURL_BLOB_NOCOPY;
    curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &trusted);
}

static int post(CURL *curl, const struct oauth *o, struct buf *body, struct tern_error *err)
{
    CLEANUP(tls_wipe_textp) char *header = authorization(curl, o);
    CLEANUP(freep) char *fields = form(curl, o);
    struct curl_slist *headers = curl_slist_append(NULL, header);
    long status = 0;
    CURLcode rc;

    headers = curl_slist_append(headers, "Accept: application/json");
    set_options(curl, o, body);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, fields);
    rc = curl_easy_perform(curl);
    curl_slist_free_all(headers);
    if (rc != CURLE_OK) {
        return tern_fail(err, TERN_ERETRIABLE, "no token from '%s': %s", o->url,
                         curl_easy_strerror(rc));
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        return tern_fail(err, status >= 500 ? TERN_ERETRIABLE : TERN_EINVALID,
                         "no token from '%s': status %ld", o->url, status);
    return 0;
}

static int from_endpoint(struct oauth *o, struct tern_error *err)
{
    CLEANUP(tls_wipe_buf) struct buf body = BUF_INIT(ANSWER_MAX_BYTES);
    CURL *curl = curl_easy_init();
    int rc;

    if (!curl)
        abort(); /* out of memory */
    rc = post(curl, o, &body, err);
    curl_easy_cleanup(curl);
    return rc < 0 ? -1 : use_answer(o, &body, err);
}

int oauth_token(struct oauth *o, const char **ret_token, int64_t *ret_left_ms,
                struct tern_error *err)
{
    if (!o->token || clock_mono_ms() >= o->renew_at_ms) {
        int rc = str_starts_with(o->url, "file:") ? from_file(o, err) : from_endpoint(o, err);

        if (rc < 0)
            return -1;
    }
    *ret_token = o->token;
    if (ret_left_ms)
        *ret_left_ms = clock_left_ms(o->ends_at_ms, INT64_MAX);
    return 0;
}

const char *oauth_principal(const struct oauth *o)
{
    return o->id ? o->id : o->url;
}
