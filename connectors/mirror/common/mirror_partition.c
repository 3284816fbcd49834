/* SPDX-License-Identifier: Apache-2.0 */
#include "connectors/mirror/common/mirror_partition.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/xmem.h"

int mirror_partition_compare(const void *a, const void *b)
{
    const struct mirror_partition *x = a, *y = b;
    int order = strcmp(x->topic, y->topic);

    if (order != 0)
        return order;
    return (x->partition > y->partition) - (x->partition < y->partition);
}

/* A number as Integer.parseInt() reads the digits after the last '-'; -1 when it is none. */
static int64_t read_partition(const char *digits)
{
    int64_t number = *digits ? 0 : -1;

    for (const char *p = digits; *p; p++) {
        if (*p < '0' || *p > '9')
            return -1;
        number = 10 * number + (*p - '0');
        if (number > INT32_MAX)
            return -1;
    }
    return number;
}

int mirror_partition_parse(const char *text, char **ret_topic, int32_t *ret_partition,
                           struct tern_error *err)
{
    const char *dash = strrchr(text, '-');
    int64_t partition = dash ? read_partition(dash + 1) : -1;

    if (partition < 0) {
        return tern_fail(err, TERN_EINVALID, "'%s' is no topic and partition: expected topic-0",
                         text);
    }
    *ret_topic = xstrndup(text, (size_t)(dash - text));
    *ret_partition = (int32_t)partition;
    return 0;
}

void mirror_partition_source_fields(const char *source_alias, const char *topic, int32_t partition,
                                    struct tern_field ret_fields[MIRROR_PARTITION_SOURCE_FIELDS])
{
    ret_fields[0] = (struct tern_field){.name = "cluster", .text = source_alias};
    ret_fields[1] = (struct tern_field){.name = "partition", .number = partition};
    ret_fields[2] = (struct tern_field){.name = "topic", .text = topic};
}

bool mirror_partition_key(struct slice topic, int32_t partition,
                          char ret_key[MIRROR_PARTITION_KEY_SIZE])
{
    if (!topic.at || topic.len > MIRROR_PARTITION_TOPIC_MAX || memchr(topic.at, 0, topic.len) ||
        memchr(topic.at, '\n', topic.len))
        return false;
    memcpy(ret_key, topic.at, topic.len);
    snprintf(ret_key + topic.len, MIRROR_PARTITION_KEY_SIZE - topic.len, "\n%" PRId32, partition);
    return true;
}
