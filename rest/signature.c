/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/signature.h"

#include <string.h>

#include "lib/base/base64.h"
#include "lib/conf/config_value.h"
#include "rest/reply.h"
#include "worker/herder/herder.h"

enum {
    MAX_LIST_BYTES = 64 * 1024,
    MAX_MAC_BYTES = 1024, /* of what a header holds; it is longer than any MAC */
};

/* Whether the worker takes that algorithm; answers otherwise. */
static bool is_configured(const struct signature_check *check, struct rest_reply *reply)
{
    CLEANUP(config_value_fini) struct config_value list = CONFIG_VALUE_INIT;
    CLEANUP(buf_fini) struct buf names = BUF_INIT(MAX_LIST_BYTES);
    const char *text = check->verified ? check->verified : "HmacSHA256";
    struct tern_error err;

    if (config_value_parse("inter.worker.verification.algorithms", TERN_LIST, text, &list, &err) <
        0) {
        rest_reply_fail(reply, &err);
        return false;
    }
    for (size_t i = 0; i < list.count; i++) {
        if (strcmp(list.items[i], check->algorithm) == 0)
            return true;
        buf_add_fmt(&names, "%s%s", i ? ", " : "", list.items[i]);
    }
    rest_reply_error(
        reply, 400, /* peer text */
        "This worker does not support the '%s' key signing algorithm used by other workers. This "
        "worker is currently configured to use: [%s]. Check that all workers' configuration files "
        "permit the same set of signature algorithms, and correct any misconfigured worker and "
        "restart it.",
        check->algorithm, buf_str(&names));
    return false;
}

/* What the headers say by themselves, which is looked at whatever the group speaks. */
static bool is_well_formed(const struct signature_check *check, struct buf *mac,
                           struct rest_reply *reply)
{
    if (!session_mac_exists(check->algorithm)) {
        rest_reply_error(reply, 400, "Algorithm %s not available",
                         check->algorithm); /* peer text */
        return false;
    }
    if (!base64_decode(mac, check->signature, strlen(check->signature))) {
        rest_reply_error(reply, 400, "Illegal base64 in the header " SIGNATURE_HEADER);
        return false;
    }
    return true;
}

bool signature_is_valid(const struct signature_check *check, struct rest_reply *reply)
{
    CLEANUP(buf_fini) struct buf mac = BUF_INIT(MAX_MAC_BYTES);
    bool is_there = check->signature && check->algorithm;

    if (is_there && !is_well_formed(check, &mac, reply))
        return false;
    if (!check->is_enforced)
        return true;
    if (!is_there) {
        rest_reply_error(reply, 400, "Internal request missing required signature"); /* peer text */
        return false;
    }
    if (!is_configured(check, reply))
        return false;
    if (!check->key) {
        rest_reply_error(reply, 503, /* peer text */
                         "This worker is still starting up and has not been able to read a session "
                         "key from the config topic yet");
        return false;
    }
    if (session_key_verify(check->key, check->algorithm, check->body.at, check->body.len,
                           buf_str(&mac), mac.len))
        return true;
    rest_reply_error(reply, 403, "Internal request contained invalid signature."); /* peer text */
    return false;
}
