# SPDX-License-Identifier: Apache-2.0
"""Worker properties, internal topics and records in them that are not as they should be."""

import re

import pytest
from kit.connect import Lines
from kit.kafka import Record
from kit.wait import stays_true, wait_until

pytestmark = pytest.mark.timeout(180)


def _refused(worker):
    """The log of a worker that ends by itself with status 1."""
    worker.start()
    status = worker.wait_exit(60)
    assert status == 1, f"exit status {status}:\n{worker.tail()}"
    return worker.log()


@pytest.mark.ours_only  # Java names the first fault, with a stack trace, and ends with status 2
def test_every_fault_of_the_properties_is_in_one_report(connect):
    cluster = connect(start=False)
    worker = cluster.add(raw={"group.id": None, "offset.storage.topic": None, "config.storage.replication.factor": 0,
                              "connect.protocol": "telepathy", "session.timeout.ms": "soon",
                              "heartbeat.interval.ms": "-x"})
    log = _refused(worker)
    faults = ("group.id", "offset.storage.topic", "config.storage.replication.factor", "connect.protocol",
              "session.timeout.ms", "heartbeat.interval.ms")
    missing = [key for key in faults if not re.search(rf"(?<![\w.]){re.escape(key)}(?![\w.])", log)]
    assert not missing, f"{missing} are not in the report:\n{log}"
    assert str(worker.properties_path) in log
    assert "telepathy" in log and "soon" in log
    assert cluster.configs_topic not in cluster.cluster.kafka.list_topics()


@pytest.mark.ours_only
@pytest.mark.parametrize("properties, said", [
    ({"exactly.once.source.support": "maybe"}, r"exactly\.once\.source\.support"),
    ({"heartbeat.interval.ms": 4000}, r"heartbeat\.interval\.ms|[Hh]eartbeat must be set lower than the session"),
    ({"listeners": "ftp://127.0.0.1:1"}, r"listener"),
    ({"key.converter": "org.example.NoConverter"}, r"org\.example\.NoConverter"),
], ids=lambda v: next(iter(v)) if isinstance(v, dict) else "")
def test_a_property_that_cannot_be_is_refused(connect, properties, said):
    log = _refused(connect(start=False).add(raw=properties))
    assert re.search(rf"(ERROR|FATAL).*({said})|({said})", log), log


@pytest.mark.ours_only
def test_a_missing_file_is_refused(connect, tmp_path):
    worker = connect(start=False).add()
    worker.command[-1] = str(tmp_path / "no.properties")
    assert "no.properties" in _refused(worker)


@pytest.mark.parametrize("kind", ["configs", "offsets", "status"])
def test_an_internal_topic_that_is_not_compacted_is_refused(connect, kind):
    cluster = connect(start=False)
    topic = getattr(cluster, f"{kind}_topic")
    cluster.cluster.kafka.create_topic(topic, config={"cleanup.policy": "delete"})
    log = _refused(cluster.add())
    key = {"configs": "config", "offsets": "offset", "status": "status"}[kind]
    assert re.search(rf"Topic '{topic}' supplied via the '{key}.storage.topic' property is required to have "
                     "'cleanup.policy=compact'", log), log
    assert f"Change the '{key}.storage.topic' property" in log


def test_a_config_topic_of_two_partitions_is_refused(connect):
    cluster = connect(start=False)
    cluster.cluster.kafka.create_topic(cluster.configs_topic, 2, config={"cleanup.policy": "compact"})
    log = _refused(cluster.add())
    assert re.search(rf"Topic '{cluster.configs_topic}' supplied via the 'config.storage.topic' property is required "
                     "to have a single partition .* but found 2 partitions", log), log


_FOREIGN = [Record(b"\xff\xfe\x00", b"\x00\x01garbage"), Record(b"connector-", b"{"), Record(b"task-x", b"[1]"),
            Record(b"commit-x", b'{"tasks":1.5}'), Record(b"session-key", b'{"key":7}'), Record(b"", b""),
            Record(b"target-state-lines", b'{"state":"FLYING"}'), Record(b"no-such-thing", b"{}"),
            Record(b"status-task-lines-x", b"{}"), Record(b"status-connector-lines", b'{"state":"FLYING"}'),
            Record(b'["lines"]', b"{}"), Record(b'["lines",{"filename":7}', b"{}"), Record(b"null", b"null"),
            Record(b"connector-deep", b"[" * 20_000), Record(b"commit-x", b'{"tasks":99999999999999999999}'),
            Record(b"connector-\xf0\x9f", b'{"properties":{"a":{}}}')]


def test_more_replicas_than_brokers_are_not_waited_for_without_end(connect):
    """default.api.timeout.ms, as Java; a cluster that cannot be reached at all is another matter."""
    cluster = connect(start=False)
    log = _refused(cluster.add(raw={"config.storage.replication.factor": 3, "default.api.timeout.ms": 2000}))
    assert re.search(rf"create/find topic\(s\) '{cluster.configs_topic}'", log), log


@pytest.mark.ours_only  # Java stops reading a batch at some of them
def test_foreign_bytes_in_internal_topics_are_skipped_with_a_warning(connect):
    """Before the start, and while the worker runs; compacted topics take no record without a key."""
    cluster = connect(start=False)
    kafka = cluster.cluster.kafka
    topics = (cluster.configs_topic, cluster.offsets_topic, cluster.status_topic)
    for topic in topics:
        kafka.create_topic(topic, config={"cleanup.policy": "compact"})
        kafka.produce(topic, _FOREIGN)
    worker = cluster.add()
    cluster.start()
    lines = Lines(cluster, "lines")
    lines.write()
    cluster.create("lines", lines.config)
    cluster.wait_running("lines")
    lines.wait_arrived()
    _assert_warned(worker, topics, 0)

    ends = {topic: kafka.end_offsets(topic)[0] for topic in topics}
    for topic in topics:
        kafka.produce(topic, _FOREIGN)
    generations = worker.generations()
    lines.write()
    lines.wait_arrived()
    for topic in topics:
        wait_until(lambda t=topic: _warned(worker, t, ends[t]), 20, f"a warning about {topic} at {ends[topic]}")
    assert cluster.status("lines")["tasks"][0]["state"] == "RUNNING"
    stays_true(lambda: (len(worker.generations()) <= len(generations) + 2, worker.generations()), 3,
               "the group comes to rest")
    cluster.change("lines", "pause")
    wait_until(lambda: cluster.status("lines")["tasks"][0]["state"] == "PAUSED", 20, "the task pauses")
    worker.stop_cleanly()


def _assert_warned(worker, topics, first):
    for topic in topics:
        assert _warned(worker, topic, first), f"no warning about {topic}:\n{worker.log()}"


def _warned(worker, topic, first):
    """Whether a warning names the topic, its partition 0, and the offset."""
    return re.search(rf"^.*(WARN|ERROR)(?=.*\b{re.escape(topic)}\b)(?=.*\b0\b).*\b{first}\b.*$", worker.log(), re.M)
