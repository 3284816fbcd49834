/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * worker_file - the properties file of a distributed worker: read, its variables resolved, and
 * checked, before anything is started. Peer: ConnectDistributed, DistributedConfig; difference:
 * all faults are told at once, each with its line. Spec: connect-distributed.md 1.3, 13.
 */
#include "lib/conf/config_ref.h"

/*
 * Returns owned, or NULL when the file cannot be used. Logs, at ERROR, one line for each fault;
 * no line holds a secret. A key that nobody knows, but that is near to one, is told at WARN.
 * Thread: any.
 */
struct config_ref *worker_file_load(const char *path);
