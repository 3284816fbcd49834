# SPDX-License-Identifier: Apache-2.0
"""REST about connectors, asked of a worker that leads and of one that does not: Java's workers, ours, and one of each,
all with the same answers; and topics that connectors have created."""

import pytest
from kit.connect import Lines


@pytest.fixture(params=[("ours", "ours"), ("java", "java"), ("java", "ours"), ("ours", "java")], ids="-".join)
def workers(request, connect):
    """A Connect cluster of two workers, and (the leader, the other)."""
    cluster = connect(*request.param)
    leader = cluster.leader()
    return cluster, leader, next(w for w in cluster.workers if w is not leader)


def test_what_is_not_there(workers):
    cluster, leader, other = workers
    for via in (leader, other):
        for method, path, status, message in (
            ("GET", ("x",), 404, "Connector x not found"),
            ("GET", ("x", "config"), 404, "Connector x not found"),
            ("GET", ("x", "tasks"), 404, "Connector x not found"),
            ("GET", ("x", "status"), 404, "No status found for connector x"),
            ("GET", ("x", "tasks", 0, "status"), 404, "No status found for task x-0"),
            ("GET", ("x", "offsets"), 404, "Connector x not found"),
            ("DELETE", ("x",), 404, "Connector x not found"),
            ("DELETE", ("x", "offsets"), 404, "Connector x not found"),
            ("PUT", ("x", "pause"), 404, "Unknown connector x"),
            ("PUT", ("x", "resume"), 404, "Unknown connector x"),
            ("PUT", ("x", "stop"), 404, "Unknown connector x"),
            ("POST", ("x", "restart"), 404, "Unknown connector: x"),
            ("POST", ("x", "tasks", 0, "restart"), 404, "Unknown connector: x"),
        ):
            answer = cluster.ask(method, "connectors", *path, via=via, expect=status)
            assert answer == {"error_code": status, "message": message}, (method, path)
        restart = cluster.restart("x", via=via, includeTasks=True, expect=404)
        assert restart["message"] == "Unknown connector: x"
        assert via.rest.get("connectors", "x", "topics") == {"x": {"topics": []}}
        empty = via.rest.ask("PATCH", "connectors", "x", "offsets", body={"offsets": []})
        assert (empty.status, empty.message) == (
            400, "Partitions / offsets need to be provided for an alter offsets request")


@pytest.mark.parametrize("kind", ["ours", "java"])
def test_topics_are_created(connect, kind):
    cluster = connect(kind)
    kafka = cluster.cluster.kafka
    names = [cluster.name("made-default"), cluster.name("made-few")]
    for number, topic in enumerate(names):
        lines = Lines(cluster, f"made{number}", topic=topic)
        lines.write(3)
        cluster.create(f"made{number}", {
            **lines.config, "topic.creation.groups": "few", "topic.creation.few.include": ".*-few",
            "topic.creation.few.partitions": 2, "topic.creation.few.retention.ms": 12345678,
            "topic.creation.default.partitions": 3, "topic.creation.default.replication.factor": 1})
        cluster.wait_running(f"made{number}")
        kafka.wait_topic(topic)
        lines.wait_arrived()
    assert [kafka.list_topics()[topic] for topic in names] == [3, 2]
    assert kafka.describe_config(names[1])["retention.ms"] == "12345678"
