/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/trace.h"

#include <stddef.h>

#include "lib/base/xmem.h"

static const char connect_exception[] = "org.apache.kafka.connect.errors.ConnectException";

const char *trace_class(enum tern_code code)
{
    switch (code) {
    case TERN_EINVALID:
        return "org.apache.kafka.common.config.ConfigException";
    case TERN_ENOTFOUND:
        return "org.apache.kafka.connect.errors.NotFoundException";
    case TERN_ECONFLICT:
        return "org.apache.kafka.connect.errors.AlreadyExistsException";
    case TERN_ETIMEOUT:
        return "org.apache.kafka.common.errors.TimeoutException";
    case TERN_ERETRIABLE:
        return "org.apache.kafka.connect.errors.RetriableException";
    case TERN_EREFUSED:
    case TERN_EINTERNAL:
        break;
    }
    return connect_exception; /* plugins are input: any number may come */
}

static const char *where_of(const struct tern_error *err)
{
    return err->where ? err->where : "unknown";
}

char *trace_text_as(const char *what, const char *class_name, const struct tern_error *err)
{
    if (!what)
        return xasprintf("%s: %s\n\tat %s\n", class_name, err->msg, where_of(err));
    return xasprintf("%s: %s\n\tat %s\nCaused by: %s: %s\n\tat %s\n", connect_exception, what,
                     where_of(err), class_name, err->msg, where_of(err));
}

char *trace_text(const char *what, const struct tern_error *err)
{
    return trace_text_as(what, trace_class(err->code), err);
}
