# SPDX-License-Identifier: Apache-2.0
"""Java workers and ours in one Connect cluster with exactly-once support: each leads, and fences the other's tasks."""

import re

import pytest
from kit.checker import Writer, check
from kit.connect import mirror_source
from kit.wait import wait_until

pytestmark = pytest.mark.timeout(400)


def _fencing_records(cluster):
    return [int(re.search(rb"\d+", r.value).group()) for r in cluster.cluster.kafka.read(cluster.configs_topic)
            if r.key == b"tasks-fencing-mirror"]


def _wait_running(cluster):
    """Waits until both tasks run. Java's are FAILED when the leader that they ask to fence is gone that moment, and
    want to be restarted by hand; ours ask again.
    """

    def running():
        tasks = (cluster.status("mirror") or {"tasks": []})["tasks"]
        for task in tasks:
            if task["state"] == "FAILED":
                assert cluster.worker(task["worker_id"]).kind == "java", task
                cluster.restart("mirror", task["id"])
        alive = {w.worker_id for w in cluster.running()}
        ready = [t for t in tasks if t["state"] == "RUNNING" and t["worker_id"] in alive]
        return len(ready) == 2, tasks

    wait_until(running, 90, "both tasks run", every=0.5)


@pytest.mark.parametrize("first, second", [("ours", "java"), ("java", "ours")], ids=["we-lead", "java-leads"])
def test_one_leads_and_fences_for_both(connect, pair, first, second):
    """The tasks are reconfigured, workers of both kinds are killed; whoever reads what is committed sees each once."""
    cluster = connect(first, exactly_once_source_support="enabled")
    cluster.add(second)
    cluster.start()
    assert cluster.leader().kind == first
    topic = pair.create_topic("orders", partitions=4)
    remote = pair.there.remote(topic)
    with Writer(pair.east, topic, partitions=4, rate=500) as writer:
        cluster.create("mirror", mirror_source(pair, topic, 2))
        # one task on each worker
        placed = cluster.wait_running("mirror", tasks=2)
        assert len({worker for (_, task), worker in placed.items() if isinstance(task, int) and task >= 0}) == 2
        wait_until(lambda: (pair.west.kafka.count(remote) > 300, None), 60, "the mirror writes")
        cluster.put("mirror", mirror_source(pair, topic, 2, **{"offset.lag.max": 50}))
        wait_until(lambda: (len(_fencing_records(cluster)) >= 2, _fencing_records(cluster)), 60,
                   "the new tasks were counted")
        cluster.wait_running("mirror", tasks=2)
        pair.west.kafka.wait_count(remote, pair.west.kafka.count(remote) + 300)
        for worker in list(cluster.workers):
            worker.kill9()
            _wait_running(cluster)
            pair.west.kafka.wait_count(remote, pair.west.kafka.count(remote) + 300)
            cluster.start(worker)
            _wait_running(cluster)
        writer.wait_more(300)

    def complete():
        report = check(writer, pair.west.kafka.read(remote, committed=True))
        return not report.missing, report

    wait_until(complete, 90, "all is committed at the target", every=0.5).assert_exact()
    assert set(_fencing_records(cluster)) == {2}
