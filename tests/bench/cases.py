# SPDX-License-Identifier: Apache-2.0
"""What `make bench` measures: each case runs one mirror, of either kind, and returns {figure: number}.

A case is made for one run on clusters that are there already, with aliases and topics of its own.
"""

import os
import statistics
import struct
import threading
import time
from typing import Callable, NamedTuple

import rest_load
from confluent_kafka import Consumer, Producer, TopicPartition
from kit.connect import ConnectCluster
from kit.setup import Pair
from kit.wait import stays_true, wait_until


class Figure(NamedTuple):
    """How a figure is shown, and whether a smaller one is better."""

    unit: str
    smaller_is_better: bool = True
    digits: int = 2


FIGURES = {
    "first record": Figure("s"),
    "records/s": Figure("", False, 0),
    "MB/s": Figure("", False, 1),
    "CPU": Figure("s/GB"),
    "peak memory": Figure("MiB", digits=0),
    "memory": Figure("MiB", digits=0),
    "idle CPU": Figure("% of a core", digits=2),
    "requests/s": Figure("", False, 0),
    "p50": Figure("ms"),
    "p99": Figure("ms"),
    "p99.9": Figure("ms"),
}


class Bench(NamedTuple):
    """What a case gets: clusters, makers of mirrors and of workers of the kind that is measured, and the size."""

    east: object
    west: object
    slow_west: Callable[[], object]  # west behind a delaying proxy, made at the first use
    make: Callable[[dict], object]
    connect: Callable[[object], ConnectCluster]  # a Connect cluster of one worker on a cluster
    short: bool


class Case(NamedTuple):
    name: str
    run: Callable[[Bench], dict]
    bar: str = ""  # what is aimed at, as a ratio of Java's figure to ours


_QUICK = (".interval.ms", ".interval.seconds", ".session.timeout.ms", ".max.delay.ms")


def _properties(pair, raw=None):
    """Intervals and timeouts are the defaults, unlike in tests, where all is quick."""
    return {k: v for k, v in pair.properties(raw=raw or {}).items() if not k.endswith(_QUICK)}


def _mirror(bench, pair, **raw):
    return bench.make(_properties(pair, {f"{pair.west_alias}.{k}": v for k, v in raw.items()}))


def _idle_cpu(worker, seconds):
    """In per cent of a core."""
    cpu = worker.cpu_seconds()
    stays_true(worker.alive, seconds, "the mirror goes on")
    return (worker.cpu_seconds() - cpu) / seconds * 100


# First record

def start(bench):
    pair = Pair(bench.east, bench.west)
    topic = pair.create_topic("start")
    remote = pair.there.remote(topic)
    pair.east.kafka.produce(topic, [(b"%d" % i, b"x" * 100) for i in range(100)])
    worker = _mirror(bench, pair)
    begin = time.monotonic()
    worker.start()
    wait_until(lambda: remote in bench.west.kafka.list_topics() and bench.west.kafka.count(remote) > 0, 120,
               "the first record arrives", every=0.01)
    seconds = time.monotonic() - begin
    memory = worker.rss_kib()[0] / 1024
    _end(worker, pair)
    return {"first record": seconds, "memory": memory}


# Catching up

def _fill(cluster, topic, partitions, records, size, compression):
    producer = Producer({"bootstrap.servers": cluster.bootstrap, "compression.type": compression, "linger.ms": 20,
                         "batch.size": 1 << 18, "queue.buffering.max.messages": 1_000_000})
    half = size // 2  # noise, so that compression has something to do
    values = [os.urandom(half) + b"a" * (size - half) for _ in range(64)]
    for i in range(records):
        while True:
            try:
                producer.produce(topic, values[i % len(values)], partition=i % partitions)
                break
            except BufferError:
                producer.poll(0.1)
    producer.flush()


def catch_up(size, compression):
    """A case: records of that size wait at the source before the mirror starts."""
    megabytes = 500 if (size, compression) == (1000, "lz4") else 200

    def run(bench):
        records = max(20_000, (20_000_000 if bench.short else megabytes * 1_000_000) // size)
        records = min(records, 100_000 if bench.short else 1_000_000)
        pair = Pair(bench.east, bench.west)
        topic = pair.create_topic("catch-up", partitions=4)
        _fill(bench.east, topic, 4, records, size, compression)
        worker = _mirror(bench, pair, **{"producer.compression.type": compression})
        remote, gigabytes = pair.there.remote(topic), records * size / 1e9
        worker.start()
        wait_until(lambda: remote in bench.west.kafka.list_topics() and bench.west.kafka.count(remote) > 0, 120,
                   "the first record arrives", every=0.01)
        begin, cpu = time.monotonic(), worker.cpu_seconds()
        bench.west.kafka.wait_count(remote, records, deadline=600)
        seconds = time.monotonic() - begin
        spent, peak = worker.cpu_seconds() - cpu, worker.rss_kib()[1] / 1024
        _end(worker, pair)
        return {"records/s": records / seconds, "MB/s": gigabytes * 1000 / seconds, "CPU": spent / gigabytes,
                "peak memory": peak}

    return run


def idle(bench):
    """A mirror that has done all its work, after half a minute for JIT and garbage collection."""
    pair = Pair(bench.east, bench.west)
    topic = pair.create_topic("idle", partitions=4)
    pair.east.kafka.produce(topic, [(None, b"x" * 100)] * 1000)
    worker = _mirror(bench, pair)
    worker.start()
    remote = pair.there.remote(topic)
    bench.west.kafka.wait_topic(remote)
    bench.west.kafka.wait_count(remote, 1000, deadline=120)
    stays_true(worker.alive, 2 if bench.short else 30, "the mirror goes on")
    used = _idle_cpu(worker, 2 if bench.short else 30)
    memory = worker.rss_kib()[0] / 1024
    _end(worker, pair)
    return {"idle CPU": used, "memory": memory}


# Latency

def latency(bench):
    """1,000 records a second of 1 KB; each carries the time at which it was handed to the producer."""
    pair = Pair(bench.east, bench.west)
    topic = pair.create_topic("latency")
    remote = pair.there.remote(topic)
    pair.east.kafka.produce(topic, [(None, struct.pack(">q", 0))])
    worker = _mirror(bench, pair)
    worker.start()
    bench.west.kafka.wait_topic(remote)
    bench.west.kafka.wait_count(remote, 1, deadline=120)
    seconds = 4 if bench.short else 20
    records = 1000 * seconds
    seen = []
    reader = threading.Thread(target=_read_latencies, args=(bench.west.bootstrap, remote, records, seen))
    reader.start()
    _write_paced(bench.east.bootstrap, topic, records)
    reader.join(120)
    assert len(seen) == records, f"{len(seen)} of {records} records were seen"
    _end(worker, pair)
    cut = statistics.quantiles(seen[len(seen) // 5:], n=1000)  # without the beginning: connections, JIT
    return {"p50": cut[499], "p99": cut[989], "p99.9": cut[998]}


def _write_paced(bootstrap, topic, records):
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 0})
    padding, begin = b"x" * 1016, time.monotonic()
    for i in range(records):
        while (ahead := begin + i / 1000 - time.monotonic()) > 0.001:
            producer.poll(ahead)  # ends with the first acknowledgement
        producer.produce(topic, struct.pack(">q", time.monotonic_ns()) + padding)
    producer.flush()


def _read_latencies(bootstrap, topic, records, seen):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "bench", "enable.auto.commit": False,
                         "fetch.wait.max.ms": 10})
    consumer.assign([TopicPartition(topic, 0, 1)])
    deadline = time.monotonic() + 100
    while len(seen) < records and time.monotonic() < deadline:
        message = consumer.poll(0.1)  # one by one: consume() waits for all that it was asked for
        if message and not message.error():
            seen.append((time.monotonic_ns() - struct.unpack_from(">q", message.value())[0]) / 1e6)
    consumer.close()


# Distance

def distance(delay_s):
    """A case: one partition of 1 KB records, and so much delay in each half of the round trip to the target."""

    def run(bench):
        west = bench.slow_west()
        pair = Pair(bench.east, west)
        pair.west = _Behind(west)
        topic = pair.create_topic("distance", cluster=bench.east)
        records = 5_000 if bench.short else 200_000
        _fill(bench.east, topic, 1, records, 1000, "none")
        properties = _properties(pair)
        properties[f"{pair.west_alias}.bootstrap.servers"] = west.proxied_bootstrap
        worker = bench.make(properties)
        west.proxy().delay(delay_s / 2)
        remote = pair.there.remote(topic)
        worker.start()
        try:
            wait_until(lambda: remote in west.kafka.list_topics() and west.kafka.count(remote) > 0, 180,
                       "the first record arrives", every=0.05)
            before, begin = west.kafka.count(remote), time.monotonic()
            limit = 4 if bench.short else 12
            wait_until(lambda: west.kafka.count(remote) >= records or time.monotonic() - begin > limit, limit + 60,
                       "the time is over", every=0.05)
            seconds, done = time.monotonic() - begin, west.kafka.count(remote) - before
        finally:
            west.proxy().heal()
            worker.kill9()
        pair.cleanup()
        return {"records/s": done / seconds, "MB/s": done / seconds / 1000}

    return run


class _Behind:
    """The cluster as clients see it that start from the proxies."""

    def __init__(self, cluster):
        self._cluster = cluster

    def __getattr__(self, name):
        return getattr(self._cluster, name)

    @property
    def bootstrap(self):
        return self._cluster.proxied_bootstrap


# Many partitions

def partitions(bench):
    """Idle, with many partitions."""
    count = 50 if bench.short else 1000
    pair = Pair(bench.east, bench.west)
    topic = pair.create_topic("many", partitions=count)
    pair.east.kafka.produce(topic, [(None, b"x")])
    worker = _mirror(bench, pair)
    worker.start()
    remote = pair.there.remote(topic)
    bench.west.kafka.wait_topic(remote, deadline=180, partitions=count)
    bench.west.kafka.wait_count(remote, 1, deadline=120)
    used = _idle_cpu(worker, 2 if bench.short else 15)
    memory = worker.rss_kib()[0] / 1024
    _end(worker, pair)
    return {"memory": memory, "idle CPU": used}


# REST

def rest(bench):
    """A status of one of 20 connectors, asked for by four clients that keep their connections."""
    connect = bench.connect(bench.west)
    try:
        connect.start()
        rest_load.fill(connect, 5 if bench.short else 20)
        port, path = connect.workers[0].port, "/connectors/connector-002/status"
        rest_load.load(port, path, 4, 1 if bench.short else 5)  # Java's compiler warms up
        seconds = 2 if bench.short else 8
        times = rest_load.load(port, path, 4, seconds)
    finally:
        connect.destroy()
    return {"requests/s": len(times) / seconds, "p99": times[len(times) * 99 // 100] * 1000}


def _end(worker, pair):
    worker.stop()
    pair.cleanup()


CASES = [
    Case("first record", start, "first record: 8"),
    *(Case(f"catch-up {label} {compression}", catch_up(size, compression),
           "CPU: 6, MB/s: 3, peak memory: 20" if (size, compression) == (1000, "lz4") else "")
      for label, size in (("100 B", 100), ("1 KB", 1000), ("10 KB", 10000)) for compression in ("none", "lz4", "zstd")),
    Case("idle", idle, "idle CPU: 10"),
    Case("latency at 1,000 records/s", latency, "p99: 2"),
    Case("one partition over 50 ms", distance(0.05)),
    Case("one partition over 100 ms", distance(0.1), "records/s: 60"),
    Case("1,000 partitions", partitions),
    Case("REST: a status", rest),
]
