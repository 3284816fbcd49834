# SPDX-License-Identifier: Apache-2.0
"""One flow, two flows, policies: what arrives on the other cluster, and under which names."""

import pytest
from kit.cluster import start_all
from kit.kafka import Record
from kit.mm2 import CHECKPOINT, CONNECTORS, SOURCE
from kit.setup import quick_properties
from kit.wait import wait_until
from kit.worker import mirror_client

_T0 = 1_700_000_000_000


def _awkward_records():
    """Every shape of record that a mirror could bend, on partitions 0 to 2."""
    shapes = [
        (b"key", b"value", ()),
        (None, b"no key", ()),
        (b"tombstone", None, ()),
        (None, None, (("only", b"headers"),)),
        (b"", b"", (("empty", b""),)),
        (b"k", b"v", (("twice", b"1"), ("once", b"x"), ("twice", b"2"))),
        (b"k", b"v", (("null", None), ("", b"no name"), ("bin", bytes(range(256))))),
        (bytes(range(256)), bytes(range(256)) * 400, ()),
        ("schlüssel".encode(), "値".encode(), (("ключ", "значение".encode()),)),
    ]
    return [Record(*shape, _T0 + 1000 * i + p, p) for i, shape in enumerate(shapes) for p in range(3)]


def _contents(records):
    return [r.content() for r in records]


def test_records_arrive_identical(pair, mirror):
    topic = pair.create_topic("orders", partitions=3, config={"retention.ms": "-1", "max.message.bytes": "2000000"})
    records = _awkward_records()
    pair.east.kafka.produce(topic, records)
    mirror(pair.properties()).wait_started(pair.there)
    remote = pair.there.remote(topic)
    arrived = pair.west.kafka.read(remote, count=len(records))

    assert _contents(arrived) == _contents(pair.east.kafka.read(topic))
    assert pair.west.kafka.list_topics()[remote] == 3
    config = pair.west.kafka.describe_config(remote)
    assert config["retention.ms"] == "-1" and config["max.message.bytes"] == "2000000"

    more = [Record(b"later", b"%d" % i, (), _T0 + i, i % 3) for i in range(3000)]
    pair.east.kafka.produce(topic, more)
    arrived = pair.west.kafka.read(remote, count=len(records) + len(more))
    assert _contents(arrived) == _contents(pair.east.kafka.read(topic))


def test_a_topic_whose_beginning_is_gone_is_mirrored_from_what_is_left(pair, mirror):
    topic = pair.create_topic("orders", partitions=2)
    pair.east.kafka.produce(topic, [Record(b"%d" % i, b"v", partition=i % 2) for i in range(100)])
    pair.east.kafka.delete_records(topic, {0: 20, 1: 50})
    mirror(pair.properties())
    remote = pair.there.remote(topic)
    assert _contents(pair.west.kafka.read(remote, count=30)) == _contents(pair.east.kafka.read(topic))
    pair.east.kafka.produce(topic, [Record(b"next", b"v", partition=1)])
    assert _contents(pair.west.kafka.read(remote, count=31)) == _contents(pair.east.kafka.read(topic))


def test_from_latest_only_new_records_are_mirrored(pair, mirror):
    topic = pair.create_topic("orders")
    pair.east.kafka.produce(topic, [Record(b"old", b"v")] * 10)
    reset = {f"{pair.east_alias}.consumer.auto.offset.reset": "latest"}
    mirror(pair.properties(raw=reset)).wait_started(pair.there)
    remote = pair.there.remote(topic)

    def arrived():
        pair.east.kafka.produce(topic, [Record(b"new", b"v")])
        return pair.west.kafka.count(remote)

    wait_until(arrived, 60, "a new record arrives", every=0.5)  # what comes before the task listens is not mirrored
    assert {r.key for r in pair.west.kafka.read(remote)} == {b"new"}


def test_internal_topics_and_their_records(pair, mirror):
    flow = pair.there
    topic = pair.create_topic("orders", partitions=2)
    group = pair.name("group")
    pair.east.kafka.produce(topic, [Record(b"k", b"v", partition=i % 2) for i in range(100)])
    pair.east.kafka.commit_group(group, {(topic, 0): 50, (topic, 1): 10})
    props = pair.properties(raw={"offset.storage.partitions": None, "status.storage.partitions": None})
    mirror(props).wait_started(flow)
    flow.wait_running(CHECKPOINT, tasks=1)
    wait_until(lambda: (len(flow.last_checkpoints(group)) == 2, flow.checkpoints()), 60, "checkpoints of both partitions")
    wait_until(lambda: flow.source_offsets().get((topic, 0)) == 49, 30, "source offsets are committed")

    west, east = pair.west.kafka, pair.east.kafka
    topics = west.list_topics()
    assert {name: topics[name] for name in (flow.configs_topic, flow.offsets_topic, flow.status_topic,
                                            flow.checkpoints_topic, "heartbeats")} == {
        flow.configs_topic: 1, flow.offsets_topic: 25, flow.status_topic: 5, flow.checkpoints_topic: 1, "heartbeats": 1}
    assert east.list_topics()[flow.offset_syncs_topic] == 1
    for kafka, name in [(west, t) for t in (flow.configs_topic, flow.offsets_topic, flow.status_topic,
                                            flow.checkpoints_topic)] + [(east, flow.offset_syncs_topic)]:
        assert kafka.describe_config(name)["cleanup.policy"] == "compact", name
    assert not [t for t in topics if t.startswith(pair.east_alias + ".mm2") or t.endswith("offset-syncs.internal")]

    configs = flow.connector_configs()
    assert set(configs) == set(CONNECTORS)
    source = configs[SOURCE]
    assert source["connector.class"] == "org.apache.kafka.connect.mirror.MirrorSourceConnector"
    assert (source["source.cluster.alias"], source["target.cluster.alias"]) == (pair.east_alias, pair.west_alias)
    assigned = [tp for c in flow.task_configs(SOURCE) for tp in c["task.assigned.partitions"].split(",")]
    assert {f"{topic}-0", f"{topic}-1", "heartbeats-0"} <= set(assigned)

    assert flow.source_offsets()[(topic, 1)] == 49
    syncs = [s for s in flow.offset_syncs() if s.topic == topic]
    assert {s.partition for s in syncs} == {0, 1} and all(s.upstream == s.downstream for s in syncs)
    last = flow.last_checkpoints(group)
    for partition, upstream in ((0, 50), (1, 10)):
        checkpoint = last[(flow.remote(topic), partition)]
        assert checkpoint.upstream == upstream and 0 <= checkpoint.downstream <= upstream


def test_heartbeats_on_both_clusters(pair, mirror):
    flow, back = pair.there, pair.back
    pair.create_topic("orders")
    mirror(pair.properties()).wait_started(flow)
    written = wait_until(lambda: [h for h in flow.heartbeats() if h.source == pair.east_alias][1:], 30,
                         "two heartbeats of the flow at its target")
    assert all(h.target == pair.west_alias and h.timestamp > _T0 for h in written)
    wait_until(lambda: [h for h in back.heartbeats() if h.source == pair.west_alias], 30,
               "a heartbeat of the other direction at the source, though that flow is not enabled")
    mirrored = wait_until(lambda: flow.heartbeats(topic=flow.remote("heartbeats")), 30, "mirrored heartbeats")
    assert (mirrored[0].source, mirrored[0].target) == (pair.west_alias, pair.east_alias)
    raw = [r for r in pair.west.kafka.read("heartbeats") if r.key == written[0].encode()[0]]
    assert all(r.timestamp == h.timestamp for r, h in zip(raw, flow.heartbeats()))


def test_both_directions_without_loops(pair, mirror):
    east, west = pair.east.kafka, pair.west.kafka
    topic = pair.create_topic("orders", partitions=2)
    pair.create_topic("orders", partitions=2, cluster=pair.west)
    east.produce(topic, [(b"e%d" % i, b"from east") for i in range(500)])
    west.produce(topic, [(b"w%d" % i, b"from west") for i in range(300)])
    mirror(pair.properties(both_ways=True)).wait_started(pair.there, pair.back)
    there = west.read(pair.there.remote(topic), count=500)
    back = east.read(pair.back.remote(topic), count=300)
    assert {r.value for r in there} == {b"from east"} and {r.value for r in back} == {b"from west"}

    for n in (1, 2):  # a topic that was found later means that a whole round of discovery is over
        late = pair.create_topic(f"late{n}")
        west.wait_topic(pair.there.remote(late))
        late = pair.create_topic(f"late{n}w", cluster=pair.west)
        east.wait_topic(pair.back.remote(late))
    assert (east.count(topic), west.count(topic)) == (500, 300)
    assert (west.count(pair.there.remote(topic)), east.count(pair.back.remote(topic))) == (500, 300)
    e, w = pair.east_alias, pair.west_alias
    looped = [t for kafka in (east, west) for t in kafka.list_topics()
              if t.startswith((f"{e}.{w}.", f"{w}.{e}.", f"{e}.{e}.", f"{w}.{w}."))]
    assert looped == []
    assert not [t for t in east.list_topics() if t.startswith(e + ".") and "checkpoints" not in t]


def test_new_topics_and_partitions_are_found_while_running(pair, mirror):
    east, west = pair.east.kafka, pair.west.kafka
    first = pair.create_topic("first")
    east.produce(first, [(b"k", b"1")])
    mirror(pair.properties()).wait_started(pair.there)
    west.read(pair.there.remote(first), count=1)

    second = pair.create_topic("second", partitions=2)
    east.produce(second, [Record(b"k", b"%d" % i, partition=i % 2) for i in range(10)])
    assert _contents(west.read(pair.there.remote(second), count=10)) == _contents(east.read(second))

    east.add_partitions(first, 3)
    west.wait_topic(pair.there.remote(first), partitions=3)
    east.produce(first, [Record(b"k", b"%d" % p, partition=p) for p in range(3)])
    assert _contents(west.read(pair.there.remote(first), count=4)) == _contents(east.read(first))

    others = east.create_topic(f"unwanted-t{pair.number}x")  # does not match `topics`
    third = pair.create_topic("third")
    west.wait_topic(pair.there.remote(third))
    assert pair.there.remote(others) not in west.list_topics()
    east.delete_topic(others)


def test_many_partitions_over_several_tasks(pair, mirror):
    topics = [pair.create_topic(f"wide{n}", partitions=8) for n in range(3)]
    for topic in topics:
        pair.east.kafka.produce(topic, [Record(b"%d" % i, topic.encode(), partition=i % 8) for i in range(800)])
    mirror(pair.properties(tasks_max=4, raw={"heartbeats.replication.enabled": "false"}))
    pair.there.wait_running(SOURCE, tasks=4)
    for topic in topics:
        arrived = pair.west.kafka.read(pair.there.remote(topic), count=800)
        assert _contents(arrived) == _contents(pair.east.kafka.read(topic))
    assigned = [c["task.assigned.partitions"].split(",") for c in pair.there.task_configs(SOURCE)]
    assert sorted(len(a) for a in assigned) == [6, 6, 6, 6]
    assert sorted(sum(assigned, [])) == sorted(f"{t}-{p}" for t in topics for p in range(8))


def test_identity_policy_keeps_names(pair, mirror):
    topic = pair.create_topic("plain", partitions=2)
    group = pair.name("group")
    pair.east.kafka.produce(topic, [(b"%d" % i, b"v") for i in range(200)])
    pair.east.kafka.commit_group(group, {(topic, 0): 20})
    mirror(pair.properties(replication_policy_class="org.apache.kafka.connect.mirror.IdentityReplicationPolicy"))
    arrived = pair.west.kafka.read(topic, count=200)
    assert _contents(arrived) == _contents(pair.east.kafka.read(topic))
    wait_until(lambda: pair.there.heartbeats(topic=pair.there.remote("heartbeats")), 30,
               "heartbeats are renamed all the same")
    wait_until(lambda: (topic, 0) in pair.there.last_checkpoints(group), 30, "checkpoints carry the plain name")
    assert pair.there.remote(topic) not in pair.west.kafka.list_topics()


def test_topic_deny_list_and_exact_names(pair, mirror):
    wanted, other = pair.create_topic("wanted"), pair.create_topic("other")
    excluded = pair.create_topic("wanted-but-not")
    for topic in (wanted, other, excluded):
        pair.east.kafka.produce(topic, [(b"k", b"v")])
    mirror(pair.properties(topics=f"wanted.*t{pair.number}, nothing",
                           raw={"topics.exclude": f"mm2.*\\.internal, .*-but-not-t{pair.number}"}))
    pair.west.kafka.read(pair.there.remote(wanted), count=1)
    late = pair.create_topic("wanted2")
    pair.west.kafka.wait_topic(pair.there.remote(late))
    topics = pair.west.kafka.list_topics()
    assert pair.there.remote(other) not in topics and pair.there.remote(excluded) not in topics


@pytest.mark.timeout(300)
def test_three_clusters_in_one_process(pair, mirror, cluster_factory, pair_of):
    """east -> west -> north: records and heartbeats go on over two hops."""
    north = cluster_factory("north").start()
    on = pair_of(pair.west, north)
    topic = pair.create_topic("hops")
    pair.east.kafka.produce(topic, [(b"%d" % i, b"v") for i in range(100)])
    e, w, n = pair.east_alias, pair.west_alias, on.west_alias
    mirror({**pair.properties(), **quick_properties({e: pair.east.bootstrap, w: pair.west.bootstrap,
                                                     n: north.bootstrap}), f"{w}->{n}.enabled": True})
    pair.west.kafka.read(f"{e}.{topic}", count=100)
    arrived = north.kafka.read(f"{w}.{e}.{topic}", count=100)
    assert _contents(arrived) == _contents(pair.east.kafka.read(topic))
    far = f"{w}.{e}.heartbeats"
    written = wait_until(lambda: [h for h in pair.there.heartbeats(north, far) if h.source == w], 60,
                         "heartbeats that west's worker wrote to east come to north by two hops")
    assert written[0].target == e
    north.kafka.wait_topic(f"{w}.heartbeats")
    _assert_upstream(north, {w: 1, e: 2})
    _assert_upstream(pair.west, {e: 1, n: -1})


def _assert_upstream(cluster, hops):
    """What our client finds: {alias: hops}, -1 for a cluster that is not mirrored to this one."""
    ask = ("--bootstrap-server", cluster.bootstrap)
    upstream = mirror_client(*ask, "upstream").stdout.splitlines()
    for alias, count in hops.items():
        assert int(mirror_client(*ask, "hops", alias).stdout) == count
        assert (alias in upstream) == (count > 0), upstream


@pytest.mark.timeout(300)
def test_between_kafka_3_9_1_clusters(cluster_factory, pair_of, mirror):
    east, west = cluster_factory("old-east", version="3.9.1"), cluster_factory("old-west", version="3.9.1")
    start_all(east, west)
    pair = pair_of(east, west)
    topic, group = pair.create_topic("orders", partitions=3), pair.name("group")
    east.kafka.produce(topic, _awkward_records())
    east.kafka.commit_group(group, {(topic, 0): 3})
    worker = mirror(pair.properties(sync_group_offsets_enabled=True)).wait_started(pair.there)
    arrived = west.kafka.read(pair.there.remote(topic), count=len(_awkward_records()))
    assert _contents(arrived) == _contents(east.kafka.read(topic))
    wait_until(lambda: west.kafka.group_offsets(group), 60, "the group's offset arrives")
    worker.stop_cleanly()
