# SPDX-License-Identifier: Apache-2.0
"""Records do not go round in a circle when topics keep their names, whatever comes first."""

import pytest
from kit.kafka import Record
from kit.mm2 import SOURCE
from kit.wait import stays_true, wait_until

_IDENTITY = {"replication.policy.class": "org.apache.kafka.connect.mirror.IdentityReplicationPolicy",
             "heartbeats.replication.enabled": "false"}


def _write(cluster, topic, name, count):
    cluster.kafka.produce(topic, [Record(b"%s-%d" % (name, i), b"v", partition=0) for i in range(count)])


@pytest.mark.ours_only  # Java mirrors them for ever
def test_identity_both_ways_mirrors_every_record_once(pair, mirror):
    topic = pair.create_topic("orders")
    pair.create_topic("orders", cluster=pair.west)
    worker = mirror(pair.properties(both_ways=True, raw=_IDENTITY)).wait_started(pair.there, pair.back)
    worker.stop_cleanly()
    worker.start()
    worker.wait_started(pair.there, pair.back)
    _write(pair.east, topic, b"east", 100)
    _write(pair.west, topic, b"west", 50)
    for cluster in (pair.east, pair.west):
        wait_until(lambda c=cluster: (c.kafka.count(topic) == 150, c.kafka.count(topic)), 60, "all are there")
    stays_true(lambda: (pair.east.kafka.count(topic) == pair.west.kafka.count(topic) == 150,
                        (pair.east.kafka.count(topic), pair.west.kafka.count(topic))), 4, "none comes back")
    for cluster in (pair.east, pair.west):
        assert len({r.key for r in cluster.kafka.read(topic)}) == 150
    worker.stop_cleanly()


@pytest.mark.ours_only
def test_by_policy_a_circle_fails_the_task(pair, mirror):
    pair.create_topic("orders")
    worker = mirror(pair.properties(both_ways=True, raw={**_IDENTITY, "tern.loop.policy": "fail"}))
    worker.wait_log(r"there is a mirror the other way|offset-syncs")
    worker.stop_cleanly()
    worker.start()  # by now both offset-syncs topics are there
    assert "tern.loop.policy=fail" in pair.there.wait_task_failed(SOURCE)[1].trace
    worker.stop_cleanly()


def test_identity_one_way_adds_nothing(pair, mirror):
    topic = pair.create_topic("orders")
    _write(pair.east, topic, b"east", 10)
    worker = mirror(pair.properties(raw=_IDENTITY))
    assert [r.headers for r in pair.west.kafka.read(topic, count=10)] == [()] * 10
    worker.stop_cleanly()


@pytest.mark.ours_only  # Java has no such policy; it does the same
def test_switched_off_records_go_round(pair, mirror):
    topic = pair.create_topic("orders")
    pair.create_topic("orders", cluster=pair.west)
    _write(pair.east, topic, b"east", 10)
    worker = mirror(pair.properties(both_ways=True, raw={**_IDENTITY, "tern.loop.policy": "off"}))
    wait_until(lambda: (pair.east.kafka.count(topic) > 50, pair.east.kafka.count(topic)), 60, "they go round")
    worker.kill9()
    assert {r.headers for r in pair.west.kafka.read(topic)} == {()}
