/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task/task_check.h"

#include "worker/convert/converter.h"
#include "worker/task/override_policy.h"
#include "worker/task/send_stage.h"
#include "worker/task/task_producer_conf.h"
#include "worker/task/task_settings.h"

static int check_converters(const struct tern_config *worker, const struct tern_config *connector,
                            struct tern_error *err)
{
    static const enum converter_role roles[] = {CONVERT_KEY, CONVERT_VALUE, CONVERT_HEADER};

    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        struct converter *converter;

        if (converter_open(roles[i], connector, worker, &converter, err) < 0)
            return -1;
        converter_close(converter);
    }
    return 0;
}

/* As the task opens it, but for its transactional id; who opens it says what is overruled. */
static int check_producer(const struct source_task_conf *conf, const struct tern_config *worker,
                          const struct tern_config *connector, struct tern_error *err)
{
    CLEANUP(strmap_fini) struct strmap settings = STRMAP_INIT;
    struct tern_config java;

    task_producer_conf(conf->connector, conf->task, worker, connector, &settings);
    if (conf->exactly_once) {
        strmap_set(&settings, "enable.idempotence", "true");
        strmap_set(&settings, "transactional.id", conf->connector);
    }
    java = strmap_config(&settings);
    return send_stage_check(&java, err);
}

int task_check(const struct source_task_conf *conf, struct tern_error *err)
{
    const struct tern_config worker = config_ref_config(conf->worker_config);
    const struct tern_config connector = config_ref_config(conf->connector_config);
    struct task_settings settings;

    if (task_settings_read(&worker, &connector, conf->exactly_once != NULL, &settings, err) < 0 ||
        override_policy_check_producer(&worker, &connector, err) < 0 ||
        check_converters(&worker, &connector, err) < 0)
        return -1;
    return check_producer(conf, &worker, &connector, err);
}
