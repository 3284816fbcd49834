/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/rest/internal/fake_herder.h"

#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/strmap.h"
#include "lib/base/xmem.h"

static int answer(struct herder *h, struct herder_ask *ask, struct tern_error *err)
{
    h->asked++;
    h->left_ms = clock_left_ms(ask->deadline_ms, 1000000);
    if (h->rc == 0)
        return 0;
    *err = h->err;
    ask->is_elsewhere = h->is_elsewhere;
    ask->url = h->url ? xstrdup(h->url) : NULL;
    return -1;
}

int herder_ping(struct herder *h, struct herder_ask *ask, struct tern_error *err)
{
    return answer(h, ask, err);
}

int herder_put_tasks(struct herder *h, const char *connector, const struct tern_config *tasks,
                     size_t count, struct herder_ask *ask, struct tern_error *err)
{
    const char *value = count ? config_get(&tasks[0], "k") : NULL;

    snprintf(h->connector, sizeof(h->connector), "%s", connector);
    snprintf(h->first_value, sizeof(h->first_value), "%s", value ? value : "");
    h->task_count = count;
    return answer(h, ask, err);
}

int herder_fence(struct herder *h, const char *connector, struct herder_ask *ask,
                 struct tern_error *err)
{
    snprintf(h->connector, sizeof(h->connector), "%s", connector);
    return answer(h, ask, err);
}

int herder_put_logger(struct herder *h, const char *logger, const char *level,
                      struct tern_error *err)
{
    h->asked++;
    snprintf(h->logger, sizeof(h->logger), "%s", logger);
    snprintf(h->level, sizeof(h->level), "%s", level);
    *err = h->err;
    return h->rc;
}

void herder_role(struct herder *h, struct herder_role *ret_role)
{
    *ret_role = (struct herder_role){
        .is_ready = h->is_ready, .protocol = h->protocol, .key = session_key_copy(h->key)};
}

void herder_role_fini(struct herder_role *role)
{
    free(role->leader_url);
    session_key_free(role->key);
}

char *herder_stage(struct herder *h)
{
    return h->stage ? xstrdup(h->stage) : NULL;
}

struct config_ref *herder_worker_config(const struct herder *h)
{
    return h->worker;
}
