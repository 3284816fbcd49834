/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * task_check - whether a source task of these configurations can be made at all, told before it is
 * started, for those who asked for the start: a task tells of itself only by its status. Java
 * makes converters and producer before it answers.
 */
#include "worker/task/source_task.h"

/*
 * Looks at settings, client overrides, converters and the producer's settings; opens no client.
 * Thread: any. Errors: what the task's trace would say.
 */
int task_check(const struct source_task_conf *conf, struct tern_error *err) MUST_CHECK;
