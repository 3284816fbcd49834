/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/basic_auth.h"

#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>

#include "lib/base/base64.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"
#include "lib/conf/properties.h"

enum {
    MAX_CREDENTIALS_BYTES = 16 * 1024,
};

struct basic_auth {
    struct strmap users;
};

int basic_auth_load(const char *path, struct basic_auth **ret_auth, struct tern_error *err)
{
    struct strmap users = STRMAP_INIT;
    struct basic_auth *auth;

    if (properties_load(path, &users, err) < 0)
        return tern_context(err, "loading the users of the REST server");
    auth = xcalloc(1, sizeof(*auth));
    auth->users = users;
    *ret_auth = auth;
    return 0;
}

void basic_auth_free(struct basic_auth *auth)
{
    if (!auth)
        return;
    STRMAP_FOREACH (&auth->users, entry)
        OPENSSL_cleanse((char *)entry->value, strlen(entry->value));
    strmap_fini(&auth->users);
    free(auth);
}

/* "Basic <base64>" as "user:password"; false: it is nothing of the kind. */
static bool decode(const char *header, struct buf *out)
{
    static const char scheme[] = "basic ";

    if (!header || strncasecmp(header, scheme, strlen(scheme)) != 0)
        return false;
    header += strlen(scheme);
    header += strspn(header, " ");
    return base64_decode(out, header, strlen(header)) && strlen(buf_str(out)) == out->len;
}

/* Takes as long for a wrong password as for a right one of the same length. */
static bool is_same(const char *a, const char *b)
{
    size_t len = strlen(a);

    return len == strlen(b) && CRYPTO_memcmp(a, b, len) == 0;
}

bool basic_auth_allows(const struct basic_auth *auth, const char *authorization)
{
    CLEANUP(buf_fini) struct buf plain = BUF_INIT(MAX_CREDENTIALS_BYTES);
    const char *password;
    char *colon;
    bool is_allowed;

    if (auth->users.count == 0)
        return true;
    if (!decode(authorization, &plain))
        return false;
    colon = strchr((char *)plain.data, ':');
    if (!colon || colon == (char *)plain.data)
        return false;
    *colon = '\0';
    password = strmap_get(&auth->users, (const char *)plain.data);
    is_allowed = password && is_same(password, colon + 1);
    OPENSSL_cleanse(plain.data, plain.len);
    return is_allowed;
}
