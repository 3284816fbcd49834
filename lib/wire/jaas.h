/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * jaas - sasl.jaas.config: "<login module> <flag> <name>="<value>" ... ;", as people write it.
 * Peer: org.apache.kafka.common.security.JaasConfig.
 */
#include "lib/base/macros.h"

/*
 * An option's value, or NULL when it is not there or the text is no such entry. Values are quoted,
 * with backslash escapes, or bare. To be freed, and wiped, by the caller. Thread: any.
 */
char *jaas_option(const char *jaas, const char *option);
