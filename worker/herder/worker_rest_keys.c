/* SPDX-License-Identifier: Apache-2.0 */
/* worker_rest_keys - settings of the worker's REST server. */
#include "worker/herder/worker_config.h"

#include "worker/herder/worker_valid.h"

const struct tern_config_key worker_rest_keys[] = {
    {"listeners", TERN_LIST, "http://:8083", TERN_LOW, TERN_UNBOUND,
     .doc = "Addresses on which the REST server listens.", .validator = &worker_valid_listeners},
    {"rest.advertised.host.name", TERN_STRING, NULL, TERN_LOW, TERN_UNBOUND,
     .doc = "Host name by which other workers reach this one."},
    {"rest.advertised.port", TERN_INT, NULL, TERN_LOW, TERN_UNBOUND,
     .doc = "Port by which other workers reach this one."},
    {"rest.advertised.listener", TERN_STRING, NULL, TERN_LOW, TERN_UNBOUND,
     .doc = "Which listener (http or https) other workers use."},
    {"admin.listeners", TERN_LIST, NULL, TERN_LOW, TERN_UNBOUND,
     .doc = "Addresses of the admin endpoints; null: the listeners; empty: none.",
     .validator = &worker_valid_list_or_null},
    {"ssl.client.auth", TERN_STRING, "none", TERN_LOW, TERN_UNBOUND,
     .doc = "Whether the REST server asks clients for a certificate.",
     .validator = &worker_valid_client_auth},
    {"access.control.allow.origin", TERN_STRING, "", TERN_LOW, TERN_UNBOUND,
     .doc = "Value of Access-Control-Allow-Origin; empty: cross-origin requests are refused."},
    {"access.control.allow.methods", TERN_STRING, "", TERN_LOW, TERN_UNBOUND,
     .doc = "Methods allowed for cross-origin requests."},
    {"response.http.headers.config", TERN_STRING, "", TERN_LOW, TERN_UNBOUND,
     .doc = "Headers added to REST answers.", .validator = &worker_valid_header_rules},
    {"rest.extension.classes", TERN_LIST, "", TERN_LOW, TERN_UNBOUND,
     .doc = "Classes that extend the REST server.", .validator = &worker_valid_list_or_empty},
    TERN_END,
};
