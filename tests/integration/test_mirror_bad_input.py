# SPDX-License-Identifier: Apache-2.0
"""A properties file that cannot be right: one clear line, exit status 1, nothing started."""

import re

import pytest
from kit.kafka import Kafka
from kit.ports import free_port
from kit.wait import wait_until

pytestmark = pytest.mark.ours_only

_GOOD = {"clusters": "a, b", "a.bootstrap.servers": "127.0.0.1:{a}", "b.bootstrap.servers": "127.0.0.1:{b}",
         "a->b.enabled": "true", "a->b.topics": ".*"}


def _text(changes):
    props = {**_GOOD, **changes}
    text = "".join(f"{k} = {v}\n" for k, v in props.items() if v is not None)
    return text.replace("{a}", str(free_port())).replace("{b}", str(free_port()))


# what is wrong: changes to a good file, the key and the value that the line must show, what it must say else
_BAD = {
    "no clusters": ({"clusters": None}, "clusters", None, r"(?i)required|missing|no value|not set"),
    "empty clusters": ({"clusters": ""}, "clusters", None, r"(?i)empty|at least|required|no "),
    "empty alias": ({"clusters": "a,,b"}, "clusters", "a,,b", r"(?i)empty"),
    "unknown cluster in a flow": ({"a->c.enabled": "true"}, "a->c.enabled", "c", r"(?i)clusters?\b.*\ba\b.*\bb\b"),
    "flow to itself": ({"a->a.enabled": "true"}, "a->a.enabled", "a", r"(?i)itself|same|differ"),
    "no bootstrap servers": ({"b.bootstrap.servers": None}, "b.bootstrap.servers", None, r"(?i)required|missing|not set|no "),
    "bootstrap without port": ({"b.bootstrap.servers": "localhost"}, "bootstrap.servers", "localhost", r"(?i)host:port|port"),
    "integer": ({"tasks.max": "many"}, "tasks.max", "many", r"(?i)int|number"),
    "out of range": ({"tasks.max": "0"}, "tasks.max", "0", r"(?i)at least 1|>= ?1"),
    "integer of a flow": ({"a->b.replication.factor": "two"}, "replication.factor", "two", r"(?i)int|number|short"),
    "too large": ({"tasks.max": "3000000000"}, "tasks.max", "3000000000", r"(?i)int|number"),
    "boolean": ({"sync.group.offsets.enabled": "perhaps"}, "sync.group.offsets.enabled", "perhaps", r"(?i)true"),
    "boolean of a flow": ({"a->b.sync.topic.configs.enabled": "yes"}, "sync.topic.configs.enabled", "yes", r"(?i)true"),
    "internal rest": ({"dedicated.mode.enable.internal.rest": "maybe"}, "dedicated.mode.enable.internal.rest", "maybe",
                      r"(?i)true"),
    "worker's integer": ({"b.offset.flush.interval.ms": "soon"}, "offset.flush.interval.ms", "soon", r"(?i)int|number|long"),
    "unknown security protocol": ({"security.protocol": "CARRIER_PIGEON"}, "security.protocol", "CARRIER_PIGEON",
                                  r"PLAINTEXT"),
    "regular expression": ({"a->b.topics": "orders["}, "topics", "orders[", r"(?i)regular|regex|pattern|\]"),
    "unicode escape": ({"clusters": r"a, b\u00zz"}, None, None, r"(?i)line 1\b|:1\b"),
}


@pytest.mark.parametrize("what", _BAD)
def test_a_bad_file_ends_with_one_clear_line(what, mirror, tmp_path):
    changes, key, value, expected = _BAD[what]
    path = tmp_path / "broken.properties"
    path.write_text(_text(changes), encoding="latin-1")
    _assert_refused(mirror(path, folder=tmp_path), [path.name, key, value], expected)


def test_a_missing_file(mirror, tmp_path):
    _assert_refused(mirror(tmp_path / "nowhere.properties", folder=tmp_path), ["nowhere.properties"],
                    r"(?i)no such file")


def test_a_folder_for_a_file(mirror, tmp_path):
    _assert_refused(mirror(tmp_path, folder=tmp_path), [str(tmp_path)], r"(?i)directory|regular file")


def test_an_unknown_alias_for_clusters(mirror, tmp_path):
    path = tmp_path / "good.properties"
    path.write_text(_text({}), encoding="latin-1")
    _assert_refused(mirror(path, folder=tmp_path, args=("--clusters", "elsewhere")), ["--clusters", "elsewhere"],
                    r"\ba\b.*\bb\b")


def test_no_arguments_prints_usage(mirror, tmp_path):
    worker = mirror(tmp_path / "unused", folder=tmp_path, start=False)
    del worker.command[-1]
    worker.start()
    assert worker.wait_exit(10) != 0
    assert re.search(r"(?i)usage:? .*connect-mirror-maker.*mm2\.properties", worker.log()), worker.log()


def test_clusters_option_serves_only_flows_into_those(mirror, pair):
    """--clusters names the target clusters that this process serves."""
    topic = pair.create_topic("orders")
    pair.create_topic("orders", cluster=pair.west)
    for cluster in (pair.east, pair.west):
        cluster.kafka.produce(topic, [(b"k", b"v")])
    worker = mirror(pair.properties(both_ways=True), args=("--clusters", pair.west_alias))
    pair.west.kafka.read(pair.there.remote(topic), count=1)
    wait_until(lambda: len(pair.there.heartbeats()) > 2, 30, "heartbeats at the served target")
    worker.stop_cleanly()
    kafka: Kafka = pair.east.kafka
    assert pair.back.remote(topic) not in kafka.list_topics() and pair.back.configs_topic not in kafka.list_topics()


def _assert_refused(worker, words, expected):
    status = worker.wait_exit(10)
    log = worker.log()
    assert status == 1, f"exit status {status}:\n{log}"
    words = [word for word in words if word]
    lines = [line for line in log.splitlines() if all(word in line for word in words)]
    assert len(lines) == 1, f"not one line with {words}:\n{log}"
    assert re.search(expected, lines[0]), lines[0]
    errors = [line for line in log.splitlines() if re.search(r"\b(WARN|ERROR|FATAL)\b", line)]
    assert len(errors) <= 1, f"more than the one line:\n{log}"
    assert not worker.sanitizer_reports()
