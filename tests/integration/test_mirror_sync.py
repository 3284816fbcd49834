# SPDX-License-Identifier: Apache-2.0
"""Configs and ACLs of remote topics follow those of the source, and nothing else of them changes."""

import re

import pytest
from confluent_kafka.admin import (AclBinding, AclBindingFilter, AclOperation, AclPermissionType, AlterConfigOpType,
                                   ConfigEntry, ConfigResource, ResourcePatternType, ResourceType)
from kit.cluster import start_all
from kit.wait import stays_true, wait_until

_ACLS = {"authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
         "super.users": "User:ANONYMOUS"}


def _alter(cluster, topic, **changes):
    """Sets configs of a topic, whose names have _ for dots; None deletes one."""
    entries = [ConfigEntry(name.replace("_", "."), value,
                           incremental_operation=AlterConfigOpType.DELETE if value is None else AlterConfigOpType.SET)
               for name, value in changes.items()]
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=entries)
    for future in cluster.kafka.admin.incremental_alter_configs([resource]).values():
        future.result(30)


def _wait_config(cluster, topic, wanted):
    wait_until(lambda: (cluster.kafka.describe_config(topic) == wanted, cluster.kafka.describe_config(topic)), 30,
               f"{topic} has {wanted}")


def test_configs_follow_and_what_is_not_synced_stays(pair, mirror):
    topic = pair.create_topic("orders", config={"retention.ms": "1000000", "min.insync.replicas": "1"})
    remote = pair.there.remote(topic)
    worker = mirror(pair.properties()).wait_started(pair.there)
    _wait_config(pair.west, remote, {"retention.ms": "1000000"})

    _alter(pair.west, remote, min_insync_replicas="1", segment_ms="77000")  # the first is excluded, the second is not
    _alter(pair.east, topic, retention_ms="2000000", max_message_bytes="123456")
    _wait_config(pair.west, remote, {"retention.ms": "2000000", "max.message.bytes": "123456",
                                     "min.insync.replicas": "1"})
    worker.wait_log(rf"(?m)^.*WARN.*'{remote}'.*removed segment\.ms=77000.*$")
    worker.wait_log(rf"(?m)^.*INFO.*'{remote}'.*set retention\.ms=2000000.*it was 1000000.*$")

    _alter(pair.east, topic, max_message_bytes=None)
    _wait_config(pair.west, remote, {"retention.ms": "2000000", "min.insync.replicas": "1"})
    told = len(re.findall(rf"'{remote}'.*: (?:set|removed)", worker.log()))
    stays_true(lambda: len(re.findall(rf"'{remote}'.*: (?:set|removed)", worker.log())) == told, 2.5,
               "rounds without a change change nothing")
    worker.stop_cleanly()


def test_defaults_from_the_source_are_written_out(pair, mirror):
    topic = pair.create_topic("orders")
    mirror(pair.properties(raw={f"{pair.there.name}.use.defaults.from": "source"})).wait_started(pair.there)
    remote = pair.there.remote(topic)
    pair.west.kafka.wait_topic(remote)
    _alter(pair.west, remote, segment_ms="77000")
    wait_until(lambda: (pair.west.kafka.describe_config(remote).get("segment.ms") == "604800000",
                        pair.west.kafka.describe_config(remote)), 30, "the source's default is set")
    assert "min.insync.replicas" not in pair.west.kafka.describe_config(remote)


@pytest.mark.ours_only
def test_without_the_sync_a_setting_by_hand_stays(pair, mirror):
    topic = pair.create_topic("orders")
    worker = mirror(pair.properties(raw={"sync.topic.configs.enabled": "false"})).wait_started(pair.there)
    remote = pair.there.remote(topic)
    pair.west.kafka.wait_topic(remote)
    _alter(pair.west, remote, segment_ms="77000")
    stays_true(lambda: pair.west.kafka.describe_config(remote) == {"segment.ms": "77000"}, 2.5, "left alone")
    worker.stop_cleanly()


def test_acls_are_copied_but_for_writing(cluster_factory, pair_of, mirror):
    pair = pair_of(cluster_factory("east", config=_ACLS), cluster_factory("west", config=_ACLS))
    start_all(pair.east, pair.west)
    topic, other = pair.create_topic("orders"), "left-out"
    pair.east.kafka.create_topic(other)

    def acl(name, user, operation, permission=AclPermissionType.ALLOW, pattern=ResourcePatternType.LITERAL):
        return AclBinding(ResourceType.TOPIC, name, pattern, f"User:{user}", "*", operation, permission)

    asked = [acl(topic, "reader", AclOperation.READ), acl(topic, "writer", AclOperation.WRITE),
             acl(topic, "owner", AclOperation.ALL), acl(topic, "enemy", AclOperation.WRITE, AclPermissionType.DENY),
             acl(topic, "family", AclOperation.READ, pattern=ResourcePatternType.PREFIXED),
             acl(other, "reader", AclOperation.READ)]
    for future in pair.east.kafka.admin.create_acls(asked).values():
        future.result(30)
    worker = mirror(pair.properties(raw={"sync.topic.acls.interval.seconds": "1"})).wait_started(pair.there)
    remote = pair.there.remote(topic)

    def there():
        every = AclBindingFilter(ResourceType.TOPIC, None, ResourcePatternType.ANY, None, None, AclOperation.ANY,
                                 AclPermissionType.ANY)
        return {(a.name, a.principal, a.operation.name, a.permission_type.name)
                for a in pair.west.kafka.admin.describe_acls(every).result(30)}

    wanted = {(remote, "User:reader", "READ", "ALLOW"), (remote, "User:owner", "READ", "ALLOW"),
              (remote, "User:enemy", "WRITE", "DENY")}
    wait_until(lambda: (there() == wanted, there()), 30, "the ACLs are there")
    for future in pair.east.kafka.admin.create_acls([acl(topic, "late", AclOperation.DESCRIBE)]).values():
        future.result(30)
    wanted.add((remote, "User:late", "DESCRIBE", "ALLOW"))
    wait_until(lambda: (there() == wanted, there()), 30, "a later one follows")
    worker.stop_cleanly()
