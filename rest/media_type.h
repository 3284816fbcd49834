/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* media_type - content negotiation, of which JSON is the only outcome. Pure. */
#include <stdbool.h>

enum media_type {
    MEDIA_JSON,    /* application/json, whatever its parameters */
    MEDIA_OTHER,   /* well formed */
    MEDIA_INVALID, /* no type/subtype */
};

/* What a Content-Type header names. */
enum media_type media_type_of(const char *content_type);
/* Whether an Accept header admits application/json; NULL and "" admit everything. */
bool media_type_accepts_json(const char *accept);
