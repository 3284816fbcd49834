/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * task_check - whether a source task of these configurations can be made at all, told before it is
 * started: to who asked for the start, and because a task that was never made has no version in its
 * status. Java's herder makes converters and producer, too, before it starts a task.
 */
#include "worker/task/source_task.h"

/*
 * Looks at settings, client overrides, converters and the producer's settings; opens no client.
 * Thread: any. Errors: what the task's trace would say.
 */
int task_check(const struct source_task_conf *conf, struct tern_error *err) MUST_CHECK;
