/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * trace - an error as the text of a Java stack trace, as statuses and REST answers show it:
 * "<class>: <message>\n\tat <where>\n", and "Caused by: " blocks. Spec: connect-runtime.md 1.1.
 */
#include <tern/error.h>

/* The Java exception class that stands for a code: ConfigException, RetriableException, ... */
const char *trace_class(enum tern_code code);
/* The caller frees. `what` may be NULL: then there is one block; else "ConnectException: <what>"
 * caused by err. */
char *trace_text(const char *what, const struct tern_error *err);
/* The same with the class of err, or of its cause block when there is a what, as given. */
char *trace_text_as(const char *what, const char *class_name, const struct tern_error *err);
