/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * java_order - the order in which a Java HashMap of strings is gone through.
 *
 * It is seen in messages and in arrays of REST answers. Keys that share a bucket keep the order
 * in which they are given, which is that of their insertion. Pure. Peer: java.util.HashMap.
 */
#include <stddef.h>
#include <stdint.h>

#include <tern/config.h>

/* String.hashCode() of UTF-8 text: over its UTF-16 units. */
uint32_t java_hash(const char *text);
/*
 * Puts keys, all different, into the order of a map that they were put into one by one, among
 * others: of is how many the map holds.
 */
void java_order_sort(const char **keys, size_t count, size_t of);
/* "{b=2, a=1}": a configuration as messages show it, null as "null"; to be freed. */
char *java_map_text(const struct tern_config *config);
