# SPDX-License-Identifier: Apache-2.0
"""Links that are long, dead in silence, or lose what is asked for. Each test mirrors to the far cluster and from it, so
the link is the target's in one flow and the source's in the other. What the link does not lose comes once.
"""

import contextlib
import time

import pytest
from kit.checker import Writer, wait_arrived
from kit.cluster import Cluster
from kit.kafka import Record
from kit.mm2 import SOURCE
from kit.wait import Deadline, wait_until

pytestmark = pytest.mark.ours_only


@pytest.fixture(scope="module")
def _far():
    cluster = Cluster("far", proxies=True)
    try:
        yield cluster.start()
    finally:
        cluster.destroy()


@pytest.fixture
def link(_far, us_east, pair_of):
    """A pair of us-east and a far cluster behind a proxy, which the tests of this file share."""
    _far.proxy().heal()
    yield pair_of(us_east, _far)
    _far.proxy().heal()


class _Stream:
    """One direction: a writer at the source, and what becomes of it."""

    def __init__(self, flow, topic, rate):
        self.flow, self.remote = flow, flow.remote(topic)
        self.writer = Writer(flow.source, topic, partitions=2, rate=rate)

    def arrived(self):
        return self.flow.target.kafka.count(self.remote)


def _properties(link, both_ways=True, raw=None, **settings):
    return link.properties(both_ways=both_ways, raw={f"{link.west_alias}.bootstrap.servers": link.west.proxied_bootstrap,
                                                     **(raw or {})}, **settings)


@contextlib.contextmanager
def _flowing(link, rate=300):
    """Yields the streams both ways while their writers write, when records of both have arrived."""
    streams = [_Stream(link.there, link.create_topic("there", 2), rate),
               _Stream(link.back, link.create_topic("back", 2, cluster=link.west), rate)]
    with streams[0].writer, streams[1].writer:
        for stream in streams:
            stream.flow.target.kafka.wait_count(stream.remote, 2, 60)
        yield streams


def _wait_caught_up(streams, deadline, what):
    """Waits until what is written by now has arrived both ways."""
    began, deadline = time.monotonic(), Deadline(deadline)
    for stream in streams:
        stream.flow.target.kafka.wait_count(stream.remote, stream.writer.acknowledged(), deadline)
        print(f"{stream.flow.name} has caught up {time.monotonic() - began:.1f} s after {what}")


def _assert_exact(streams):
    for stream in streams:
        wait_arrived(stream.flow.target, stream.remote, stream.writer).assert_exact()
        # which a connection that died may have swallowed, for as long as its request has time
        wait_until(lambda flow=stream.flow: ({s.state for s in flow.task_statuses(SOURCE).values()} == {"RUNNING"},
                                             flow.task_statuses(SOURCE)), 60, "its tasks run")


@pytest.mark.timeout(300)
def test_a_link_half_open_for_a_minute_is_over_when_it_is_back(link, mirror):
    """Java: RUNNING with nothing to do for five minutes more, until the delayed rebalance is over."""
    worker = mirror(_properties(link, raw=link.default_group()))  # an outage is shorter than the delay
    with _flowing(link, rate=200) as streams:
        link.west.proxy().half_open()
        silent = time.monotonic()
        wait_until(lambda: time.monotonic() - silent >= 60, 70, "a minute is over", every=1)
        before = [stream.arrived() for stream in streams]
        link.west.proxy().heal()
        _wait_caught_up(streams, 30, "a minute of silence")
        lag = [stream.writer.acknowledged() - count for stream, count in zip(streams, before)]
        assert min(lag) > 200 * 30, f"the link was not dead: {lag} records had to wait"
        for stream in streams:
            stream.writer.wait_more(100)
    _assert_exact(streams)
    worker.stop_cleanly()


def test_connections_that_died_in_silence_are_replaced(link, mirror):
    """As when a firewall forgets them: no byte passes any more, new connections work. With request.timeout.ms of 5 s
    instead of 30 s that long is waited for an answer.
    """
    worker = mirror(_properties(link, raw={f"{alias}.{role}.request.timeout.ms": 5000
                                           for alias in (link.east_alias, link.west_alias)
                                           for role in ("consumer", "producer", "admin")}))
    with _flowing(link) as streams:
        link.west.proxy().forget()
        for stream in streams:
            stream.writer.wait_more(600)
        _wait_caught_up(streams, 60, "the connections had died")
        for stream in streams:
            stream.writer.wait_more(100)
    _assert_exact(streams)
    worker.stop_cleanly()


def test_a_long_way_loses_nothing_and_keeps_up(link, mirror):
    """100 ms each way. Java mirrors 0.15 MB/s of one partition over that distance."""
    bulk = link.create_topic("bulk")
    link.east.kafka.produce(bulk, (Record(b"%d" % i, b"x" * 1000, partition=0) for i in range(30000)))
    link.west.proxy().delay(0.1)
    worker = mirror(_properties(link, heartbeats_replication_enabled=False))
    with _flowing(link) as streams:
        remote = link.there.remote(bulk)
        link.west.kafka.wait_count(remote, 1, 60)
        began, first = time.monotonic(), link.west.kafka.count(remote)
        link.west.kafka.wait_count(remote, 30000, 60)
        rate = (30000 - first) / 1000 / (time.monotonic() - began)
        print(f"{rate:.1f} MB/s")
        assert rate > 1, f"{rate:.2f} MB/s"
    assert [int(r.key) for r in link.west.kafka.read(remote)] == [*range(30000)]
    _assert_exact(streams)
    worker.stop_cleanly()


def _with_dropped_fetches(link, mirror, **own):
    """A mirror from far to east that has read 100 records, when answers to its fetches begin to get lost, and 100 more
    records come; (worker, topic).
    """
    topic = link.create_topic("orders", cluster=link.west)
    records = [Record(b"%d" % i, b"v", partition=0) for i in range(200)]
    link.west.kafka.produce(topic, records[:100])
    own = {f"tern.watch.{name}": value for name, value in {"interval.ms": 500, "stall.ms": 2000, **own}.items()}
    worker = mirror(_properties(link, raw={f"{link.there.name}.enabled": "false", f"{link.back.name}.enabled": "true",
                                           f"{link.west_alias}.consumer.request.timeout.ms": 5000,
                                           "heartbeats.replication.enabled": "false", **own}))
    link.east.kafka.wait_count(link.back.remote(topic), 100)
    link.west.proxy().drop_fetches()
    dropped = link.west.proxy().dropped_fetches()
    wait_until(lambda: link.west.proxy().dropped_fetches() > dropped, 60, "answers get lost")
    link.west.kafka.produce(topic, records[100:])
    worker.wait_log(rf"(?m)^.*WARN.*'{topic}-0' of cluster '{link.west_alias}' stands still at offset 100, while its "
                    r"log goes up to 200: the broker sends no records; it is read anew", 60)
    return worker, topic


def test_a_partition_that_stands_still_is_named_and_goes_on(link, mirror):
    """The source answers whatever it is asked for, but for records."""
    worker, topic = _with_dropped_fetches(link, mirror, **{"stuck.policy": "continue"})
    remote = link.back.remote(topic)
    worker.wait_log(rf"(?m)^.*ERROR.*'{topic}-0'.*stands still at offset 100, while its log goes up to 200", 60)
    assert link.east.kafka.count(remote) == 100
    link.west.proxy().heal()
    link.east.kafka.wait_count(remote, 200, 60)
    assert [int(r.key) for r in link.east.kafka.read(remote)] == [*range(200)]
    assert {s.state for s in link.back.task_statuses(SOURCE).values()} == {"RUNNING"}
    worker.stop_cleanly()


def test_a_partition_that_stays_stuck_fails_its_task(link, mirror):
    worker, topic = _with_dropped_fetches(link, mirror)
    trace = link.back.wait_task_failed(SOURCE)[1].trace
    assert f"partition '{topic}-0' of cluster '{link.west_alias}' stands still at offset 100" in trace, trace
    assert "the broker sends no records" in trace, trace
    worker.stop_cleanly()


def test_an_open_transaction_is_named(pair, mirror):
    """Nothing can be read behind it, and nothing is wrong."""
    topic = pair.create_topic("orders")
    pair.east.kafka.produce(topic, [Record(b"0", b"v", partition=0)])
    worker = mirror(pair.properties(raw={f"{pair.east_alias}.consumer.isolation.level": "read_committed",
                                         "tern.watch.interval.ms": 500, "tern.watch.stall.ms": 2000}))
    remote = pair.there.remote(topic)
    pair.west.kafka.wait_count(remote, 1)
    with pair.east.kafka.open_transaction(topic) as send:
        send(Record(b"1", b"v", partition=0))
        pair.east.kafka.produce(topic, [Record(b"2", b"v", partition=0)])
        worker.wait_log(rf"(?m)^.*WARN.*'{topic}-0'.*stands still at offset 1: a transaction that is open there holds "
                        r"back 2 offsets", 60)
        assert pair.west.kafka.count(remote) == 1
    pair.west.kafka.wait_count(remote, 3)
    assert [r.key for r in pair.west.kafka.read(remote)] == [b"0", b"1", b"2"]
    assert {s.state for s in pair.there.task_statuses(SOURCE).values()} == {"RUNNING"}
    worker.stop_cleanly()
