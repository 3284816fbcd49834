# SPDX-License-Identifier: Apache-2.0
"""Topics and records of every kind through one mirror: compacted, stamped by the broker, with many headers.

Each kind is a generator: it writes before the mirror is there, and looks when everything has arrived.
"""

import itertools

from confluent_kafka import TIMESTAMP_CREATE_TIME, TIMESTAMP_LOG_APPEND_TIME, TopicPartition
from kit import env
from kit.kafka import Record
from kit.wait import wait_until

_T0 = 1_700_000_000_000
_COMPACTED = {"cleanup.policy": "compact", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.001",
              "delete.retention.ms": "86400000", "min.compaction.lag.ms": "0", "max.compaction.lag.ms": "100"}


def _contents(records):
    return [r.content() for r in records]


def _wait_group(pair, group, remote, offset):
    """Until the group stands there at the target."""

    def there():
        seen = pair.west.kafka.group_offsets(group).get((remote, 0))
        return seen == offset, seen

    wait_until(there, 60, f"{group} stands at {offset} of {remote}", every=0.2)


def _timestamp_types(kafka, topic):
    """The types of the records' timestamps, which Record does not have."""
    consumer = kafka._consumer(group="tern-kit-reader")
    seen, end = set(), kafka.end_offsets(topic)[0]
    try:
        consumer.assign([TopicPartition(topic, 0, 0)])
        while True:
            for message in consumer.consume(1000, 1):
                if message.error() is None:
                    seen.add(message.timestamp()[0])
                if message.error() is not None or message.offset() + 1 >= end:
                    return seen
    finally:
        consumer.close()


def _compacted(pair):
    """Holes in the offsets, tombstones; a group at the end is at the end of a log that has no such holes."""
    kafka, topic, group = pair.east.kafka, pair.create_topic("compacted", config=_COMPACTED), pair.name("compacted")
    remote = pair.there.remote(topic)

    turns = itertools.count(1)

    def compacted():
        turn = next(turns)
        at = _T0 + 60_000 * turn  # segments are rolled by the time of their records
        kafka.produce(topic, [Record(b"only-%d" % turn, b"stays", (), at, 0)] +
                      [Record(b"key-%d" % (n % 7), None if n % 7 == 3 else b"%d" % n, (), at + n, 0)
                       for n in range(40)])
        left = kafka.read(topic)
        holes = left[-1].offset - left[0].offset + 1 - len(left)
        return holes > 50 and left[-1].offset > 200, f"{holes} holes in {left[-1].offset} offsets"

    wait_until(compacted, 90, "compaction has taken most of a topic", every=0.3)
    end = kafka.end_offsets(topic)[0]
    kafka.commit_group(group, {(topic, 0): end})
    yield
    last = {r.key: (r.value, r.timestamp) for r in kafka.read(topic)}
    assert last[b"key-3"][0] is None and last[b"only-1"][0] == b"stays"

    def arrived():
        seen = {r.key: (r.value, r.timestamp) for r in pair.west.kafka.read(remote)}
        return seen == last, seen

    wait_until(arrived, 60, "the last record of every key arrives", every=0.3)
    assert pair.west.kafka.end_offsets(remote)[0] < end, "the holes were mirrored"
    _wait_group(pair, group, remote, pair.west.kafka.end_offsets(remote)[0])


def _without_keys_and_values(pair):
    topic = pair.create_topic("nulls")
    pair.east.kafka.produce(topic, [Record(key, value, (), _T0 + n, 0) for n, (key, value) in enumerate(
        [(None, None), (None, b""), (b"", None), (b"", b""), (b"k", None), (None, b"v")])])
    yield
    assert _contents(pair.west.kafka.read(pair.there.remote(topic), count=6)) == _contents(pair.east.kafka.read(topic))


def _many_headers(pair):
    topic = pair.create_topic("headers")
    many = tuple((f"name-{n % 40}", None if n % 11 == 0 else b"" if n % 13 == 0 else b"value %d" % n)
                 for n in range(500))
    pair.east.kafka.produce(topic, [Record(b"many", b"v", many, _T0, 0), Record(b"none", b"v", (), _T0 + 1, 0),
                                    Record(b"long", b"v", (("x" * 5000, b"y" * 50000),), _T0 + 2, 0),
                                    Record(b"same", None, (("n", None),) * 50, _T0 + 3, 0)])
    yield
    arrived = pair.west.kafka.read(pair.there.remote(topic), count=4)
    assert _contents(arrived) == _contents(pair.east.kafka.read(topic))
    assert arrived[0].headers == many


def _create_time(pair):
    topic = pair.create_topic("created")
    pair.east.kafka.produce(topic, [Record(b"%d" % t, b"v", (), t, 0) for t in (1, 86_400_000, _T0, _T0 - 5, _T0)])
    yield
    remote = pair.there.remote(topic)
    arrived = pair.west.kafka.read(remote, count=5)
    assert [r.timestamp for r in arrived] == [1, 86_400_000, _T0, _T0 - 5, _T0]
    assert _timestamp_types(pair.west.kafka, remote) == {TIMESTAMP_CREATE_TIME}


def _append_time_at_the_source(pair):
    """What the source's broker has stamped is the record's time at the target; the type is not synced."""
    topic = pair.create_topic("appended", config={"message.timestamp.type": "LogAppendTime", "retention.ms": "-1"})
    pair.east.kafka.produce(topic, [Record(b"%d" % n, b"v", (), _T0, 0) for n in range(20)])
    yield
    remote = pair.there.remote(topic)
    arrived = pair.west.kafka.read(remote, count=20)
    assert _contents(arrived) == _contents(pair.east.kafka.read(topic))
    assert all(r.timestamp > _T0 for r in arrived)
    assert _timestamp_types(pair.east.kafka, topic) == {TIMESTAMP_LOG_APPEND_TIME}
    assert _timestamp_types(pair.west.kafka, remote) == {TIMESTAMP_CREATE_TIME}
    assert pair.west.kafka.describe_config(remote) == {"retention.ms": "-1"}


def _append_time_at_the_target(pair):
    """A topic that was there, and stamps what comes: the mirror leaves it so."""
    topic = pair.create_topic("restamped")
    remote = pair.west.kafka.create_topic(pair.there.remote(topic), config={"message.timestamp.type": "LogAppendTime"})
    pair.east.kafka.produce(topic, [Record(b"%d" % n, b"v", (), _T0, 0) for n in range(20)])
    yield
    arrived = pair.west.kafka.read(remote, count=20)
    assert [r.key for r in arrived] == [b"%d" % n for n in range(20)]
    assert _timestamp_types(pair.west.kafka, remote) == {TIMESTAMP_LOG_APPEND_TIME}
    assert pair.west.kafka.describe_config(remote)["message.timestamp.type"] == "LogAppendTime"


def _transactions(pair):
    """By default, as with Java, records of aborted transactions are mirrored, and of markers only the gaps are seen."""
    topic, group = pair.create_topic("txn"), pair.name("txn")
    remote = pair.there.remote(topic)
    kept, written = pair.east.kafka.produce_transactions(topic, count=12, size=5, abort_every=4)
    end = pair.east.kafka.end_offsets(topic)[0]
    assert end == written + 12 and len(kept) == written - 15
    pair.east.kafka.commit_group(group, {(topic, 0): end})
    yield
    arrived = pair.west.kafka.read(remote, count=written)
    assert [int(r.key) for r in arrived] == list(range(written))
    assert pair.west.kafka.end_offsets(remote)[0] == written
    _wait_group(pair, group, remote, written)
    syncs = [s for s in pair.there.offset_syncs() if s.topic == topic]
    assert {s.upstream - s.downstream for s in syncs} == set(range(12)), "a sync behind each marker"


def test_topics_and_records_of_every_kind(pair, mirror):
    kinds = [kind(pair) for kind in (_compacted, _without_keys_and_values, _many_headers, _create_time,
                                     _append_time_at_the_source, _append_time_at_the_target, _transactions)]
    for kind in kinds:
        next(kind)
    worker = mirror(pair.properties(sync_group_offsets_enabled=True, raw={"tern.metrics.log.interval.ms": 1000}))
    for kind in kinds:
        assert next(kind, "done") == "done"
    if env.java_in_place_of_ours():
        return
    worker.wait_log(r"Mirrored \d+ records in \d+ s .*from record time to acknowledgement")
    worker.wait_log(r"Acknowledged \d+ checkpoints in \d+ s; from the beginning of their round to acknowledgement")
    worker.stop_cleanly()
