# SPDX-License-Identifier: Apache-2.0
"""Stops of every kind: clean ones leave nothing twice, no kind loses anything."""

import signal

import pytest
from kit import env
from kit.checker import Writer, check, wait_arrived
from kit.cluster import start_all
from kit.kafka import Record
from kit.wait import wait_until


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_clean_stop_ends_with_status_0_and_resumes_without_duplicates(pair, mirror, number):
    topic = pair.create_topic("orders", partitions=3)
    remote = pair.there.remote(topic)
    worker = mirror(pair.properties())
    with Writer(pair.east, topic, partitions=3, rate=1000) as writer:
        for _ in range(3):
            pair.west.kafka.wait_count(remote, pair.west.kafka.count(remote) + 500)
            worker.stop_cleanly(number=number)
            worker.start()
    wait_arrived(pair.west, remote, writer).assert_exact()


def test_a_clean_stop_commits_offsets_and_says_so_in_the_status_topic(pair, mirror):
    topic = pair.create_topic("orders", partitions=2)
    pair.east.kafka.produce(topic, [Record(b"%d" % i, b"v", partition=i % 2) for i in range(400)])
    # so long an interval that only the stop itself can have committed
    worker = mirror(pair.properties(raw={f"{pair.west_alias}.offset.flush.interval.ms": 600000}))
    pair.west.kafka.read(pair.there.remote(topic), count=400)
    worker.stop_cleanly()
    offsets = pair.there.source_offsets()
    assert (offsets[(topic, 0)], offsets[(topic, 1)]) == (199, 199)
    statuses = {key: s.state for key, s in pair.there.statuses(as_written=True).items()}
    assert statuses and set(statuses.values()) == {"UNASSIGNED"}, statuses


@pytest.mark.timeout(420)
def test_kill_minus_9_again_and_again_loses_nothing(pair, mirror):
    """What comes twice is about what flows in a second, for each death."""
    topic = pair.create_topic("orders", partitions=3)
    remote = pair.there.remote(topic)
    kills, rate = 5, 1000
    worker = mirror(pair.properties())
    with Writer(pair.east, topic, partitions=3, rate=rate) as writer:
        for _ in range(kills):
            committed = pair.there.source_offsets()
            wait_until(lambda seen=committed: pair.there.source_offsets() != seen, 60, "it has committed something")
            pair.west.kafka.wait_count(remote, pair.west.kafka.count(remote) + 700)
            worker.kill9()
            worker.start()
        writer.wait_more(500)
    report = wait_arrived(pair.west, remote, writer, deadline=120)
    report.assert_nothing_lost()
    if not env.java_in_place_of_ours():
        assert report.duplicates < kills * rate * 2, report
    worker.stop_cleanly()


def test_a_stop_while_everything_starts(pair, mirror):
    """SIGTERM at the earliest moments ends cleanly, too, and the next start mirrors."""
    topic = pair.create_topic("orders")
    pair.east.kafka.produce(topic, [(b"k", b"v")] * 10)
    worker = mirror(pair.properties(), start=False)
    for pattern in (r".", r"(?i)start", r"(?i)connector"):
        worker.start()
        worker.wait_log(pattern)
        worker.stop_cleanly()
    worker.start()
    pair.west.kafka.read(pair.there.remote(topic), count=10)


def test_broker_restarts_on_both_sides(cluster_factory, pair_of, mirror):
    """The mirror rides through a kill -9 of the source's and the target's only broker: what comes twice are the batches
    that were under way to the target when it died, at most, of which it remembers only the last.
    """
    pair = pair_of(cluster_factory("east"), cluster_factory("west"))
    start_all(pair.east, pair.west)
    topic = pair.create_topic("orders", partitions=2)
    remote = pair.there.remote(topic)
    worker = mirror(pair.properties())
    with Writer(pair.east, topic, partitions=2, rate=300) as writer:
        for cluster in (pair.west, pair.east):
            pair.west.kafka.wait_count(remote, pair.west.kafka.count(remote) + 300)
            cluster.kill9()
            cluster.start_node(1)
        writer.wait_more(300)
    report = wait_arrived(pair.west, remote, writer, deadline=90)
    report.assert_nothing_lost()
    at_source = check(writer, pair.east.kafka.read(topic))
    assert report.duplicates - at_source.duplicates <= 50, (report, at_source)
    worker.stop_cleanly()
