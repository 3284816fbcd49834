/* SPDX-License-Identifier: Apache-2.0 */
/* openapi_schemas - the bodies and parameters that routes name. Spec: connect-rest.md 5, 6.1. */
#include "rest/openapi.h"

#include <assert.h>
#include <string.h>

#define STRING             "{\"type\":\"string\"}"
#define NULLABLE           "{\"type\":\"string\",\"nullable\":true}"
#define INTEGER            "{\"type\":\"integer\"}"
#define BOOLEAN            "{\"type\":\"boolean\"}"
#define REF(x)             "{\"$ref\":\"#/components/schemas/" x "\"}"
#define LIST(x)            "{\"type\":\"array\",\"items\":" x "}"
#define MAP(x)             "{\"type\":\"object\",\"additionalProperties\":" x "}"
#define ENUM(x)            "{\"type\":\"string\",\"enum\":[" x "]}"
#define OBJECT(properties) "{\"type\":\"object\",\"properties\":{" properties "}}"

static const struct {
    const char *name;
    const char *schema;
} schemas[] = {
    {"Error", OBJECT("\"error_code\":" INTEGER ",\"message\":" NULLABLE)},
    {"Message", OBJECT("\"message\":" STRING)},
    {"ServerInfo",
     OBJECT("\"version\":" STRING ",\"commit\":" STRING ",\"kafka_cluster_id\":" NULLABLE)},
    {"WorkerStatus",
     OBJECT("\"status\":" ENUM("\"healthy\",\"starting\",\"unhealthy\"") ",\"message\":" STRING)},
    {"OpenApi", "{\"type\":\"object\"}"},
    {"ConnectorConfig", MAP(NULLABLE)},
    {"ConnectorTaskId", OBJECT("\"connector\":" STRING ",\"task\":" INTEGER)},
    {"ConnectorType", ENUM("\"source\",\"sink\",\"unknown\"")},
    {"ConnectorInfo",
     OBJECT("\"name\":" STRING ",\"config\":" REF("ConnectorConfig") ",\"tasks\":" LIST(
         REF("ConnectorTaskId")) ",\"type\":" REF("ConnectorType"))},
    {"CreateConnectorRequest",
     OBJECT("\"name\":" STRING ",\"config\":" REF("ConnectorConfig") ",\"initial_state\":" ENUM(
         "\"RUNNING\",\"PAUSED\",\"STOPPED\""))},
    {"ConnectorState", OBJECT("\"state\":" STRING ",\"worker_id\":" STRING ",\"version\":" NULLABLE
                              ",\"trace\":" STRING)},
    {"TaskState", OBJECT("\"id\":" INTEGER ",\"state\":" STRING ",\"worker_id\":" STRING
                         ",\"version\":" NULLABLE ",\"trace\":" STRING)},
    {"ConnectorStateInfo",
     OBJECT("\"name\":" STRING ",\"connector\":" REF("ConnectorState") ",\"tasks\":" LIST(
         REF("TaskState")) ",\"type\":" REF("ConnectorType"))},
    {"ConnectorNames", LIST(STRING)},
    /* an array of names, or with expand an object by name */
    {"Connectors", "{\"oneOf\":[" REF("ConnectorNames") "," MAP(OBJECT("\"info\":" REF(
                       "ConnectorInfo") ",\"status\":" REF("ConnectorStateInfo"))) "]}"},
    {"TaskInfo", OBJECT("\"id\":" REF("ConnectorTaskId") ",\"config\":" REF("ConnectorConfig"))},
    {"TaskInfos", LIST(REF("TaskInfo"))},
    {"TaskConfigs", LIST(REF("ConnectorConfig"))},
    {"ActiveTopics", MAP(OBJECT("\"topics\":" LIST(STRING)))},
    {"ConnectorOffset", OBJECT("\"partition\":{\"type\":\"object\"},\"offset\":{\"type\":"
                               "\"object\",\"nullable\":true}")},
    {"ConnectorOffsets", OBJECT("\"offsets\":" LIST(REF("ConnectorOffset")))},
    {"PluginInfo", OBJECT("\"class\":" STRING ",\"type\":" STRING ",\"version\":" STRING)},
    {"PluginInfos", LIST(REF("PluginInfo"))},
    {"ConfigKeyInfo",
     OBJECT("\"name\":" STRING ",\"type\":" STRING ",\"required\":" BOOLEAN
            ",\"default_value\":" NULLABLE ",\"importance\":" STRING ",\"documentation\":" STRING
            ",\"group\":" NULLABLE ",\"order_in_group\":" INTEGER ",\"width\":" STRING
            ",\"display_name\":" STRING ",\"dependents\":" LIST(STRING))},
    {"ConfigKeyInfos", LIST(REF("ConfigKeyInfo"))},
    {"ConfigValueInfo",
     OBJECT("\"name\":" STRING ",\"value\":" NULLABLE ",\"recommended_values\":" LIST(
         STRING) ",\"errors\":" LIST(STRING) ",\"visible\":" BOOLEAN)},
    {"ConfigInfos",
     OBJECT("\"name\":" STRING ",\"error_count\":" INTEGER
            ",\"groups\":" LIST(STRING) ",\"configs\":" LIST(OBJECT(
                "\"definition\":" REF("ConfigKeyInfo") ",\"value\":" REF("ConfigValueInfo"))))},
    {"LoggerLevel", OBJECT("\"level\":" STRING ",\"last_modified\":{\"type\":\"integer\","
                           "\"nullable\":true}")},
    {"Loggers", MAP(REF("LoggerLevel"))},
    {"SetLoggerLevel", OBJECT("\"level\":" STRING)},
    {"LoggerNames", LIST(STRING)},
};

json_t *openapi_schemas(void)
{
    json_t *out = json_object();

    for (size_t i = 0; i < COUNT_OF(schemas); i++) {
        json_t *schema = json_loads(schemas[i].schema, 0, NULL);

        assert(schema);
        json_object_set_new(out, schemas[i].name, schema);
    }
    return out;
}

static const struct {
    const char *name;
    const char *type; /* a schema */
    const char *description;
} parameters[] = {
    {"expand", LIST(ENUM("\"info\",\"status\"")),
     "What to show of each connector; may be repeated."},
    {"forward", BOOLEAN, "Whether another worker may be asked; for workers."},
    {"includeTasks", BOOLEAN, "Whether tasks are restarted too."},
    {"onlyFailed", BOOLEAN, "Whether only what has failed is restarted."},
    {"connectorsOnly", BOOLEAN, "Whether only connectors are listed."},
    {"version", STRING, "A version or a range of versions."},
    {"scope", ENUM("\"worker\",\"cluster\""), "This worker, or all."},
};

json_t *openapi_query_parameter(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(parameters); i++) {
        json_t *schema;

        if (strcmp(parameters[i].name, name) != 0)
            continue;
        schema = json_loads(parameters[i].type, 0, NULL);
        assert(schema);
        return json_pack("{s:s, s:s, s:s, s:o}", "name", name, "in", "query", "description",
                         parameters[i].description, "schema", schema);
    }
    return NULL;
}
