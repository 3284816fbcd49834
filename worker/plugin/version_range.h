/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * version_range - which versions of a plugin a configuration admits.
 *
 * null or "latest": the newest; a bare version: that one exactly; else Maven's sets of ranges,
 * "[1.0,2.0),[3.0,)". Texts are Maven's. Pure. Peers: PluginUtils.connectorVersionRequirement(),
 * org.apache.maven.artifact.versioning.VersionRange. Spec: connect-runtime.md 8.7.
 */
#include "lib/base/macros.h"

#include <tern/error.h>

#include <stdbool.h>
#include <stddef.h>

struct version_limits {
    char *lower, *upper; /* owned; NULL: none */
    bool lower_included, upper_included;
};

struct version_range {
    struct version_limits *at; /* owned */
    size_t count;              /* 0: the newest */
    size_t cap;
};

/* Reads text, NULL being null. Errors: TERN_EINVALID. */
int version_range_parse(const char *text, struct version_range *ret_range,
                        struct tern_error *err) MUST_CHECK;
void version_range_fini(struct version_range *range);
/* Anything is in the range that asks for the newest. */
bool version_range_has(const struct version_range *range, const char *version);
/* "[1.0,2.0)", to be freed; NULL when the newest is asked for. */
char *version_range_text(const struct version_range *range);
