/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/forced_setting.h"

#include <strings.h>

#include "lib/base/log.h"

LOG_DOMAIN("org.apache.kafka.connect.util.ConnectUtils");

void forced_setting(struct strmap *out, const char *key, const char *value, const char *whose)
{
    const char *given = strmap_get(out, key);

    if (given && strcasecmp(given, value) != 0) {
        log_warn("The value '%s' for the '%s' property will be ignored as it cannot be overridden "
                 "%s when exactly-once source support is enabled. The value '%s' will be used "
                 "instead.",
                 given, key, whose, value); /* peer text */
    }
    strmap_set(out, key, value);
}
