/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/config_check.h"

#include "lib/base/xmem.h"
#include "rest/context.h"
#include "rest/reply.h"
#include "worker/herder/herder.h"

bool config_is_acceptable(struct rest_context *ctx, const struct strmap *config,
                          struct rest_reply *reply)
{
    const struct tern_config raw = strmap_config(config);
    CLEANUP(freep) char *refusal = NULL;
    struct tern_error err;

    if (herder_check_config(ctx->herder, &raw, &refusal, &err) < 0)
        rest_reply_fail(reply, &err);
    else if (refusal)
        rest_reply_error_text(reply, 400, 400, refusal);
    else
        return true;
    return false;
}
