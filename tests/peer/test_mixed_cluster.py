# SPDX-License-Identifier: Apache-2.0
"""Two Java workers and two of ours in one Connect cluster: who runs what, who leads, what each of them answers."""

import shutil

import pytest
from kit.connect import ConnectCluster, Lines, mirror_clusters, mirror_source
from kit.kafka import Record
from kit.setup import Pair
from kit.wait import stays_true, wait_until

pytestmark = pytest.mark.timeout(240)

MIRROR_TASKS = 8


class Mixed:
    """A mirror source with 8 tasks, a heartbeat connector and four file sources on two workers of each kind.
    Tests leave it running as they found it.
    """

    def __init__(self, east, west):
        self.pair = Pair(east, west)
        self.cluster = ConnectCluster(west, ["ours", "ours", "java", "java"])
        self.ours, self.java = self.cluster.workers[:2], self.cluster.workers[2:]
        self.topic = self.pair.create_topic("orders", MIRROR_TASKS)
        self.lines = [Lines(self.cluster, f"f{n}") for n in range(4)]
        self.names = [*(each.connector for each in self.lines), "beats", "mirror"]

    def start(self):
        """Ours are there first, so one of them leads. Each connector is created through another worker."""
        self.cluster.start(*self.ours)
        self.cluster.start(*self.java)
        for each, worker in zip(self.lines, self.cluster.workers):
            each.write()
            self.cluster.create(each.connector, each.config, via=worker)
        self.cluster.create("mirror", mirror_source(self.pair, self.topic, MIRROR_TASKS), via=self.ours[1])
        self.cluster.create("beats", {
            "connector.class": "MirrorHeartbeatConnector", **mirror_clusters(self.pair),
            "heartbeats.topic.replication.factor": 1, "emit.heartbeats.interval.seconds": 1}, via=self.java[1])
        return self

    def wait_balanced(self):
        return self.cluster.wait_balanced(*self.names, tasks={"mirror": MIRROR_TASKS})

    def lead(self, kind):
        """Makes a worker of this kind the leader: those of the other kind leave, and come again."""
        if self.cluster.leader().kind != kind:
            others = self.java if kind == "ours" else self.ours
            for worker in others:
                worker.stop_cleanly()
            self.cluster.wait_joined()
            self.cluster.start(*others)
        assert self.cluster.leader().kind == kind

    def assert_flows(self):
        """New lines arrive, and a record in each partition is mirrored."""
        for each in self.lines:
            each.write(5)
        kafka, remote = self.pair.west.kafka, self.pair.there.remote(self.topic)
        seen = kafka.count(remote)
        self.pair.east.kafka.produce(self.topic, [Record(b"k", b"v", partition=n) for n in range(MIRROR_TASKS)])
        kafka.wait_count(remote, seen + MIRROR_TASKS)
        for each in self.lines:
            each.wait_arrived()

    def destroy(self):
        self.cluster.destroy()
        self.pair.cleanup()
        for worker in self.cluster.all_workers:
            shutil.rmtree(worker.folder, ignore_errors=True)


@pytest.fixture(scope="module")
def _mixed(_shared):
    mixed = Mixed(*_shared)
    try:
        yield mixed.start()
        reports = [line for worker in mixed.cluster.all_workers for line in worker.sanitizer_reports()]
        assert not reports, "sanitizer reports:\n" + "\n".join(reports)
    finally:
        mixed.destroy()


@pytest.fixture
def mixed(_mixed, evidence):
    evidence.watch(_mixed.pair.east, _mixed.pair.west, _mixed.cluster)
    for worker in _mixed.cluster.workers:
        if not worker.alive():
            worker.start()
    for worker in _mixed.cluster.workers:
        worker.wait_ready()
    _mixed.wait_balanced()
    return _mixed


def test_both_kinds_get_a_fair_share(mixed):
    placed = mixed.wait_balanced()
    assert sorted(mixed.cluster.loads(placed).values()) == [3, 3, 3, 4]
    assert sorted(mixed.cluster.loads(placed, tasks=False).values()) == [1, 1, 2, 2]
    mixed.assert_flows()


@pytest.mark.parametrize("leading", ["ours", "java"])
def test_writes_through_any_worker_are_seen_by_all(mixed, leading):
    """The life of a connector, each step through another worker than the last, from each of the four on."""
    mixed.lead(leading)
    mixed.wait_balanced()
    for first in range(4):
        _live(mixed.cluster, [*mixed.cluster.workers[first:], *mixed.cluster.workers[:first]], f"{leading}-{first}")
    mixed.wait_balanced()
    mixed.assert_flows()


def _live(cluster, workers, name):
    w0, w1, w2, w3 = workers
    lines = Lines(cluster, name)
    lines.write()
    cluster.create(name, lines.config, via=w0)
    _all_have(cluster, name, "RUNNING", 1)
    lines.wait_arrived()

    cluster.put(name, {**lines.config, "batch.size": 1007}, via=w1)
    _all_answer(cluster, lambda rest: rest.get("connectors", name, "config")["batch.size"] == "1007")
    cluster.ask("PATCH", "connectors", name, "config", body={"batch.size": "1008", "added": "x"}, via=w2)
    _all_answer(cluster, lambda rest: rest.get("connectors", name, "tasks")[0]["config"].get("added") == "x")
    _all_have(cluster, name, "RUNNING", 1)

    cluster.change(name, "pause", via=w3)
    _all_have(cluster, name, "PAUSED", 1)
    cluster.change(name, "resume", via=w0)
    _all_have(cluster, name, "RUNNING", 1)
    cluster.restart(name, via=w2)
    cluster.restart(name, task=0, via=w3)
    cluster.restart(name, via=w1, includeTasks=True)  # last: it is not over when it is answered
    _all_have(cluster, name, "RUNNING", 1)
    lines.write()
    lines.wait_arrived()

    cluster.change(name, "stop", via=w0)
    _all_have(cluster, name, "STOPPED", 0)
    cluster.wait_given_up(name)  # its status is gone before it ends
    at = {"partition": {"filename": str(lines.path)}, "offset": {"position": 7}}
    cluster.ask("PATCH", "connectors", name, "offsets", body={"offsets": [at]}, via=w1)
    _all_answer(cluster, lambda rest: rest.get("connectors", name, "offsets") == {"offsets": [at]})
    cluster.ask("DELETE", "connectors", name, "offsets", via=w2)
    _all_answer(cluster, lambda rest: rest.get("connectors", name, "offsets") == {"offsets": []})
    cluster.delete(name, via=w3)
    _all_answer(cluster, lambda rest: name not in rest.get("connectors"))
    _all_answer(cluster, lambda rest: rest.ask("GET", "connectors", name, "status").status == 404)


def _all_answer(cluster, question):
    for worker in cluster.workers:
        wait_until(lambda w=worker: question(w.rest), 30, f"{worker.name} knows")


def _all_have(cluster, name, state, tasks):
    """Waits until every worker shows the connector, and so many tasks of it, in that state, with the same words."""

    def agreed():
        seen = [cluster.status(name, via=w) for w in cluster.workers]
        states = [s and (s["connector"]["state"], [t["state"] for t in s["tasks"]]) for s in seen]
        return states == [(state, [state] * tasks)] * len(seen) and all(s == seen[0] for s in seen), seen

    wait_until(agreed, 40, f"all workers show {name} as {state}", every=0.1)


def test_nobody_rebalances_in_a_steady_state(mixed):
    """For a quarter of a minute; and whatever is written to the config topic, all have the same offset of it."""
    cluster = mixed.cluster
    mixed.wait_balanced()
    generation = cluster.generation()
    assert generation > 0
    stays_true(lambda: (cluster.generation() == generation, cluster.generation()), 15, "the generation stays", every=1)
    mixed.assert_flows()
    assert cluster.generation() == generation

    kafka = cluster.cluster.kafka
    kafka.produce(cluster.configs_topic, [Record(b"connector-x", b"{no JSON"), Record(b"unknown", b'{"a":1}'),
                                          Record(b"logger-cluster-org.example", b'{"level":"DEBUG"}')])
    _assert_same_offset(mixed, "one")
    kafka.produce(cluster.configs_topic, [Record(b"connector-x", b"no JSON at the end")])
    _assert_same_offset(mixed, "two")
    generation = cluster.generation()
    stays_true(lambda: (cluster.generation() == generation, cluster.generation()), 5, "the generation stays", every=1)


def _assert_same_offset(mixed, name):
    """A connector comes and goes, so that all join anew; then all have told the same config offset."""
    lines = Lines(mixed.cluster, f"offset-{name}")
    mixed.cluster.create(lines.connector, lines.config)
    mixed.cluster.wait_running(lines.connector)
    mixed.cluster.delete(lines.connector)
    wait_until(lambda: not mixed.cluster.status(lines.connector), 30, f"{lines.connector} goes")
    mixed.wait_balanced()

    def same():
        offsets = {m.metadata.url: m.metadata.offset for m in mixed.cluster.wait_joined().members}
        return len(set(offsets.values())) == 1, offsets

    wait_until(same, 20, "all members have the same config offset", every=0.5)


def test_either_kind_takes_over_from_the_other_that_was_killed(mixed):
    cluster = mixed.cluster
    for dead in (mixed.ours[0], mixed.java[0]):
        dead.kill9()
        cluster.wait_joined()
        placed = cluster.wait_running(*mixed.names, tasks={"mirror": MIRROR_TASKS})
        assert dead.worker_id not in placed.values()
        mixed.assert_flows()
    cluster.start(mixed.ours[0], mixed.java[0])
    mixed.wait_balanced()
    mixed.assert_flows()
