/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * client_names - which settings Java's clients have, for those who look at what a user has
 * written. From the table that client_conf.h goes by. Thread: any.
 */
#include "lib/kafka/client_conf.h"

/* Whether a client of any role has the setting: in another role it is said to have no meaning. */
bool client_name_is_known(const char *name);
/* The setting of such a client that name was probably meant to be; static; NULL: none is near. */
const char *client_name_nearest(enum kafka_role role, const char *name);
