/* SPDX-License-Identifier: Apache-2.0 */
/* Every key of the three connectors as Java's definitions show it, in their order. */
#include "connectors/mirror/common/mirror_client.h"
#include "connectors/mirror/common/mirror_config.h"
#include "tests/golden/connectors/mirror/common/mirror_golden.h"

#include "lib/base/xmem.h"
#include "lib/conf/config_def.h"

static json_t *root; /* set by fill(), before the tests run */

static void check_key(const struct tern_config_key *key, const json_t *row)
{
    const char *name = golden_text(row, "name");
    CLEANUP(freep) char *fallback = config_key_default_text(key);
    CLEANUP(freep) char *valid_values = config_key_valid_values(key);

    golden_same("name", name, key->name, name);
    golden_same("type", name, config_type_name(key->type), golden_text(row, "type"));
    ck_assert_msg(config_key_required(key) == golden_true(row, "required"), "%s", name);
    golden_same("default", name, fallback, golden_text(row, "default_value"));
    golden_same("importance", name, config_importance_name(key->importance),
                golden_text(row, "importance"));
    golden_same("group", name, key->group, golden_text(row, "group"));
    ck_assert_msg(config_key_order(key) == golden_int(row, "order_in_group"), "%s", name);
    golden_same("width", name, config_width_name(key->width), golden_text(row, "width"));
    golden_same("display name", name, config_key_display_name(key),
                golden_text(row, "display_name"));
    ck_assert_msg(!key->dependents && json_array_size(golden_get(row, "dependents")) == 0, "%s",
                  name);
    golden_same("validator", name, valid_values, golden_text(row, "validator"));
    ck_assert_msg(!(key->flags & TERN_INTERNAL) && !golden_true(row, "internalConfig"), "%s", name);
    ck_assert_msg(key->doc && key->doc[0], "'%s' has no documentation", name);
}

static void check_definition(const char *connector, const struct tern_config_key *const *tables)
{
    const struct config_def def = CONFIG_DEF(tables);
    struct config_walk walk = {0};
    struct tern_error err = {0};
    json_t *row;
    size_t i;

    ck_assert_msg(config_def_check(&def, &err) == 0, "%s", err.msg);
    json_array_foreach(golden_get(root, connector), i, row)
    {
        ck_assert_msg(config_walk_next(&def, &walk), "%s has %zu keys only", connector, i);
        check_key(&walk.key, row);
    }
    ck_assert_msg(!config_walk_next(&def, &walk), "%s has more keys", connector);
}

START_TEST(source_keys)
{
    check_definition("MirrorSourceConnector", mirror_source_tables);
}
END_TEST

START_TEST(checkpoint_keys)
{
    check_definition("MirrorCheckpointConnector", mirror_checkpoint_tables);
}
END_TEST

START_TEST(heartbeat_keys)
{
    check_definition("MirrorHeartbeatConnector", mirror_heartbeat_tables);
}
END_TEST

START_TEST(keys_of_a_whole_cluster)
{
    json_t *names = golden_get(root, "MirrorClientConfig.CLIENT_CONFIG_DEF names"), *name, *row;
    size_t i, shared = 2; /* bootstrap.servers and security.protocol */

    ck_assert_uint_eq(json_array_size(names), 66);
    json_array_foreach(names, i, name)
    {
        ck_assert_msg(mirror_client_is_shared_key(json_string_value(name)), "%s",
                      json_string_value(name));
    }
    json_array_foreach(golden_get(root, "MirrorHeartbeatConnector"), i, row)
    {
        const char *key = golden_text(row, "name");

        if (strcmp(key, "security.protocol") != 0)
            shared += mirror_client_is_shared_key(key);
    }
    ck_assert_uint_eq(shared, 66);
    ck_assert(!mirror_client_is_shared_key("client.id"));
}
END_TEST

static void fill(Suite *suite)
{
    root = test_json("tests/golden/connectors/mirror/common/mm2-configdef.json");
    test_add(suite, source_keys);
    test_add(suite, checkpoint_keys);
    test_add(suite, heartbeat_keys);
    test_add(suite, keys_of_a_whole_cluster);
}

TEST_MAIN("configdef", fill)
