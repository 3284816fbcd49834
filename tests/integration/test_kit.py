# SPDX-License-Identifier: Apache-2.0
"""The test kit itself, on real Kafka: what the other tests rely on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from confluent_kafka import KafkaException
from kit.checker import Writer, check
from kit.kafka import Record
from kit.mm2 import Checkpoint, Heartbeat, OffsetSync, OffsetSyncStore
from kit.ports import free_port, release, reserve
from kit.process import Process
from kit.wait import Fatal, NotInTime, stays_true, wait_until
from kit.worker import write_properties


def test_records_come_back_as_they_were_written(us_east, pair):
    topic = pair.create_topic("records", partitions=3)
    written = [
        Record(b"k", b"v", (("h", b"1"), ("h", b"2"), ("n", None)), 1_700_000_000_001, 2),
        Record(None, b"no key", (), 1_700_000_000_002, 0),
        Record(b"tombstone", None, (), 1_700_000_000_003, 1),
        Record(b"", b"", (("", b""),), 1_700_000_000_004, 1),
    ]
    us_east.kafka.produce(topic, written)
    read = us_east.kafka.read(topic)
    assert sorted(r.content() for r in written if r.key is not None) == \
        sorted(r.content() for r in read if r.key is not None)
    assert written[1] == read[0].content()
    assert us_east.kafka.end_offsets(topic) == {0: 1, 1: 2, 2: 1}
    assert us_east.kafka.count(topic) == 4


def test_a_hundred_thousand_records(us_east, pair):
    topic = pair.create_topic("many", partitions=4)
    us_east.kafka.produce(topic, ((b"%d" % i, b"x" * 100) for i in range(100_000)))
    read = us_east.kafka.read(topic)
    assert len({r.key for r in read}) == len(read) == 100_000


def test_groups(us_east, pair):
    topic = pair.create_topic("grouped", partitions=2)
    group = pair.name("group")
    us_east.kafka.produce(topic, [Record(b"%d" % i, b"v", partition=i % 2) for i in range(20)])
    assert us_east.kafka.group_offsets(group) == {}
    us_east.kafka.commit_group(group, {(topic, 0): 4})
    assert us_east.kafka.group_offsets(group) == {(topic, 0): 4}
    first = us_east.kafka.consume_as(group, topic, count=6)
    rest = us_east.kafka.consume_as(group, topic)
    assert {r.key for r in first + rest} == {b"%d" % i for i in range(20) if i % 2 or i >= 8}
    assert us_east.kafka.group_offsets(group) == {(topic, 0): 10, (topic, 1): 10}
    assert us_east.kafka.consume_as(group, topic) == []


def test_topics(us_east, pair):
    topic = pair.create_topic("topic", 1, config={"retention.ms": "1234567"})
    assert us_east.kafka.describe_config(topic) == {"retention.ms": "1234567"}
    us_east.kafka.add_partitions(topic, 3)
    assert us_east.kafka.list_topics()[topic] == 3
    us_east.kafka.produce(topic, [Record(b"k", b"v", partition=0)] * 5)
    us_east.kafka.delete_records(topic, {0: 2})
    assert us_east.kafka.begin_offsets(topic)[0] == 2 and us_east.kafka.count(topic) == 3
    us_east.kafka.delete_topic(topic)
    assert topic not in us_east.kafka.list_topics() and us_east.kafka.count(topic) == 0


def test_kill_minus_9_and_restart_keep_data_and_port(cluster_factory):
    cluster = cluster_factory("killed").start()
    bootstrap = cluster.bootstrap
    cluster.kafka.create_topic("t", 2)
    cluster.kafka.produce("t", [(b"%d" % i, b"v") for i in range(1000)])
    cluster.kill9()
    assert not cluster.alive() and cluster.nodes[0].returncode == -signal.SIGKILL
    cluster.start_node(1)
    assert cluster.bootstrap == bootstrap
    assert len(cluster.kafka.read("t")) == 1000
    cluster.restart()
    assert cluster.kafka.count("t") == 1000
    folder = cluster.folder
    cluster.destroy()
    assert not folder.exists()


def test_three_brokers_survive_the_loss_of_one(cluster_factory):
    cluster = cluster_factory("three", brokers=3).start()
    cluster.kafka.create_topic("t", 3, replication_factor=3)
    cluster.kill9(2)
    cluster.kafka.produce("t", [Record(b"%d" % i, b"v", partition=i % 3) for i in range(300)])
    cluster.start_node(2)
    assert cluster.kafka.count("t") == 300


def test_pause_and_resume(cluster_factory):
    cluster = cluster_factory("paused").start()
    cluster.kafka.create_topic("t")
    cluster.pause()
    with pytest.raises(KafkaException):
        cluster.kafka.admin.list_topics(timeout=1)
    cluster.resume()
    cluster.kafka.produce("t", [(b"k", b"v")])
    assert cluster.kafka.count("t") == 1


def test_kafka_3_9_1(cluster_factory):
    cluster = cluster_factory("old", version="3.9.1").start()
    cluster.kafka.create_topic("t")
    cluster.kafka.produce("t", [(b"k", b"v")])
    assert [r.value for r in cluster.kafka.consume_as("g", "t")] == [b"v"]


def test_proxy_delays_goes_silent_cuts_and_loses(cluster_factory):
    from kit.kafka import Kafka
    cluster = cluster_factory("proxied", proxies=True).start()
    cluster.kafka.create_topic("t")
    proxy, through = cluster.proxy(), Kafka(cluster.proxied_bootstrap)
    through.produce("t", [(b"k", b"1")])
    assert proxy.forwarded_bytes() > 0

    proxy.delay(0.3)
    begin = time.monotonic()
    through.produce("t", [(b"k", b"2")])
    assert time.monotonic() - begin >= 0.6  # there and back
    proxy.heal()

    proxy.half_open()
    assert cluster.kafka.count("t") == 2
    with pytest.raises(KafkaException):
        through.admin.list_topics(timeout=1)
    cluster.kafka.produce("t", [(b"k", b"3")])  # not through the proxy
    proxy.heal()
    through.produce("t", [(b"k", b"4")])

    proxy.cut()
    with pytest.raises(KafkaException):
        Kafka(cluster.proxied_bootstrap).admin.list_topics(timeout=1)
    proxy.heal()
    through.produce("t", [(b"k", b"5")])
    assert [r.value for r in cluster.kafka.read("t")] == [b"1", b"2", b"3", b"4", b"5"]

    proxy.drop_fetches()
    through.produce("t", [(b"k", b"6")])
    with pytest.raises(NotInTime):
        Kafka(cluster.proxied_bootstrap).read("t", deadline=2)
    assert proxy.dropped_fetches() > 0
    proxy.heal()
    assert len(Kafka(cluster.proxied_bootstrap).read("t")) == 6

    patient = Kafka(cluster.proxied_bootstrap)
    patient.produce("t", [(b"k", b"7")])
    assert patient.count("t") == 7
    proxy.forget()
    with pytest.raises(KafkaException):
        patient.admin.list_topics(timeout=1)
    assert Kafka(cluster.proxied_bootstrap).count("t") == 7


def test_checker_sees_every_kind_of_damage(us_east, pair):
    topic = pair.create_topic("checked", 2)
    with Writer(us_east, topic, partitions=2, rate=2000) as writer:
        writer.wait_more(200)
    records = us_east.kafka.read(topic)
    report = check(writer, records)
    report.assert_exact()
    assert report.written == report.arrived == len(records)

    def damaged(change):
        copy = list(records)
        change(copy)
        return check(writer, copy)

    def swap(rs):
        rs[3], rs[4] = rs[4], rs[3]

    assert damaged(lambda rs: rs.pop(5)).missing == [(0, 5)]
    assert damaged(lambda rs: rs.insert(9, rs[2])).duplicates == 1
    assert damaged(swap).reordered == [(0, 3)]
    for field, value, kind in (("value", b"x", "corrupted"), ("timestamp", 1, "wrong_timestamp"),
                               ("headers", (), "wrong_headers"), ("partition", 1, "misplaced")):
        report = damaged(lambda rs, f=field, v=value: rs.__setitem__(7, rs[7]._replace(**{f: v})))
        assert getattr(report, kind) == [(0, 7)]
        with pytest.raises(AssertionError):
            report.assert_nothing_lost()
    assert damaged(lambda rs: rs.append(Record(b"9:9", b""))).unknown == [(9, 9)]


def test_waiting():
    state = iter(range(10))
    assert wait_until(lambda: (next(state) >= 3, "state"), 5, "three") == "state"
    with pytest.raises(NotInTime, match="the moon.*last seen: 'cheese'"):
        wait_until(lambda: (False, "cheese"), 0.1, "the moon")
    with pytest.raises(NotInTime, match="ZeroDivisionError"):
        wait_until(lambda: 1 / 0, 0.1, "an error")
    begin = time.monotonic()
    with pytest.raises(Fatal):
        wait_until(lambda: (_ for _ in ()).throw(Fatal("over")), 30, "never")
    assert time.monotonic() - begin < 5
    values = iter([True, True, False])
    with pytest.raises(NotInTime, match="no longer true"):
        stays_true(lambda: next(values), 30, "truth")


def test_ports_are_handed_out_once():
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50 and max(ports) < 32768
    assert not reserve(ports[0])
    other = subprocess.run([sys.executable, "-c", "import sys; from kit.ports import reserve; "
                            "print([reserve(int(p)) for p in sys.argv[1:]])", str(ports[0])],
                           cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True, check=True)
    assert other.stdout.strip() == "[False]"
    for port in ports:
        release(port)
    assert reserve(ports[0])
    release(ports[0])


def test_process_life(tmp_path):
    p = Process("child", [sys.executable, "-uc", "import signal; print('hello'); signal.pause()"], tmp_path).start()
    p.wait_log("^hello$", 10)
    now, peak = p.rss_kib()
    assert 1000 < now <= peak < 100_000 and p.cpu_seconds() < 10
    p.pause()
    p.resume()
    assert p.alive() and p.stop() == -signal.SIGTERM
    with pytest.raises(Fatal, match="ended with status"):
        p.wait_log("never", 10)
    p.start()
    p.wait_log("hello", 10)
    p.kill9()
    assert p.returncode == -signal.SIGKILL


def test_no_child_outlives_a_killed_parent(tmp_path):
    program = ("import sys, signal; from pathlib import Path; from kit.process import Process; "
               "p = Process('child', ['cat', '/dev/zero'], Path(sys.argv[1])); p.command = ['tail', '-f', '/dev/null']; "
               "p.start(); print(p.pid, flush=True); signal.pause()")
    parent = subprocess.Popen([sys.executable, "-c", program, tmp_path], cwd=Path(__file__).parents[1],
                              stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    # setpriv, which asks for the signal, has become tail
    wait_until(lambda: Path(f"/proc/{child}/cmdline").read_bytes().startswith(b"tail"), 10, "the child runs")
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not _runs(child), 10, f"process {child} is gone")


def _runs(pid):
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii") and os.kill(pid, 0) is None
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_record_formats():
    assert OffsetSync("orders", 7, 101, 101).encode() == (
        bytes.fromhex("00066f726465727300000007"), bytes.fromhex("00000000000000650000000000000065"))
    assert Checkpoint("my-group", "us-east.orders", 0, 100, 90, "").encode() == (
        bytes.fromhex("00086d792d67726f7570000e75732d656173742e6f726465727300000000"),
        bytes.fromhex("00000000000000000064000000000000005a0000"))
    assert Heartbeat("us-east", "us-west", 1795359304744).encode() == (
        bytes.fromhex("000775732d65617374000775732d77657374"), bytes.fromhex("0000000001a203c0ec28"))
    for record in (OffsetSync("ö", 1, 2, 3), Checkpoint("g", "t", 1, 2, 3, "m"), Heartbeat("a", "b", 1)):
        assert type(record).decode(*record.encode()) == record


def test_translation_model():
    store = OffsetSyncStore()
    assert store.translate(1) is None
    for up, down in ((0, 0), (10, 10), (20, 20), (30, 31)):
        store.add(OffsetSync("t", 0, up, down))
    assert [store.translate(u) for u in (29, 30, 55)] == [21, 31, 32]
    for up, down in ((40, 42), (50, 53), (60, 64)):
        store.add(OffsetSync("t", 0, up, down))
    assert store.translate(45) == 32
    store.add(OffsetSync("t", 0, 5, 70))
    assert store.translate(4) is None and store.translate(45) == 71


def test_properties_are_written_as_java_reads_them(tmp_path):
    write_properties(tmp_path / "p", {"a key:x": " lead\\.ing", "b": True, "c": "ü\U0001f600\n", "d": 5})
    assert (tmp_path / "p").read_text(encoding="ascii") == (
        "a\\ key\\:x = \\ lead\\\\.ing\nb = true\nc = \\u00fc\\ud83d\\ude00\\n\nd = 5\n")
