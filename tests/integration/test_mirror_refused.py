# SPDX-License-Identifier: Apache-2.0
"""A record that the target refuses concerns its partition only, and a crash repeats little."""

import re

import pytest
from kit.checker import Writer, check
from kit.kafka import Record
from kit.mm2 import SOURCE
from kit.wait import wait_until

pytestmark = pytest.mark.ours_only  # Java's task is FAILED, innocent partitions with it

_QUIET = {"heartbeats.replication.enabled": "false", "sync.topic.configs.enabled": "false"}


def _records(partition, count, big=()):
    return [Record(b"%d" % i, b"x" * (200_000 if i in big else 100), partition=partition) for i in range(count)]


def _keys(kafka, topic, partition):
    return [int(r.key) for r in kafka.read(topic, [partition])]


def _with_big_ones(pair, mirror, policy, big):
    """Partition 0 holds records that are too large for the target; (worker, topic, remote)."""
    topic = pair.create_topic("orders", partitions=2)
    remote = pair.there.remote(topic)
    pair.west.kafka.create_topic(remote, partitions=2, config={"max.message.bytes": "50000"})
    pair.east.kafka.produce(topic, _records(0, 1000, big) + _records(1, 1000))
    worker = mirror(pair.properties(raw={**_QUIET, "tern.record.refused.policy": policy}))
    return worker, topic, remote


def test_by_default_the_partition_waits_and_the_innocent_one_goes_on(pair, mirror):
    worker, topic, remote = _with_big_ones(pair, mirror, "hold", {500})
    wait_until(lambda: (_keys(pair.west.kafka, remote, 1) == [*range(1000)], None), 60, "partition 1 is complete")
    wait_until(lambda: (_keys(pair.west.kafka, remote, 0) == [*range(500)], None), 60,
               "partition 0 is there up to the record")
    worker.wait_log(rf"(?m)^.*ERROR.*refuses the record of '{topic}-0' at offset 500 .*The partition waits")
    pair.east.kafka.produce(topic, _records(1, 10))
    wait_until(lambda: (len(_keys(pair.west.kafka, remote, 1)) == 1010, None), 60, "partition 1 goes on")
    wait_until(lambda: (pair.there.source_offsets().get((topic, 0)) == 499, pair.there.source_offsets()), 30,
               "the offset is that of the record before")
    assert pair.there.task_statuses(SOURCE)[0].state == "RUNNING"
    worker.stop_cleanly()
    assert pair.there.source_offsets()[(topic, 0)] == 499


def test_by_policy_it_is_left_out_and_said(pair, mirror):
    worker, topic, remote = _with_big_ones(pair, mirror, "skip", {0, 500, 501, 999})
    left = [i for i in range(1000) if i not in (0, 500, 501, 999)]
    wait_until(lambda: (len(_keys(pair.west.kafka, remote, 0)) >= len(left), None), 60, "all others are there")
    assert _keys(pair.west.kafka, remote, 0) == left
    wait_until(lambda: (pair.there.source_offsets().get((topic, 0)) == 999, pair.there.source_offsets()), 30,
               "the offset of the last one counts")
    told = re.findall(rf"ERROR.*refuses the record of '{topic}-0' at offset (\d+) .*It is left out", worker.log())
    assert told == ["0", "500", "501", "999"]
    assert _keys(pair.west.kafka, remote, 0) == left
    assert _keys(pair.west.kafka, remote, 1) == [*range(1000)]
    worker.stop_cleanly()


def test_by_policy_the_task_fails(pair, mirror):
    worker, topic, remote = _with_big_ones(pair, mirror, "fail", {500})
    status = pair.there.wait_task_failed(SOURCE)[1]
    assert "Caused by: org.apache.kafka.common.errors.RecordTooLargeException: " in status.trace, status.trace
    assert remote in status.trace, status.trace
    assert pair.there.source_offsets().get((topic, 0), -1) <= 499
    worker.stop_cleanly()


def test_small_records_whose_batches_are_too_large_arrive(pair, mirror):
    """Every batch of the producer is larger than the topic allows: 400 records of 1 kB, batches up to 4 kB."""
    topic = pair.create_topic("orders")
    remote = pair.there.remote(topic)
    pair.west.kafka.create_topic(remote, config={"max.message.bytes": "4000"})
    pair.east.kafka.produce(topic, [Record(b"%d" % i, bytes([i % 256]) * 1000, partition=0) for i in range(400)])
    worker = mirror(pair.properties(raw=_QUIET))
    wait_until(lambda: (_keys(pair.west.kafka, remote, 0) == [*range(400)], pair.west.kafka.count(remote)), 60,
               "all arrive, once and in order", every=0.5)
    assert "refuses" not in worker.log()
    worker.stop_cleanly()


def test_kill_minus_9_repeats_about_a_second(pair, mirror):
    """With Java's offset.flush.interval.ms of a minute."""
    topic = pair.create_topic("orders", partitions=3)
    remote = pair.there.remote(topic)
    rate, kills = 1000, 4
    worker = mirror(pair.properties(raw={f"{pair.west_alias}.offset.flush.interval.ms": 60000}))
    with Writer(pair.east, topic, partitions=3, rate=rate) as writer:
        pair.west.kafka.wait_count(remote, 1)
        for _ in range(kills):
            writer.wait_more(2500)
            worker.kill9()
            worker.start()
        writer.wait_more(500)
    pair.west.kafka.wait_count(remote, len(writer.written()), 60)

    def complete():
        report = check(writer, pair.west.kafka.read(remote))
        return not report.missing, report

    report = wait_until(complete, 60, "all arrive", every=1)
    report.assert_nothing_lost()
    print(f"{report.written} written, {report.duplicates} duplicates after {kills} kills")
    assert report.duplicates < kills * rate * 2, report
    worker.stop_cleanly()
