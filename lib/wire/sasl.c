/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/sasl.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <strings.h>

#include "lib/base/base64.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/wire/jaas.h"
#include "lib/wire/oauth.h"
#include "lib/wire/scram.h"
#include "lib/wire/tls_material.h"

struct sasl_mechanism {
    const char *name;
    bool has_password; /* username and password in the JAAS entry */
    enum scram_hash hash;
    int (*step)(void *talk, struct slice challenge, struct buf *out, bool *ret_done,
                struct tern_error *err);
};

struct sasl {
    const struct sasl_mechanism *mechanism;
    struct conn_auth auth;
    char *user, *password; /* password is wiped */
    bool is_token;         /* they are a delegation token's */
    struct oauth *oauth;
};

/* One connection's. */
struct talk {
    struct sasl *sasl;
    struct scram *scram;
    bool has_spoken;
};

/* ---- mechanisms ---- */

/* One message of ours, and an empty answer that says yes. */
static bool is_second_step(struct talk *c, bool *ret_done)
{
    *ret_done = c->has_spoken;
    c->has_spoken = true;
    return *ret_done;
}

static int step_plain(void *talk, struct slice challenge, struct buf *out, bool *ret_done,
                      struct tern_error *err)
{
    struct talk *c = talk;

    (void)challenge;
    (void)err;
    if (is_second_step(c, ret_done))
        return 0;
    buf_add_char(out, '\0');
    buf_add_str(out, c->sasl->user);
    buf_add_char(out, '\0');
    buf_add_str(out, c->sasl->password);
    return 0;
}

static int step_oauth(void *talk, struct slice challenge, struct buf *out, bool *ret_done,
                      struct tern_error *err)
{
    struct talk *c = talk;
    const char *token;

    if (is_second_step(c, ret_done)) {
        if (!challenge.len)
            return 0;
        return tern_fail(err, TERN_EINVALID, "the broker does not take the token: %.*s",
                         (int)(challenge.len < 512 ? challenge.len : 512),
                         (const char *)challenge.at);
    }
    if (oauth_token(c->sasl->oauth, &token, NULL, err) < 0)
        return -1;
    buf_add_fmt(out, "n,,\001auth=Bearer %s\001\001", token);
    return 0;
}

static int step_scram(void *talk, struct slice challenge, struct buf *out, bool *ret_done,
                      struct tern_error *err)
{
    struct talk *c = talk;

    return scram_step(c->scram, challenge, out, ret_done, err);
}

static const struct sasl_mechanism mechanisms[] = {
    {"PLAIN", true, 0, step_plain},
    {"SCRAM-SHA-256", true, SCRAM_SHA_256, step_scram},
    {"SCRAM-SHA-512", true, SCRAM_SHA_512, step_scram},
    {"OAUTHBEARER", false, 0, step_oauth},
};

/* ---- settings ---- */

static int find_mechanism(const char *name, const struct sasl_mechanism **ret_mechanism,
                          struct tern_error *err)
{
    enum tern_code code = strcmp(name, "GSSAPI") == 0 ? TERN_ENOTFOUND : TERN_EINVALID;

    for (size_t i = 0; i < COUNT_OF(mechanisms); i++) {
        if (strcmp(mechanisms[i].name, name) == 0) {
            *ret_mechanism = &mechanisms[i];
            return 0;
        }
    }
    return tern_fail(
        err, code,
        "Invalid value %s for configuration sasl.mechanism: this connection has PLAIN, "
        "SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER",
        name);
}

static int read_password(struct sasl *s, const char *jaas, struct tern_error *err)
{
    if (jaas && *jaas && jaas_check(jaas, err) < 0)
        return -1;
    s->is_token = jaas && jaas_names_token(jaas);
    s->user = jaas ? jaas_option(jaas, "username") : NULL;
    s->password = jaas ? jaas_option(jaas, "password") : NULL;
    if (s->user && s->password)
        return 0;
    return tern_fail(err, TERN_EINVALID,
                     "configuration 'sasl.jaas.config' has no option '%s', or is not of the form "
                     "'<login module> required <option>=\"<value>\" ... ;'",
                     s->user ? "password" : "username");
}

int sasl_new(const struct tern_config *java, struct sasl **ret_sasl, struct tern_error *err)
{
    const char *name = config_get(java, "sasl.mechanism");
    struct sasl *s = xcalloc(1, sizeof(*s));
    int rc = find_mechanism(name && *name ? name : "GSSAPI", &s->mechanism, err);

    if (rc == 0 && s->mechanism->has_password)
        rc = read_password(s, config_get(java, "sasl.jaas.config"), err);
    else if (rc == 0)
        rc = oauth_new(java, &s->oauth, err);
    if (rc < 0) {
        sasl_free(s);
        return -1;
    }
    *ret_sasl = s;
    return 0;
}

void sasl_free(struct sasl *s)
{
    if (!s)
        return;
    free(s->user);
    tls_wipe_textp(&s->password);
    oauth_free(s->oauth);
    free(s);
}

/* ---- connections ---- */

static char *new_nonce(void)
{
    CLEANUP(buf_fini) struct buf text = BUF_INIT(64);
    uint8_t bytes[24];

    if (RAND_bytes(bytes, sizeof(bytes)) != 1)
        abort(); /* no randomness, no security */
    base64_encode(&text, bytes, sizeof(bytes));
    return buf_take_str(&text);
}

static void *begin_talk(void *arg)
{
    struct talk *c = xcalloc(1, sizeof(*c));

    c->sasl = arg;
    if (c->sasl->mechanism->step == step_scram) {
        CLEANUP(freep) char *nonce = new_nonce();

        c->scram = scram_new(c->sasl->mechanism->hash, c->sasl->user, c->sasl->password, nonce);
        if (c->sasl->is_token)
            scram_use_token(c->scram);
    }
    return c;
}

static void end_talk(void *talk)
{
    struct talk *c = talk;

    scram_free(c->scram);
    free(c);
}

const struct conn_auth *sasl_auth(struct sasl *s)
{
    s->auth = (struct conn_auth){
        .mechanism = s->mechanism->name,
        .step = s->mechanism->step,
        .arg = s,
        .begin = begin_talk,
        .end = end_talk,
    };
    return &s->auth;
}

bool security_protocol_parse(const char *text, bool *ret_tls, bool *ret_sasl)
{
    static const struct {
        const char *name;
        bool tls, sasl;
    } known[] = {
        {"PLAINTEXT", false, false},
        {"SSL", true, false},
        {"SASL_PLAINTEXT", false, true},
        {"SASL_SSL", true, true},
    };

    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strcasecmp(known[i].name, text) == 0) {
            *ret_tls = known[i].tls;
            *ret_sasl = known[i].sasl;
            return true;
        }
    }
    return false;
}
