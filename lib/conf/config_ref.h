/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * config_ref - a configuration that is published once and then shared: immutable, refcounted.
 * Thread: any.
 */
#include "lib/base/strmap.h"

struct config_ref;

/* Takes the content of map, which is empty afterwards. The caller owns one reference. */
struct config_ref *config_ref_new(struct strmap *map);
/* NULL stays NULL. */
struct config_ref *config_ref_ref(struct config_ref *c);
void config_ref_unref(struct config_ref *c);
/* Borrowed while a reference is held. */
const struct strmap *config_ref_map(const struct config_ref *c);
struct tern_config config_ref_config(const struct config_ref *c);
