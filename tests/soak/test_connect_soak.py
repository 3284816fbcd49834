# SPDX-License-Identifier: Apache-2.0
"""Long runs of a mixed Connect cluster, by hand: make soak. TERN_SOAK_S is how long each test goes on (default 600),
TERN_SOAK_SEED what happens in it.
"""

import os
import random
import time

import pytest
from kit.checker import Writer, check
from kit.connect import Lines, mirror_source
from kit.wait import Deadline, stays_true, wait_until

SECONDS = int(os.environ.get("TERN_SOAK_S") or 600)
pytestmark = pytest.mark.timeout(SECONDS + 600)

PARTITIONS = 6


class Load:
    """A mirror that is written to, and file sources, on two Java workers and three of ours."""

    def __init__(self, connect, pair):
        self.pair = pair
        self.topic = pair.create_topic("orders", PARTITIONS)
        self.cluster = connect("ours", "ours", "ours", "java", "java")
        self.lines = [Lines(self.cluster, f"f{n}") for n in range(6)]
        for each in self.lines:
            self.cluster.create(each.connector, each.config)
        self.cluster.create("mirror", mirror_source(pair, self.topic, PARTITIONS))
        self.names = [*(each.connector for each in self.lines), "mirror"]
        self.wait_balanced()

    def wait_balanced(self, deadline=120):
        return self.cluster.wait_balanced(*self.names, tasks={"mirror": PARTITIONS}, deadline=deadline)

    def write(self):
        for each in self.lines:
            each.write(5)

    def assert_complete(self, writer):
        def complete():
            report = check(writer, self.pair.west.kafka.read(self.pair.there.remote(self.topic), deadline=300))
            return not report.missing, report

        report = wait_until(complete, 300, "all records arrive", every=5)
        report.assert_nothing_lost()
        for each in self.lines:
            each.wait_arrived()
        print(f"{report.written} written, {report.duplicates} duplicates")


def test_a_mixed_cluster_at_rest_stays_at_rest(connect, pair):
    load = Load(connect, pair)
    generation, since = load.cluster.generation(), len(load.cluster.status_records())

    def at_rest():
        load.write()
        offsets = {m.metadata.offset for m in load.cluster.group().members}
        return load.cluster.generation() == generation and len(offsets) == 1, (load.cluster.generation(), offsets)

    with Writer(pair.east, load.topic, partitions=PARTITIONS, rate=200) as writer:
        stays_true(at_rest, SECONDS, "nobody rebalances", every=5)
    assert not load.cluster.status_records()[since:]
    load.assert_complete(writer)


def test_whatever_happens_to_workers_nothing_is_lost(connect, pair):
    """Kills, stops, sleeps and writes in an order that the seed decides. At least one worker always runs."""
    seed = int(os.environ.get("TERN_SOAK_SEED") or time.time())
    print(f"TERN_SOAK_SEED={seed}")
    dice = random.Random(seed)
    load = Load(connect, pair)
    cluster = load.cluster
    until = Deadline(SECONDS)
    with Writer(pair.east, load.topic, partitions=PARTITIONS, rate=200) as writer:
        while not until.passed():
            what, worker = _happens(dice, cluster)
            print(f"{time.strftime('%H:%M:%S')} {what} {worker.name}", flush=True)
            load.write()
            writer.wait_more(dice.randrange(100, 3000), deadline=120)
            if dice.random() < 0.3:
                _awake(cluster)
                load.wait_balanced()
    _awake(cluster)
    load.wait_balanced()
    load.assert_complete(writer)


def _happens(dice, cluster):
    """Does one thing to a worker; returns its name and the worker."""
    dead = [w for w in cluster.workers if not w.alive()]
    alive = cluster.running()
    if dead and (len(alive) < 2 or dice.random() < 0.5):
        worker = dice.choice(dead)
        worker.start()
        return "start", worker
    worker = dice.choice(alive)
    what = dice.choice(("kill9", "stop_cleanly", "pause", "resume"))
    getattr(worker, what)()
    return what, worker


def _awake(cluster):
    for worker in cluster.workers:
        worker.resume()
        if not worker.alive():
            worker.start()
    for worker in cluster.workers:
        worker.wait_ready()
