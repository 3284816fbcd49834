# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in one place stays there, is named in the status, and memory stays bounded."""

import re

import pytest
from kit import env
from kit.kafka import Record
from kit.mm2 import CHECKPOINT, HEARTBEAT, SOURCE
from kit.wait import stays_true, wait_until


@pytest.fixture
def two_topics(pair):
    """Two topics with a partition each at the source, so that two tasks get one each."""
    return pair.create_topic("good"), pair.create_topic("bad")


@pytest.mark.ours_only  # Java 4.3.1's producer splits a batch of several records for ever
def test_a_record_too_large_for_the_target_fails_its_task_only(pair, mirror, two_topics):
    good, bad = two_topics
    flow = pair.there
    pair.west.kafka.create_topic(flow.remote(bad), config={"max.message.bytes": "50000"})
    pair.east.kafka.produce(bad, [Record(b"small", b"x"), Record(b"big", b"x" * 200_000), Record(b"after", b"x")])
    worker = mirror(pair.properties(tasks_max=2, raw={"heartbeats.replication.enabled": "false",
                                                      "sync.topic.configs.enabled": "false",
                                                      "tern.record.refused.policy": "fail"}))
    number, status = flow.wait_task_failed(SOURCE)
    assert f"{bad}-0" in flow.task_configs(SOURCE)[number]["task.assigned.partitions"]
    assert re.search(r"(?i)too.?large", status.trace), status.trace
    assert flow.remote(bad) in status.trace, status.trace

    pair.east.kafka.produce(good, [(b"%d" % i, b"v") for i in range(100)])
    pair.west.kafka.read(flow.remote(good), count=100)
    beats = len(flow.heartbeats())
    wait_until(lambda: len(flow.heartbeats()) > beats + 1, 20, "heartbeats go on")
    assert [s.state for n, s in flow.task_statuses(SOURCE).items() if n != number] == ["RUNNING"]
    assert {flow.connector_status(c).state for c in (SOURCE, CHECKPOINT, HEARTBEAT)} == {"RUNNING"}
    assert flow.source_offsets().get((bad, 0), -1) <= 0  # never past what was not acknowledged
    worker.stop_cleanly()


@pytest.mark.ours_only
def test_a_topic_that_cannot_be_created_fails_its_tasks_with_the_cause(pair, mirror, two_topics):
    good, bad = two_topics
    flow = pair.there
    pair.west.kafka.create_topic(flow.remote(good))  # this one exists, so it needs no replication factor
    for topic in two_topics:
        pair.east.kafka.produce(topic, [(b"k", b"v")])
    mirror(pair.properties(tasks_max=2, raw={"replication.factor": 3, "heartbeats.replication.enabled": "false"}))
    number, status = flow.wait_task_failed(SOURCE)
    assert f"{bad}-0" in flow.task_configs(SOURCE)[number]["task.assigned.partitions"]
    assert flow.remote(bad) in status.trace and re.search(r"(?i)replication.factor", status.trace), status.trace
    pair.west.kafka.read(flow.remote(good), count=1)
    assert [s.state for n, s in flow.task_statuses(SOURCE).items() if n != number] == ["RUNNING"]


@pytest.mark.ours_only  # Java's task fails with the first record of such a topic
def test_a_topic_that_cannot_be_created_waits_by_policy_and_the_others_go_on(pair, mirror, two_topics):
    good, bad = two_topics
    flow, west = pair.there, pair.west.kafka
    west.create_topic(flow.remote(good))
    for topic in two_topics:
        pair.east.kafka.produce(topic, [(b"k", b"v")] * 10)
    worker = mirror(pair.properties(tasks_max=1, raw={"replication.factor": 3, "heartbeats.replication.enabled": "false",
                                                      "tern.watch.stuck.policy": "continue"}))
    west.wait_count(flow.remote(good), 10)
    worker.wait_log(rf"ERROR .*Cannot create or extend topic '{flow.remote(bad)}' .*(?i:replication factor)")
    pair.east.kafka.produce(good, [(b"k", b"more")] * 10)
    west.wait_count(flow.remote(good), 20)
    flow.wait_running(SOURCE, worker=worker)
    assert flow.remote(bad) not in west.list_topics()
    west.create_topic(flow.remote(bad))
    west.wait_count(flow.remote(bad), 10)  # from its beginning
    pair.east.kafka.produce(bad, [(b"k", b"more")] * 10)
    west.wait_count(flow.remote(bad), 20)
    worker.stop_cleanly()
    assert {t: flow.source_offsets()[(t, 0)] for t in two_topics} == {good: 19, bad: 19}


def test_a_remote_topic_that_is_deleted_comes_back_and_is_mirrored_on(pair, mirror, two_topics):
    """The task waits, and the next refresh creates the topic: what was written meanwhile arrives."""
    lost, other = two_topics
    remote = pair.there.remote(lost)
    worker = mirror(pair.properties(raw={"sync.topic.configs.enabled": "false"}))
    for topic in two_topics:
        pair.east.kafka.produce(topic, [(b"k", b"before")])
        pair.west.kafka.read(pair.there.remote(topic), count=1)
    pair.west.kafka.delete_topic(remote)
    for topic in two_topics:
        pair.east.kafka.produce(topic, [(b"k", b"%d" % i) for i in range(100)])
    wait_until(lambda: (remote in pair.west.kafka.list_topics(), None), 60, "the topic is there again")
    assert [r.value for r in pair.west.kafka.read(remote, count=100)] == [b"%d" % i for i in range(100)]
    assert len(pair.west.kafka.read(pair.there.remote(other), count=101)) == 101
    assert all(status.state == "RUNNING" for status in pair.there.task_statuses(SOURCE).values())
    worker.stop_cleanly()


def _assert_waits_quietly(worker, missing, alias, log_start=0):
    """For ten seconds: the worker lives, complains about the missing cluster once for each flow and client role
    at most, does not spin. Complaints count from log_start.
    """

    def complaints():
        named = re.compile(rf"\b(WARN|ERROR|FATAL)\b.*({re.escape(missing.bootstrap)}|\b{alias}\b(?!->))")
        return [line for line in worker.log()[log_start:].splitlines() if named.search(line)]

    limit_s = 1.0 if env.sanitizer() is None else 5.0
    wait_until(complaints, 20, f"the worker says that {alias} cannot be reached")
    cpu = worker.cpu_seconds()
    stays_true(lambda: (worker.alive() and len(complaints()) <= 4, complaints()), 10,
               f"the worker waits for {alias} and says so once")
    used = worker.cpu_seconds() - cpu
    assert used < limit_s, f"{used:.2f} s of CPU time in 10 s of waiting"


@pytest.mark.ours_only
def test_an_unreachable_target_is_waited_for_quietly(us_east, cluster_factory, pair_of, mirror):
    pair = pair_of(us_east, cluster_factory("late"))
    topic = pair.create_topic("orders")
    us_east.kafka.produce(topic, [(b"%d" % i, b"v") for i in range(100)])
    worker = mirror(pair.properties())
    _assert_waits_quietly(worker, pair.west, pair.west_alias)
    pair.west.start()
    assert len(pair.west.kafka.read(pair.there.remote(topic), count=100)) == 100
    worker.stop_cleanly()


@pytest.mark.ours_only
def test_an_unreachable_source_is_waited_for_quietly(us_west, cluster_factory, pair_of, mirror):
    pair = pair_of(cluster_factory("late"), us_west)
    worker = mirror(pair.properties())
    _assert_waits_quietly(worker, pair.east, pair.east_alias)
    pair.east.start()
    topic = pair.create_topic("orders")
    pair.east.kafka.produce(topic, [(b"%d" % i, b"v") for i in range(100)])
    assert len(us_west.kafka.read(pair.there.remote(topic), count=100)) == 100
    worker.stop_cleanly()


@pytest.mark.ours_only
@pytest.mark.parametrize("leaving", ["source", "target"])
def test_a_cluster_that_goes_away_is_waited_for_quietly(us_east, us_west, cluster_factory, pair_of, mirror, leaving):
    gone = cluster_factory("leaving").start()
    pair = pair_of(gone, us_west) if leaving == "source" else pair_of(us_east, gone)
    alias, flow = (pair.east_alias, pair.there) if leaving == "source" else (pair.west_alias, pair.back)
    topic = pair.create_topic("orders")
    pair.east.kafka.produce(topic, [(b"k", b"v")])
    worker = mirror(pair.properties()).wait_started(pair.there)
    pair.west.kafka.read(pair.there.remote(topic), count=1)
    wait_until(flow.heartbeats, 30, "heartbeats into the cluster that stays")
    beats = len(flow.heartbeats())
    log_start = len(worker.log())
    gone.kill9()
    _assert_waits_quietly(worker, gone, alias, log_start)
    assert len(flow.heartbeats()) > beats + 5, "heartbeats into the healthy cluster go on"
    gone.start_node(1)
    pair.east.kafka.produce(topic, [(b"k", b"v")])
    pair.west.kafka.read(pair.there.remote(topic), count=2)
    worker.stop_cleanly()


@pytest.mark.ours_only
def test_a_stop_while_the_source_is_gone_is_clean(us_west, cluster_factory, pair_of, mirror):
    pair = pair_of(cluster_factory("gone").start(), us_west)
    topic = pair.create_topic("orders")
    pair.east.kafka.produce(topic, [(b"k", b"v")])
    worker = mirror(pair.properties()).wait_started(pair.there)
    us_west.kafka.read(pair.there.remote(topic), count=1)
    pair.east.kill9()
    worker.stop_cleanly(deadline=20)
    assert pair.there.source_offsets()[(topic, 0)] == 0


@pytest.mark.ours_only
@pytest.mark.parametrize("gone", ["source", "target"])
@pytest.mark.parametrize("moment", ["at once", "noticed"])
def test_a_stop_while_a_cluster_is_gone_abandons_nothing(us_east, us_west, cluster_factory, pair_of, mirror, gone,
                                                         moment):
    dead = cluster_factory("gone").start()
    pair = pair_of(dead, us_west) if gone == "source" else pair_of(us_east, dead)
    topic = pair.create_topic("orders")
    pair.east.kafka.produce(topic, [(b"k", b"v")])
    worker = mirror(pair.properties()).wait_started(pair.there)
    pair.back.wait_running(HEARTBEAT, tasks=1, worker=worker)
    pair.west.kafka.read(pair.there.remote(topic), count=1)
    log_start = len(worker.log())
    dead.kill9()
    if moment == "noticed":
        wait_until(lambda: dead.bootstrap in worker.log()[log_start:], 20, "the worker notices")
    deadline = 10 if gone == "source" else 15  # a dead target's acknowledgements are waited for
    worker.stop_cleanly(deadline=deadline if env.sanitizer() is None else 30)
    told = worker.log()[log_start:]
    abandoned = re.findall(r"(?m)^.*(?:Graceful stop|failed to properly shut down|abandoned).*$", told)
    assert not abandoned, "\n".join(abandoned)


@pytest.mark.ours_only
def test_memory_is_bounded_while_the_target_hangs(us_east, cluster_factory, pair_of, mirror):
    """400 MB wait at the source while the target's broker is stopped by SIGSTOP."""
    limit_kib = (256 if env.sanitizer() is None else 1024) * 1024
    pair = pair_of(us_east, cluster_factory("hanging").start())
    topic = pair.create_topic("bulk", partitions=2)
    remote = pair.there.remote(topic)
    us_east.kafka.produce(topic, [Record(b"first", b"", partition=0)])
    worker = mirror(pair.properties())
    pair.west.kafka.read(remote, count=1)
    pair.west.pause()
    try:
        payload = b"x" * 100_000
        us_east.kafka.produce(topic, (Record(b"%d" % i, payload, partition=i % 2) for i in range(4000)))
        stays_true(lambda: (worker.rss_kib()[0] < limit_kib, worker.rss_kib()), 10,
                   f"resident memory stays under {limit_kib} KiB")
    finally:
        pair.west.resume()
    pair.west.kafka.wait_count(remote, 4001, 90)
    keys = {r.key for p in (0, 1) for r in pair.west.kafka.read(remote, [p])}
    assert keys == {b"first"} | {b"%d" % i for i in range(4000)}
    now, peak = worker.rss_kib()
    assert peak < limit_kib, f"peak {peak} KiB, now {now} KiB"
    worker.stop_cleanly()


@pytest.mark.ours_only
def test_bad_plugins_are_skipped_with_a_warning(pair, mirror, tmp_path):
    topic = pair.create_topic("orders")
    pair.east.kafka.produce(topic, [(b"k", b"v")])
    (tmp_path / "not-a-plugin.so").write_bytes(b"\x7fELF, or so it says")
    (tmp_path / "notes.txt").write_text("not a shared object at all", encoding="ascii")
    libc = next(line.split()[-1] for line in open("/proc/self/maps", encoding="ascii") if "libc.so" in line)
    (tmp_path / "no-descriptor.so").symlink_to(libc)
    path = f"{env.plugin_dir()},{tmp_path},{tmp_path}/missing"
    worker = mirror(pair.properties(raw={f"{alias}.plugin.path": path
                                         for alias in (pair.east_alias, pair.west_alias)}))
    pair.west.kafka.read(pair.there.remote(topic), count=1)
    log = worker.log()
    for name in ("not-a-plugin.so", "no-descriptor.so"):
        assert re.search(rf"WARN.*{name}", log), f"no warning names {name}"
    worker.stop_cleanly()


@pytest.mark.ours_only
@pytest.mark.parametrize("key, existing", [
    ("{flow}.connector.class", [SOURCE, CHECKPOINT, HEARTBEAT]),
    ("{flow}.topic.filter.class", ["DefaultTopicFilter"]),
    ("replication.policy.class", ["DefaultReplicationPolicy", "IdentityReplicationPolicy"]),
    ("value.converter", ["ByteArrayConverter"]),
])
def test_a_class_that_no_plugin_provides_names_those_that_exist(pair, mirror, key, existing):
    pair.create_topic("orders")
    key = key.replace("{flow}", pair.there.name)
    worker = mirror(pair.properties(raw={key: "org.example.Nope"}))
    line = worker.wait_log(r"^.*(WARN|ERROR).*org\.example\.Nope.*$").group(0)
    for name in [key.rpartition("->")[2].partition(".")[2] if "->" in key else key, *existing]:
        assert name in line
