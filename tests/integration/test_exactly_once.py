# SPDX-License-Identifier: Apache-2.0
"""Exactly-once source support: whatever ends a worker, a read_committed consumer at the target sees each record once."""

import re
import time

import pytest
from confluent_kafka import Producer
from kit.checker import Writer, check
from kit.connect import Lines, mirror_source
from kit.kafka import Record
from kit.wait import stays_true, wait_until

pytestmark = pytest.mark.timeout(300)

SUPPORT = "exactly.once.source.support"


def exactly_once(pair, **settings):
    """mm2.properties of a flow that is exactly-once."""
    return pair.properties(raw={f"{pair.west_alias}.{SUPPORT}": "enabled", **settings})


def wait_exact(pair, writer, remote, deadline=60):
    """Waits until all that was written is there for a read_committed consumer, and asserts that it is there once."""

    def complete():
        report = check(writer, pair.west.kafka.read(remote, committed=True))
        return not report.missing, report

    report = wait_until(complete, deadline, f"all records of {writer.topic} are committed at the target", every=0.5)
    report.assert_exact()
    return report


def wait_committed(pair, remote, count, deadline=60):
    def there():
        seen = len(pair.west.kafka.read(remote, committed=True)) if pair.west.kafka.count(remote) else 0
        return seen >= count, f"{seen} records"

    wait_until(there, deadline, f"{count} committed records in {remote}", every=0.2)


def test_a_mirror_that_is_killed_again_and_again_writes_each_record_once(pair, mirror):
    topic = pair.create_topic("orders", partitions=3)
    remote = pair.there.remote(topic)
    worker = mirror(exactly_once(pair))
    with Writer(pair.east, topic, partitions=3, rate=1000) as writer:
        wait_committed(pair, remote, 100)
        for round_ in range(5):
            seen = pair.west.kafka.count(remote)
            pair.west.kafka.wait_count(remote, seen + 300 + 37 * round_)
            worker.kill9()
            worker.start()
        writer.wait_more(500)
    report = wait_exact(pair, writer, remote)
    assert report.written > 2000
    # what is in the log twice was in transactions that never ended
    raw = check(writer, pair.west.kafka.read(remote))
    print(f"{report.written} written, {raw.duplicates} of them also in aborted transactions")
    worker.stop_cleanly()


def test_clean_stops_commit_what_is_open(pair, mirror):
    topic = pair.create_topic("orders", partitions=2)
    remote = pair.there.remote(topic)
    flow = pair.there.name
    worker = mirror(exactly_once(pair, **{f"{flow}.transaction.boundary": "interval",
                                          f"{flow}.transaction.boundary.interval.ms": 600000}))
    with Writer(pair.east, topic, partitions=2, rate=500) as writer:
        pair.west.kafka.wait_count(remote, 300)
        assert pair.west.kafka.end_offsets(remote)  # written, and nothing of it committed
        worker.stop_cleanly()
        stopped_at = len(pair.west.kafka.read(remote, committed=True))
        assert stopped_at >= 300
        worker.start()
        writer.wait_more(500)
    # the rest is committed with the next stop
    wait_until(lambda: (pair.west.kafka.count(remote) >= len(writer.written()), pair.west.kafka.count(remote)), 60,
               "all is written")
    worker.stop_cleanly()
    wait_exact(pair, writer, remote)


# In a Connect cluster

@pytest.fixture
def exact(connect):
    """A Connect cluster with exactly-once support enabled."""
    return lambda *kinds, **settings: connect(*kinds, **{SUPPORT.replace(".", "_"): "enabled", **settings})


def read_numbers(cluster, topic):
    """The numbers of the lines that a read_committed consumer sees, as they came."""
    return [int(r.value.removeprefix(b"line ")) for r in cluster.kafka.read(topic, committed=True)]


def wait_lines(cluster, lines, deadline=60):
    """Waits until every line is committed, and asserts that each came once, in order."""
    wait_until(lambda: (set(read_numbers(cluster, lines.topic)) >= set(range(lines.written)),
                        read_numbers(cluster, lines.topic)[-3:]), deadline, f"{lines.written} lines in {lines.topic}")
    assert read_numbers(cluster, lines.topic) == list(range(lines.written))


def fencing_records(cluster, connector):
    """The task counts that were written for a connector, oldest first."""
    return [int(re.search(rb"\d+", r.value).group()) for r in cluster.cluster.kafka.read(cluster.configs_topic)
            if r.key == f"tasks-fencing-{connector}".encode()]


def test_a_zombie_is_fenced(exact, pair):
    """A worker that stood still while its tasks went to another writes nothing that counts when it goes on."""
    cluster = exact("ours", "ours")
    topic = pair.create_topic("orders", partitions=4)
    remote = pair.there.remote(topic)
    with Writer(pair.east, topic, partitions=4, rate=800) as writer:
        cluster.create("mirror", mirror_source(pair, topic, 2))
        cluster.wait_running("mirror", tasks=2)
        wait_committed(pair, remote, 200)
        for zombie in cluster.workers:
            zombie.pause()
            left = [w for w in cluster.workers if w is not zombie]
            cluster.wait_joined(left)
            cluster.wait_running("mirror", tasks=2, on=left)
            pair.west.kafka.wait_count(remote, pair.west.kafka.count(remote) + 300)
            zombie.resume()
            cluster.wait_joined(cluster.workers)
            cluster.wait_running("mirror", tasks=2)
        writer.wait_more(300)
    wait_exact(pair, writer, remote)
    assert set(fencing_records(cluster, "mirror")) == {2}


def test_workers_that_are_killed_in_turns(exact, pair):
    """The tasks and the lead go from one worker to the other, with transactions left open."""
    cluster = exact("ours", "ours")
    topic = pair.create_topic("orders", partitions=4)
    remote = pair.there.remote(topic)
    lines = Lines(cluster, "lines")
    cluster.create("lines", lines.config)
    with Writer(pair.east, topic, partitions=4, rate=800) as writer:
        cluster.create("mirror", mirror_source(pair, topic, 2))
        cluster.wait_running("mirror", "lines", tasks={"mirror": 2})
        for round_ in range(4):
            lines.write(50)
            pair.west.kafka.wait_count(remote, pair.west.kafka.count(remote) + 300)
            worker = cluster.workers[round_ % 2]
            worker.kill9()
            lines.write(50)
            cluster.start(worker)
        cluster.wait_running("mirror", "lines", tasks={"mirror": 2})
        writer.wait_more(300)
    wait_exact(pair, writer, remote)
    wait_lines(cluster.cluster, lines)


def test_reconfigured_tasks_are_fenced_first(exact):
    cluster = exact("ours")
    lines = Lines(cluster, "lines")
    cluster.create("lines", lines.config)
    lines.write(20)
    wait_lines(cluster.cluster, lines)
    for value in "ab":
        cluster.put("lines", {**lines.config, "x": value})
        lines.write(20)
        wait_lines(cluster.cluster, lines)
    wait_until(lambda: (len(fencing_records(cluster, "lines")) == 3, fencing_records(cluster, "lines")), 30,
               "each set of tasks was counted")
    assert fencing_records(cluster, "lines") == [1, 1, 1]


def test_offsets_are_changed_in_a_transaction(exact):
    cluster = exact("ours")
    lines = Lines(cluster, "lines")
    cluster.create("lines", lines.config)
    lines.write(10)
    wait_lines(cluster.cluster, lines)
    cluster.change("lines", "stop")
    partition = {"filename": str(lines.path)}
    size = lines.path.stat().st_size
    wait_until(lambda: (cluster.status("lines")["tasks"] == [], cluster.status("lines")), 30, "the tasks are gone")
    assert cluster.offsets("lines") == [(partition, {"position": size})]
    cluster.ask("PATCH", "connectors", "lines", "offsets",
                body={"offsets": [{"partition": partition, "offset": {"position": size - len("line 9\n")}}]})
    assert cluster.offsets("lines") == [(partition, {"position": size - len("line 9\n")})]
    cluster.change("lines", "resume")
    numbers = [*range(10), 9]
    wait_until(lambda: (read_numbers(cluster.cluster, lines.topic) == numbers, None), 30, "the last line comes again")
    cluster.change("lines", "stop")
    wait_until(lambda: (cluster.status("lines")["tasks"] == [], cluster.status("lines")), 30, "the tasks are gone")
    cluster.ask("DELETE", "connectors", "lines", "offsets")
    assert cluster.offsets("lines") == []
    assert fencing_records(cluster, "lines")[-1] == 0  # counted before the offsets were changed


def test_from_disabled_over_preparing_to_enabled(connect, pair):
    """One worker after the other, as the upgrade is done; only the last step makes the tasks exactly-once."""
    cluster = connect("ours", "ours")
    topic = pair.create_topic("orders", partitions=4)
    remote = pair.there.remote(topic)
    with Writer(pair.east, topic, partitions=4, rate=500) as writer:
        cluster.create("mirror", mirror_source(pair, topic, 2))
        cluster.wait_running("mirror", tasks=2)
        for level in ("preparing", "enabled"):
            for worker in cluster.workers:
                worker.stop_cleanly()
                text = worker.properties_path.read_text()
                text = re.sub(rf"(?m)^{re.escape(SUPPORT)}.*\n", "", text) + f"{SUPPORT} = {level}\n"
                worker.properties_path.write_text(text)
                cluster.start(worker)
            cluster.wait_running("mirror", tasks=2)
        for worker in cluster.workers:
            worker.kill9()
            cluster.start(worker)
        writer.wait_more(300)
    wait_exact(pair, writer, remote)
    assert fencing_records(cluster, "mirror")


def test_a_target_that_is_away_for_longer_than_a_transaction_may_last(cluster_factory, pair_of, mirror, us_east):
    """The task begins anew by itself; in Java it is FAILED."""
    west = cluster_factory("west").start()
    pair = pair_of(us_east, west)
    topic = pair.create_topic("orders", partitions=2)
    remote = pair.there.remote(topic)
    worker = mirror(exactly_once(pair, **{f"{pair.there.name}.producer.override.transaction.timeout.ms": 4000,
                                          f"{pair.there.name}.producer.override.request.timeout.ms": 2000,
                                          f"{pair.there.name}.producer.override.delivery.timeout.ms": 4000}))
    with Writer(pair.east, topic, partitions=2, rate=500) as writer:
        wait_committed(pair, remote, 200)
        west.pause()
        stays_true(worker.alive, 10, "the worker waits for longer than a transaction may last")
        west.resume()
        writer.wait_more(500)
    wait_exact(pair, writer, remote, deadline=120)
    assert all(s.state == "RUNNING" for s in pair.there.task_statuses("MirrorSourceConnector").values())


def test_a_transaction_that_was_left_open_holds_up_no_start(exact):
    """A worker that was killed in the middle of a commit leaves one in the offsets topic, which lasts for a minute."""
    cluster = exact("ours")
    lines = Lines(cluster, "lines")
    cluster.create("lines", lines.config)
    lines.write(5)
    wait_lines(cluster.cluster, lines)
    worker = cluster.workers[0]
    worker.kill9()
    left = Producer({"bootstrap.servers": cluster.cluster.bootstrap, "log_level": 0,
                     "transactional.id": f"{cluster.group_id}-lines-0"})
    left.init_transactions(30)
    left.begin_transaction()
    for partition in range(3):
        left.produce(cluster.offsets_topic, key=b'["lines",{"filename":"x"}]', value=b'{"position":1}',
                     partition=partition)
    assert left.flush(30) == 0
    lines.write(5)
    begin = time.monotonic()
    cluster.start(worker)
    wait_lines(cluster.cluster, lines, deadline=30)
    assert time.monotonic() - begin < 30
    assert [p for p, _ in cluster.offsets("lines")] == [{"filename": str(lines.path)}]


def test_a_topic_that_takes_less_than_a_batch(pair, mirror):
    """Batches are made smaller until they are taken; a record that is too large by itself ends the task."""
    topic = pair.create_topic("orders")
    remote = pair.west.kafka.create_topic(pair.there.remote(topic), config={"max.message.bytes": 20000})
    pair.east.kafka.produce(topic, [Record(b"%d" % n, b"v" * 5000, partition=0) for n in range(400)])
    mirror(exactly_once(pair, **{"sync.topic.configs.enabled": False}))
    wait_committed(pair, remote, 400)
    assert [r.key for r in pair.west.kafka.read(remote, committed=True)] == [b"%d" % n for n in range(400)]
    pair.east.kafka.produce(topic, [Record(b"400", b"v" * 50000, partition=0)])
    _, status = pair.there.wait_task_failed("MirrorSourceConnector")
    assert "too large" in status.trace
    assert len(pair.west.kafka.read(remote, committed=True)) == 400


def test_settings_that_cannot_be_overridden(exact):
    cluster = exact("ours", raw={"producer.transactional.id": "mine", "producer.enable.idempotence": "false"})
    lines = Lines(cluster, "lines")
    cluster.create("lines", lines.config)
    lines.write(5)
    wait_lines(cluster.cluster, lines)
    log = cluster.workers[0].log()
    assert "The value 'mine' for the 'transactional.id' property will be ignored as it cannot be overridden" in log
    assert "The value 'false' for the 'enable.idempotence' property will be ignored" in log


def test_support_that_is_required(exact, pair):
    cluster = exact("ours")
    lines = Lines(cluster, "lines")
    cluster.create("lines", {**lines.config, "exactly.once.support": "required"})
    lines.write(5)
    wait_lines(cluster.cluster, lines)
    topic = pair.create_topic("orders")
    refused = cluster.ask("POST", "connectors", body={"name": "m", "config": {
        k: str(v) for k, v in mirror_source(pair, topic, 1, **{"exactly.once.support": "required"}).items()}}, expect=400)
    assert "read_committed" in refused["message"]
    refused = cluster.ask("POST", "connectors", body={"name": "l", "config": {
        k: str(v) for k, v in {**lines.config, "transaction.boundary": "connector"}.items()}}, expect=400)
    assert "does not support connector-defined transaction boundaries" in refused["message"]


def test_processes_that_share_a_file_and_take_over_from_each_other(pair, mirror):
    """Tasks of whoever does not lead are fenced through the internal REST server of who does."""
    topic = pair.create_topic("orders", partitions=4)
    remote = pair.there.remote(topic)
    props = exactly_once(pair, **{"tasks.max": 4, "dedicated.mode.enable.internal.rest": True,
                                  "listeners": "http://127.0.0.1:0"})
    workers = [mirror(props, name="first"), mirror(props, name="second")]
    with Writer(pair.east, topic, partitions=4, rate=600) as writer:
        wait_committed(pair, remote, 200)
        for worker in workers * 2:
            worker.kill9()
            pair.west.kafka.wait_count(remote, pair.west.kafka.count(remote) + 300)
            worker.start()
        writer.wait_more(300)
    wait_exact(pair, writer, remote)
