# SPDX-License-Identifier: Apache-2.0
"""A config topic out of which compaction has taken most."""

import pytest
from kit.connect import Lines
from kit.wait import wait_until

pytestmark = pytest.mark.timeout(180)

# A segment is rolled after a tenth of a second, and cleaned as soon as the cleaner comes by.
_EAGER = {"cleanup.policy": "compact", "segment.ms": 100, "min.cleanable.dirty.ratio": 0.001, "delete.retention.ms": 0,
          "min.compaction.lag.ms": 0, "max.compaction.lag.ms": 100}


def test_a_worker_that_reads_a_compacted_config_topic_joins_the_others(connect):
    cluster = connect("ours", "ours", start=False)
    kafka = cluster.cluster.kafka
    kafka.create_topic(cluster.configs_topic, config={k: str(v) for k, v in _EAGER.items()})
    cluster.start()
    lines = [Lines(cluster, f"f{n}") for n in range(4)]
    names = [each.connector for each in lines]
    for each in lines:
        each.write()
        cluster.create(each.connector, each.config)
    cluster.change("f2", "pause")
    cluster.delete("f3")

    def compacted():
        """Another change rolls the segment, and is one more that replaces an older one."""
        compacted.turn += 1
        cluster.put("f0", {**lines[0].config, "batch.size": 1000 + compacted.turn})
        end, left = cluster.end_of_configs(), len(kafka.read(cluster.configs_topic))
        return compacted.turn >= 5 and left < end - 15, f"{left} records of {end}"

    compacted.turn = 0
    wait_until(compacted, 90, "most of the config topic is compacted", every=0.3)
    cluster.wait_running("f0", "f1")

    late = cluster.add()
    cluster.start(late)
    cluster.wait_running("f0", "f1")
    offsets = {m.metadata.url: m.metadata.offset for m in cluster.wait_joined().members}
    assert set(offsets.values()) == {cluster.end_of_configs()}, offsets
    cluster.restart("f1", via=late, includeTasks=True)
    cluster.wait_running("f0", "f1")
    configs = [w.rest.get("connectors", "f0", "config") for w in cluster.workers]
    assert configs[0]["batch.size"] == str(1000 + compacted.turn) and configs == configs[:1] * 3
    assert all(sorted(w.rest.get("connectors")) == names[:3] for w in cluster.workers)
    assert cluster.status("f2", via=late)["connector"]["state"] == "PAUSED"

    for worker in cluster.workers[:2]:
        worker.stop_cleanly()
    cluster.wait_running("f0", "f1", on=[late])
    cluster.change("f2", "resume")
    cluster.wait_running("f2", on=[late])
    for each in lines[:3]:
        each.write()
        assert each.wait_arrived() == list(range(each.written))
