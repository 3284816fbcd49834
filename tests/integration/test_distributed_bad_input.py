# SPDX-License-Identifier: Apache-2.0
"""Worker properties, internal topics and records in them that are not as they should be."""

import re

import pytest

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
    ({"exactly.once.source.support": "enabled"}, r"exactly\.once\.source\.support"),
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
