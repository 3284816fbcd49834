/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/tls.h"

#include <string.h>
#include <strings.h>

#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/wire/security_settings.h"
#include "lib/wire/tls_material.h"

static const struct {
    const char *java, *gnutls;
} protocols[] = {
    {"TLSv1.3", ":+VERS-TLS1.3"},
    {"TLSv1.2", ":+VERS-TLS1.2"},
};

/* The settings that count, without prefix. */
static void select_settings(const struct tern_config *worker, const char *prefix,
                            struct strmap *out)
{
    CLEANUP(security_settings_fini) struct strmap prefixed = STRMAP_INIT;
    struct tern_config view;

    strmap_add_prefixed(&prefixed, worker, prefix);
    view = strmap_config(&prefixed);
    security_settings_add(out, prefixed.count ? &view : worker);
}

static int read_protocols(struct rest_tls *tls, const struct strmap *settings,
                          struct tern_error *err)
{
    const char *given = strmap_get(settings, "ssl.enabled.protocols");
    const char *text = given && *given ? given : "TLSv1.2,TLSv1.3";
    CLEANUP(buf_fini) struct buf out = BUF_INIT(256);

    buf_add_str(&out, "NORMAL:-VERS-ALL");
    for (size_t i = 0; i < COUNT_OF(protocols); i++) {
        if (strcasestr(text, protocols[i].java))
            buf_add_str(&out, protocols[i].gnutls);
    }
    if (strcmp(buf_str(&out), "NORMAL:-VERS-ALL") == 0) {
        return tern_fail(err, TERN_EINVALID,
                         "Invalid value %s for configuration ssl.enabled.protocols: TLSv1.2 and "
                         "TLSv1.3 are there",
                         text);
    }
    tls->priorities = buf_take_str(&out);
    return 0;
}

static int read_client_auth(struct rest_tls *tls, const struct strmap *settings,
                            struct tern_error *err)
{
    const char *text = strmap_get(settings, "ssl.client.auth");

    if (!text || strcmp(text, "none") == 0)
        return 0;
    tls->needs_client = strcmp(text, "required") == 0;
    tls->wants_client = tls->needs_client || strcmp(text, "requested") == 0;
    if (tls->wants_client)
        return 0;
    return tern_fail(err, TERN_EINVALID, /* peer text */
                     "Invalid value %s for configuration ssl.client.auth: String must be one of: "
                     "required, requested, none",
                     text);
}

/* What would be a restriction, and cannot be kept, is not passed over. */
static int check_ability(const struct strmap *settings, struct tern_error *err)
{
    const char *ciphers = strmap_get(settings, "ssl.cipher.suites");

    if (!ciphers || !*ciphers)
        return 0;
    return tern_fail(err, TERN_EINVALID,
                     "configuration 'ssl.cipher.suites' is not supported for HTTPS: use "
                     "ssl.enabled.protocols");
}

static char *taken(struct buf *pem)
{
    return pem->len ? buf_take_str(pem) : NULL;
}

static int read_stores(struct rest_tls *tls, const struct strmap *settings, struct tern_error *err)
{
    const struct tern_config view = strmap_config(settings);
    CLEANUP(tls_wipe_buf) struct buf key = BUF_INIT(TLS_PEM_MAX_BYTES);
    CLEANUP(buf_fini) struct buf chain = BUF_INIT(TLS_PEM_MAX_BYTES);
    CLEANUP(buf_fini) struct buf trusted = BUF_INIT(TLS_PEM_MAX_BYTES);
    struct tls_material m;

    if (tls_material_load(&view, &m, err) < 0)
        return -1;
    tls_material_key_pem(&m, &key);
    tls_material_chain_pem(&m, &chain);
    tls_material_trusted_pem(&m, &trusted);
    tls_material_fini(&m);
    tls->key_pem = taken(&key);
    tls->chain_pem = taken(&chain);
    tls->trusted_pem = taken(&trusted);
    if (tls->wants_client && !tls->trusted_pem) {
        return tern_fail(err, TERN_EINVALID,
                         "ssl.client.auth asks for client certificates: ssl.truststore.location "
                         "must say whose");
    }
    return 0;
}

int rest_tls_load(const struct tern_config *worker, const char *prefix, struct rest_tls **ret_tls,
                  struct tern_error *err)
{
    CLEANUP(security_settings_fini) struct strmap settings = STRMAP_INIT;
    struct rest_tls *tls = xcalloc(1, sizeof(*tls));
    const struct tern_config_entry *algorithm;
    struct tern_config view;

    select_settings(worker, prefix, &settings);
    view = strmap_config(&settings);
    algorithm = config_find(&view, "ssl.endpoint.identification.algorithm");
    tls->checks_name = !algorithm || (algorithm->value && *algorithm->value);
    if (read_protocols(tls, &settings, err) < 0 || read_client_auth(tls, &settings, err) < 0 ||
        check_ability(&settings, err) < 0 || read_stores(tls, &settings, err) < 0) {
        rest_tls_free(tls);
        return -1;
    }
    *ret_tls = tls;
    return 0;
}

void rest_tls_free(struct rest_tls *tls)
{
    if (!tls)
        return;
    tls_wipe_textp(&tls->key_pem);
    free(tls->chain_pem);
    free(tls->trusted_pem);
    free(tls->priorities);
    free(tls);
}
