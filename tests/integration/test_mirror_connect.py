# SPDX-License-Identifier: Apache-2.0
"""The mirror's connectors in a Connect cluster, by REST: offsets that are looked at and changed, and gone on from; and
what is said of keys that nobody reads."""

import pytest
from kit.connect import BYTES, mirror_clusters, mirror_source
from kit.kafka import Record
from kit.wait import wait_until

_CHECKPOINT = "org.apache.kafka.connect.mirror.MirrorCheckpointConnector"


def _keys(pair, topic, partition):
    return [int(r.key) for r in pair.west.kafka.read(pair.there.remote(topic), partitions=[partition])]


def _wait_keys(pair, topic, partition, keys, deadline=60):
    wait_until(lambda: (_keys(pair, topic, partition) == keys, _keys(pair, topic, partition)[-5:]), deadline,
               f"{len(keys)} records in partition {partition} of {topic}", every=0.2)


def _place(pair, topic, partition):
    return {"cluster": pair.east_alias, "partition": partition, "topic": topic}


def _wait_offsets(cluster, name, wanted):
    """Until GET .../offsets shows exactly these, {(partition, ...): offset}."""

    def there():
        seen = [(p, o) for p, o in cluster.offsets(name)]
        return sorted(map(str, seen)) == sorted(map(str, wanted)), seen

    wait_until(there, 60, f"the offsets of {name}", every=0.2)


def test_the_mirror_goes_on_from_offsets_that_were_changed(pair, connect):
    """In Java's format: the offset is that of the last record that was mirrored."""
    cluster, name = connect("ours"), "e->w.source"
    topic = pair.create_topic("orders", partitions=2)
    pair.east.kafka.produce(topic, [Record(b"%d" % n, b"v", partition=n % 2) for n in range(200)])
    config = mirror_source(pair, topic, 2, **{"heartbeats.replication.enabled": False})
    cluster.create(name, config)
    even, odd = list(range(0, 200, 2)), list(range(1, 200, 2))
    _wait_keys(pair, topic, 0, even)
    _wait_keys(pair, topic, 1, odd)
    _wait_offsets(cluster, name, [(_place(pair, topic, p), {"offset": 99}) for p in (0, 1)])

    running = cluster.ask("PATCH", "connectors", name, "offsets", expect=400, body={"offsets": []})
    assert running["error_code"] == 400
    _stop(cluster, name)
    _alter(cluster, name, [(_place(pair, topic, 0), {"offset": 59}), (_place(pair, topic, 1), None)])
    _wait_offsets(cluster, name, [(_place(pair, topic, 0), {"offset": 59})])
    cluster.change(name, "resume")
    _wait_keys(pair, topic, 0, even + even[60:])
    _wait_keys(pair, topic, 1, odd + odd)

    _stop(cluster, name)
    refused = _alter(cluster, name, [({"cluster": pair.east_alias, "topic": topic}, {"offset": 1})], expect=500)
    assert "partition" in refused["message"]
    refused = _alter(cluster, name, [(_place(pair, topic, 0), {"offset": -1})], expect=500)
    assert "offset" in refused["message"]
    _wait_offsets(cluster, name, [(_place(pair, topic, p), {"offset": 99}) for p in (0, 1)])
    answer = cluster.ask("DELETE", "connectors", name, "offsets")
    assert "have been reset successfully" in answer["message"]
    _wait_offsets(cluster, name, [])  # of Java's worker they are null for a while
    cluster.change(name, "resume")
    _wait_keys(pair, topic, 0, even + even[60:] + even)
    _wait_keys(pair, topic, 1, odd + odd + odd)
    cluster.delete(name)


def _stop(cluster, name):
    cluster.change(name, "stop")
    wait_until(lambda: ((cluster.status(name) or {}).get("connector", {}).get("state") == "STOPPED"
                        and not cluster.status(name)["tasks"], cluster.status(name)), 60, f"{name} stops", every=0.2)


def _alter(cluster, name, offsets, expect=200):
    body = {"offsets": [{"partition": p, "offset": o} for p, o in offsets]}
    return cluster.ask("PATCH", "connectors", name, "offsets", body=body, expect=expect)


def test_checkpoints_come_from_a_connector_of_their_own(pair, connect):
    """With the source connector in the same Connect cluster, as people run them."""
    cluster, topic, group = connect("ours"), pair.create_topic("orders"), pair.name("group")
    remote = pair.there.remote(topic)
    pair.east.kafka.produce(topic, [Record(b"%d" % n, b"v", partition=0) for n in range(150)])
    pair.east.kafka.commit_group(group, {(topic, 0): 150})
    cluster.create("source", mirror_source(pair, topic, 1))
    cluster.create("checkpoint", {
        "connector.class": _CHECKPOINT, "tasks.max": 1, **mirror_clusters(pair), "groups": f".*-t{pair.number}",
        "topics": topic, "checkpoints.topic.replication.factor": 1, "emit.checkpoints.interval.seconds": 1,
        "refresh.groups.interval.seconds": 1, "sync.group.offsets.enabled": True,
        "sync.group.offsets.interval.seconds": 1, "header.converter": BYTES})
    wait_until(lambda: (pair.west.kafka.group_offsets(group) == {(remote, 0): 150},
                        pair.west.kafka.group_offsets(group)), 60, "the group's offset arrives", every=0.2)
    _wait_offsets(cluster, "checkpoint", [({"partition": 0, "topic": remote, "group": group}, {"offset": 0})])
    for name in ("source", "checkpoint"):
        cluster.delete(name)


@pytest.mark.ours_only  # Java passes over them in silence
def test_keys_that_nobody_reads_are_told(pair, connect):
    cluster, topic = connect("ours"), pair.create_topic("orders")
    worker = cluster.workers[0]
    cluster.create("odd", mirror_source(pair, topic, 1, **{
        "topcs": "x", "source.consumer.fetch.max.byte": "1000", "producer.override.linger.sm": "1",
        "source.cluster.secruity.protocol": "PLAINTEXT", "tern.los.policy": "fail", "topics.blacklist": "y",
        "groups": "read by another connector of the mirror"}))
    for key, said in (
            ("topcs", "unknown setting, did you mean 'topics'?"),
            ("source.consumer.fetch.max.byte", "unknown setting of a client (consumer), did you mean 'fetch.max.bytes'?"),
            ("producer.override.linger.sm", "unknown setting of a producer, did you mean 'linger.ms'?"),
            ("source.cluster.secruity.protocol",
             "unknown setting of a cluster's clients, did you mean 'security.protocol'?"),
            ("tern.los.policy", "unknown setting, did you mean 'tern.loss.policy'?"),
            ("topics.blacklist", "removed in Kafka 4.0 and without effect: use topics.exclude")):
        assert worker.log().count(f"Connector odd: {key}: {said}") == 1, key
    assert worker.log().count("Connector odd: ") == 6
    cluster.delete("odd")


@pytest.mark.ours_only  # Java's topics are not there, or are created by the brokers
def test_replication_factors_that_nobody_has_set_give_way(pair, connect):
    """By default 2 and 3, on clusters of one broker."""
    cluster, topic, west = connect("ours"), pair.create_topic("orders", partitions=2), pair.west.kafka
    remote = pair.there.remote(topic)
    pair.east.kafka.produce(topic, [Record(b"%d" % n, b"v", partition=n % 2) for n in range(20)])
    common = {**mirror_clusters(pair), "topics": topic, "header.converter": BYTES}
    cluster.create("source", {**mirror_source(pair, topic, 1), "replication.factor": 2})
    wait_until(lambda: (cluster.status("source") or {}).get("tasks", [{}])[0].get("state") == "FAILED", 60,
               "2 that was asked for is 2")
    cluster.put("source", {key: value for key, value in mirror_source(pair, topic, 1).items()
                           if not key.endswith("replication.factor")})
    west.wait_count(remote, 20)
    cluster.create("checkpoint", {"connector.class": _CHECKPOINT, **common})
    west.wait_topic(pair.there.checkpoints_topic)
    assert west.list_topics()[remote] == 2
    pair.east.kafka.wait_topic(pair.there.offset_syncs_topic)
    assert pair.east.kafka.describe_config(pair.there.offset_syncs_topic)["cleanup.policy"] == "compact"
    for name in ("source", "checkpoint"):
        cluster.delete(name)
