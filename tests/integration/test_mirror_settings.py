# SPDX-License-Identifier: Apache-2.0
"""Settings that change where things are and what they are called, and settings of clients at every level."""

import pytest
from kit.kafka import Record
from kit.mm2 import CHECKPOINT, SOURCE, allowed_translations
from kit.wait import stays_true, wait_until

_NOWHERE = "127.0.0.1:1"
_CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]


def _codecs(cluster, topic):
    """How the batches of a topic's first segment are compressed, as they lie on the disk."""
    data = (cluster.folder / "node-1" / "data" / f"{topic}-0" / f"{0:020}.log").read_bytes()
    at, found = 0, []
    while at + 23 <= len(data):
        found.append(_CODECS[int.from_bytes(data[at + 21:at + 23], "big") & 7])
        at += 12 + int.from_bytes(data[at + 8:at + 12], "big")
    return found


def _produce(pair, topic, count=50):
    pair.east.kafka.produce(topic, [Record(b"%d" % n, b"compressible " * 100, partition=0) for n in range(count)])


def _wait_group(pair, group, topic, offset):
    wait_until(lambda: (pair.west.kafka.group_offsets(group).get((topic, 0)) == offset,
                        pair.west.kafka.group_offsets(group)), 60, f"{group} stands at {offset}", every=0.2)


def test_clients_are_configured_at_every_level(pair, mirror):
    """What is nearer to the client counts: clients that took the cluster's setting would reach nobody."""
    e, w, flow = pair.east_alias, pair.west_alias, pair.there.name
    topic, transactions, group = pair.create_topic("levels"), pair.create_topic("levels-txn"), pair.name("levels")
    _produce(pair, topic)
    kept, _ = pair.east.kafka.produce_transactions(transactions, count=8, size=3, abort_every=4)
    pair.east.kafka.commit_group(group, {(topic, 0): 50})
    raw = {f"{pair.back.name}.emit.heartbeats.enabled": "false",  # no worker that uses the cluster's settings
           f"{e}.consumer.bootstrap.servers": _NOWHERE, f"{flow}.source.consumer.bootstrap.servers": pair.east.bootstrap,
           f"{e}.admin.bootstrap.servers": _NOWHERE, f"{flow}.source.admin.bootstrap.servers": pair.east.bootstrap,
           f"{e}.producer.bootstrap.servers": _NOWHERE, f"{flow}.source.producer.bootstrap.servers": pair.east.bootstrap,
           f"{flow}.consumer.isolation.level": "read_committed",
           f"{w}.producer.compression.type": "gzip"}
    worker = mirror(pair.properties(sync_group_offsets_enabled=True, raw=raw))
    remote = pair.there.remote(topic)
    pair.west.kafka.wait_count(remote, 50)
    _wait_group(pair, group, remote, 50)  # so offset syncs were written, and read
    arrived = pair.west.kafka.read(pair.there.remote(transactions), count=len(kept))
    assert [int(r.key) for r in arrived] == [number for _, number in kept], "consumer.isolation.level of the flow"
    assert set(_codecs(pair.west, remote)) == {"gzip"}, "producer.compression.type of the target"
    worker.stop_cleanly()

    before = len(_codecs(pair.west, remote))
    raw[f"{flow}.producer.override.compression.type"] = "snappy"
    raw[f"{e}.consumer.isolation.level"] = "read_uncommitted"  # source.consumer.* goes before the flow's consumer.*
    worker = mirror(pair.properties(raw=raw), name="again")

    def is_snappy():  # the task may begin with what was stored before
        _produce(pair, topic, 10)
        codecs = _codecs(pair.west, remote)[before:]
        return "snappy" in codecs, codecs

    wait_until(is_snappy, 60, "the flow's producer.override counts", every=0.5)
    more = pair.create_topic("levels-more")
    _, written = pair.east.kafka.produce_transactions(more, count=4, size=3, abort_every=2)
    pair.west.kafka.wait_count(pair.there.remote(more), written)
    worker.stop_cleanly()


def test_another_separator_and_offset_syncs_at_the_target(pair, mirror):
    """And configs that are not to be synced, and a partition that comes while the mirror runs."""
    east, west = pair.east.kafka, pair.west.kafka
    topic, group = pair.create_topic("orders", config={"retention.ms": "-1", "max.message.bytes": "2000000"}), \
        pair.name("group")
    remote = f"{pair.east_alias}_{topic}"
    pair.there.checkpoints_topic = f"{pair.east_alias}_checkpoints_internal"
    syncs = f"mm2-offset-syncs_{pair.east_alias}_internal"
    _produce(pair, topic, 300)
    east.commit_group(group, {(topic, 0): 300})
    try:
        worker = mirror(pair.properties(
            sync_group_offsets_enabled=True,
            raw={"replication.policy.separator": "_", "offset-syncs.topic.location": "target",
                 "config.properties.exclude": r"retention\..*, follower\..*"}))
        assert len(west.read(remote, count=300)) == 300
        config = west.describe_config(remote)  # what is left out by default is not, since the list is another
        assert config["max.message.bytes"] == "2000000" and "retention.ms" not in config
        if pair.east.version >= "4":  # clusters have a setting of their own for it
            assert config["min.insync.replicas"] == "1"
        _wait_group(pair, group, remote, 300)
        east.add_partitions(topic, 2)
        west.wait_topic(remote, partitions=2)
        east.produce(topic, [Record(b"new", b"v", partition=1)] * 9)
        west.wait_count(remote, 309)
        east.commit_group(group, {(topic, 1): 9})
        wait_until(lambda: west.group_offsets(group).get((remote, 1)) == 9, 60, "the new partition is translated")
        topics = west.list_topics()
        assert syncs in topics and west.describe_config(syncs)["cleanup.policy"] == "compact"
        assert syncs not in east.list_topics() and pair.there.offset_syncs_topic not in east.list_topics()
        assert {(c.topic, c.partition) for c in pair.there.checkpoints(group)} == {(remote, 0), (remote, 1)}
        west.wait_topic(f"{pair.east_alias}_heartbeats")
        assert not [t for t in topics if t.startswith(f"{pair.east_alias}_mm2") or t.startswith(f"{pair.east_alias}.o")]
        worker.stop_cleanly()
    finally:
        west.delete_topic(*(t for t in west.list_topics() if t.startswith(pair.east_alias + "_") or t == syncs))


@pytest.mark.ours_only  # how it says so
def test_without_offset_syncs_there_is_no_topic_of_them(pair, mirror):
    """The checkpoint connector then cannot be, which is said; records flow all the same."""
    topic, group = pair.create_topic("orders"), pair.name("group")
    _produce(pair, topic)
    pair.east.kafka.commit_group(group, {(topic, 0): 50})
    worker = mirror(pair.properties(raw={"emit.offset-syncs.enabled": "false",
                                         "offset-syncs.topic.replication.factor": None}))
    pair.west.kafka.wait_count(pair.there.remote(topic), 50)
    worker.wait_log(r"MirrorCheckpointConnector can't run without offset syncs")
    pair.there.wait_running(SOURCE, tasks=1)
    stays_true(lambda: pair.there.offset_syncs_topic not in pair.east.kafka.list_topics(), 2, "no offset-syncs topic")
    assert CHECKPOINT not in pair.there.connector_configs()
    assert pair.there.checkpoints_topic not in pair.west.kafka.list_topics()
    worker.stop_cleanly()


_OFF = {"tern.watch.interval.ms": 0, "tern.topic.ids.enabled": "false", "tern.loop.policy": "off",
        "tern.offset-syncs.tight.enabled": "false", "tern.offset.translation.tight.enabled": "false",
        "tern.offset.flush.early.ms": 0, "tern.metrics.log.interval.ms": 0, "tern.remarks.enabled": "false",
        "tern.failover.report.interval.seconds": 0, "tern.record.refused.policy": "fail"}


@pytest.mark.ours_only
def test_with_all_of_ours_switched_off_it_is_javas_way(pair, mirror):
    """Offset syncs, translated offsets and commits of offsets come as Java's do; there is no topic more, no line more."""
    topic, group, ids = pair.create_topic("off"), pair.name("off"), f"mm2-topic-ids.{pair.east_alias}.internal"
    remote, flow = pair.there.remote(topic), pair.there
    _produce(pair, topic, 1000)
    pair.east.kafka.commit_group(group, {(topic, 0): 950})
    worker = mirror(pair.properties(sync_group_offsets_enabled=True, raw={
        **_OFF, "heartbeats.replication.enabled": "false", f"{pair.west_alias}.offset.flush.interval.ms": 600000, "topcs": "x",
        f"{pair.west_alias}.producer.enable.idempotence": "false",
        f"{pair.west_alias}.producer.max.in.flight.requests.per.connection": 1}))
    pair.west.kafka.wait_count(remote, 1000)
    wait_until(lambda: (remote, 0) in pair.west.kafka.group_offsets(group), 60, "the group is translated", every=0.2)
    syncs = [s for s in flow.offset_syncs() if s.topic == topic]
    assert [s.upstream for s in syncs] == list(range(0, 1000, 101))  # after 101 records, as offset.lag.max has it
    allowed = allowed_translations(syncs, 950)
    seen = pair.west.kafka.group_offsets(group)[(remote, 0)]
    assert seen in allowed
    assert flow.source_offsets() == {}, "offsets are committed once in offset.flush.interval.ms"
    worker.stop_cleanly()
    assert flow.source_offsets()[(topic, 0)] == 999
    assert [s.upstream for s in flow.offset_syncs() if s.topic == topic][-1] == 999  # with the last commit
    assert ids not in pair.west.kafka.list_topics()
    for said in ("Mirrored ", "Acknowledged ", "A failover now", "topcs"):
        assert said not in worker.log(), said


@pytest.mark.ours_only  # what it says
def test_a_partition_that_stands_still_is_named(pair, mirror):
    """By default after half a minute; here an open transaction holds it back, which only its producer can mend."""
    topic = pair.create_topic("open")
    producer = pair.east.kafka.new_producer({"transactional.id": topic})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, key=b"open", value=b"v", partition=0)
    assert producer.flush(30) == 0
    _produce(pair, topic, 5)
    worker = mirror(pair.properties(raw={f"{pair.east_alias}.consumer.isolation.level": "read_committed",
                                         "tern.watch.stall.ms": 1000, "tern.watch.interval.ms": 300}))
    worker.wait_log(rf"WARN .*Partition '{topic}-0' .* stands still at offset 0: a transaction that is open there "
                    r"holds back 6 offsets", deadline=60)
    producer.commit_transaction(30)
    pair.west.kafka.wait_count(pair.there.remote(topic), 6)
    assert pair.there.task_statuses(SOURCE)[0].state == "RUNNING"
    worker.stop_cleanly()
