# SPDX-License-Identifier: Apache-2.0
"""Mirror connectors with converters that write schemas down: the same bytes from Java's worker and from ours."""

import json

import pytest
from kit.connect import mirror_clusters, mirror_source
from kit.kafka import Record

pytestmark = pytest.mark.timeout(400)

_JSON = "org.apache.kafka.connect.json.JsonConverter"
_CLASS = "org.apache.kafka.connect.mirror.Mirror%sConnector"
_RECORDS = [Record(b"k", b"v\x00\xff", (("h", b"x"), ("h", None), ("empty", b"")), partition=0),
            Record(None, b"no key", partition=0), Record(b"", b"", partition=0)]


def _written(pair, cluster, kind, schemas):
    """What three mirror connectors, of aliases of their own, write: records, a heartbeat, a checkpoint."""
    topic, group = pair.create_topic(f"orders-{kind}-{schemas}"), pair.name(f"{kind}-{schemas}")
    pair.east.kafka.produce(topic, _RECORDS)
    pair.east.kafka.commit_group(group, {(topic, 0): len(_RECORDS)})
    source, target, west = f"{pair.east_alias}.{kind}{schemas}", f"{pair.west_alias}{kind}{schemas}", pair.west.kafka
    west.delete_topic(*({"heartbeats"} & set(west.list_topics())))  # which other tests have left
    common = {**mirror_clusters(pair), "source.cluster.alias": source, "target.cluster.alias": target}
    for role in ("key", "value", "header"):
        common.update({f"{role}.converter": _JSON, f"{role}.converter.schemas.enable": schemas})
    cluster.create("source", {**mirror_source(pair, topic, 1), **common})
    cluster.create("heartbeat", {"connector.class": _CLASS % "Heartbeat", **common,
                                 "heartbeats.topic.replication.factor": 1})
    cluster.create("checkpoint", {"connector.class": _CLASS % "Checkpoint", **common, "groups": group, "topics": topic,
                                  "checkpoints.topic.replication.factor": 1, "emit.checkpoints.interval.seconds": 1})
    records = west.read(f"{source}.{topic}", count=len(_RECORDS))
    others = [west.read("heartbeats", count=1)[-1], west.read(f"{source}.checkpoints.internal", count=1)[-1]]
    for name in ("source", "heartbeat", "checkpoint"):
        cluster.delete(name)
    west.delete_topic("heartbeats", *(t for t in west.list_topics() if t.startswith(source)))
    return [(r.key, r.value, r.headers) for r in records] + [tuple(map(_shape, (r.key, r.value))) for r in others]


def _shape(text):
    """A document with its bytes masked: aliases and times differ."""
    document = json.loads(text)
    return {**document, "payload": "bytes"} if isinstance(document, dict) else type(document)


@pytest.mark.parametrize("schemas", [True, False])
def test_json_is_the_same(pair, connect, schemas):
    ours = _written(pair, connect("ours"), "ours", schemas)
    assert ours == _written(pair, connect("java"), "java", schemas)
