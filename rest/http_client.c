/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/http_client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "lib/base/clock.h"
#include "lib/base/xmem.h"
#include "lib/conf/config_ref.h"
#include "rest/tls.h"

enum {
    CONNECT_TIMEOUT_MS = 15000,
    LONGEST_MS = 600000,
};

/* ---- TLS: the worker's, which is one for the process ---- */

static pthread_mutex_t tls_lock = PTHREAD_MUTEX_INITIALIZER; /* a leaf */
static struct config_ref *tls_settings;                      /* tls_lock; NULL: none */
static struct rest_tls *tls; /* set once under tls_lock, kept for the process */

void http_client_init(const struct tern_config *worker)
{
    static bool is_done; /* tls_lock */
    struct strmap copy = STRMAP_INIT;

    pthread_mutex_lock(&tls_lock);
    if (!is_done)
        curl_global_init(CURL_GLOBAL_DEFAULT);
    is_done = true;
    if (worker && !tls) {
        strmap_add_all(&copy, worker);
        config_ref_unref(tls_settings);
        tls_settings = config_ref_new(&copy);
    }
    pthread_mutex_unlock(&tls_lock);
}

/* Stores that cannot be read are looked at again at the next call. */
static int tls_of_worker(const struct rest_tls **ret_tls, struct tern_error *err)
{
    int rc = 0;

    pthread_mutex_lock(&tls_lock);
    if (!tls && tls_settings) {
        const struct tern_config worker = config_ref_config(tls_settings);

        rc = rest_tls_load(&worker, "listeners.https.", &tls, err);
    }
    *ret_tls = tls;
    pthread_mutex_unlock(&tls_lock);
    return rc;
}

static void set_blob(CURL *curl, CURLoption option, char *pem)
{
    struct curl_blob blob = {pem, pem ? strlen(pem) : 0, CURL_BLOB_NOCOPY};

    if (pem)
        curl_easy_setopt(curl, option, &blob);
}

static int set_tls(CURL *curl, const struct http_call *call, struct tern_error *err)
{
    const struct rest_tls *t = NULL;

    if (strncasecmp(call->url, "https:", 6) != 0)
        return 0;
    if (tls_of_worker(&t, err) < 0)
        return -1;
    if (!t)
        return 0;
    set_blob(curl, CURLOPT_SSLKEY_BLOB, t->key_pem);
    set_blob(curl, CURLOPT_SSLCERT_BLOB, t->chain_pem);
    set_blob(curl, CURLOPT_CAINFO_BLOB, t->trusted_pem);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, t->checks_name ? 2L : 0L);
    return 0;
}

void http_answer_fini(struct http_answer *answer)
{
    buf_fini(&answer->body);
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    struct http_answer *answer = arg;

    buf_add(&answer->body, data, size * count);
    return answer->body.failed ? 0 : size * count;
}

static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
    static const char challenge[] = "www-authenticate:";
    struct http_answer *answer = arg;

    if (size * count > strlen(challenge) && strncasecmp(data, challenge, strlen(challenge)) == 0)
        answer->has_challenge = true;
    return size * count;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const atomic_bool *cancelled = arg;

    (void)a, (void)b, (void)c, (void)d;
    return cancelled && atomic_load(cancelled);
}

static struct curl_slist *headers_of(const struct http_call *call)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");

    for (size_t i = 0; i < HTTP_MAX_HEADERS && call->headers[i]; i++)
        list = curl_slist_append(list, call->headers[i]);
    if (!call->body) /* not curl's own, which is a form */
        list = curl_slist_append(list, "Content-Type:");
    return list;
}

static void set_body(CURL *curl, const struct http_call *call)
{
    if (strcmp(call->method, "GET") == 0)
        return;
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(call->body ? call->len : 0));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body ? call->body : "");
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
}

static void set_options(CURL *curl, const struct http_call *call, struct http_answer *answer,
                        char *reason)
{
    long left_ms = (long)clock_left_ms(call->deadline_ms, LONGEST_MS);

    curl_easy_setopt(curl, CURLOPT_URL, call->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "kafka-connect");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, left_ms > 0 ? left_ms : 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, (void *)call->cancelled);
    set_body(curl, call);
}

int http_call(const struct http_call *call, struct http_answer *ret_answer, struct tern_error *err)
{
    char reason[CURL_ERROR_SIZE] = "";
    struct curl_slist *headers = headers_of(call);
    CURL *curl;
    CURLcode rc;
    long status = 0;

    http_client_init(NULL);
    curl = curl_easy_init();
    if (!curl || !headers) {
        curl_slist_free_all(headers);
        curl_easy_cleanup(curl);
        return tern_fail(err, TERN_EINTERNAL, "no HTTP client could be made");
    }
    if (set_tls(curl, call, err) < 0) {
        curl_slist_free_all(headers);
        curl_easy_cleanup(curl);
        return -1;
    }
    set_options(curl, call, ret_answer, reason);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    rc = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    if (rc == CURLE_OK && status >= 100) {
        ret_answer->status = (int)status;
        return 0;
    }
    return tern_fail(err, rc == CURLE_OPERATION_TIMEDOUT ? TERN_ETIMEOUT : TERN_ERETRIABLE, "%s",
                     reason[0] ? reason : curl_easy_strerror(rc));
}
