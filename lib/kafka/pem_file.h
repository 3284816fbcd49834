/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * pem_file - certificates as files that have no name on any disk: librdkafka reads whole chains and
 * several trusted certificates from files only.
 *
 * Files live as long as the process, one for each content, so that a client can be opened at any
 * time; there are as many as stores were changed. For what is public: keys are given as text.
 */
#include "lib/base/macros.h"

#include <stddef.h>

#include <tern/error.h>

enum {
    PEM_FILE_PATH_MAX = 32
};

/* Sets ret_path to a path of this process that holds the text. Thread: any. Errors: TERN_EINTERNAL.
 */
int pem_file(const char *text, size_t len, char ret_path[PEM_FILE_PATH_MAX],
             struct tern_error *err) MUST_CHECK;
