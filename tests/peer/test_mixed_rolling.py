# SPDX-License-Identifier: Apache-2.0
"""Three Java workers are replaced by ours, one by one, and ours by Java's, while a mirror goes on."""

import json

import pytest
from kit.checker import Writer, check
from kit.connect import Lines, mirror_source
from kit.wait import wait_until

pytestmark = pytest.mark.timeout(400)

PARTITIONS = 6


def _mirrored_to(cluster, topic):
    """{partition: offset of the last record that is committed}; each partition has one key, whoever wrote it."""
    keys = {r.key for r in cluster.cluster.kafka.read(cluster.offsets_topic)}
    mirrored = {k for k in keys if json.loads(k)[0] == "mirror" and json.loads(k)[1]["topic"] == topic}
    assert len(mirrored) <= PARTITIONS, mirrored
    offsets = {p["partition"]: o["offset"] for p, o in cluster.committed_offsets("mirror") if p["topic"] == topic}
    return offsets


def _assert_goes_on(cluster, writer, topic, before):
    """Everything written up to now is mirrored and committed, behind where it was before. Returns where."""
    writer.wait_more(300)

    def further():
        now = _mirrored_to(cluster, topic)
        return (len(now) == PARTITIONS and all(now[p] > before.get(p, -1) for p in now)), (before, now)

    return wait_until(further, 60, "committed offsets of all partitions grow", every=0.3)[1]


def test_java_workers_are_replaced_and_come_back(connect, pair):
    """Each with the same properties file, after a clean stop: nothing is lost, nothing out of order, and offsets go
    on where they were.
    """
    topic = pair.create_topic("orders", PARTITIONS)
    remote = pair.there.remote(topic)
    cluster = connect("java", "java", "java")
    files = [Lines(cluster, f"f{n}") for n in range(2)]
    for each in files:
        each.write()
        cluster.create(each.connector, each.config)
    cluster.create("mirror", mirror_source(pair, topic, PARTITIONS))
    names, tasks = [*(each.connector for each in files), "mirror"], {"mirror": PARTITIONS}
    cluster.wait_balanced(*names, tasks=tasks)
    at, configs = {}, cluster.task_configs("mirror")
    with Writer(pair.east, topic, partitions=PARTITIONS, rate=300) as writer:
        at = _assert_goes_on(cluster, writer, topic, at)
        for kind in ("ours", "java"):
            for old in list(cluster.workers):
                old.stop_cleanly()
                cluster.start(cluster.replace(old, kind))
                for each in files:
                    each.write(5)
                cluster.wait_balanced(*names, tasks=tasks)
                at = _assert_goes_on(cluster, writer, topic, at)
            assert {w.kind for w in cluster.workers} == {kind} or kind == "ours"
            assert cluster.task_configs("mirror") == configs
    for each in files:
        assert each.wait_arrived() == list(range(each.written)), "after clean stops nothing comes twice"

    def complete():
        report = check(writer, pair.west.kafka.read(remote))
        return not report.missing, report

    report = wait_until(complete, 60, "all records arrive", every=1)
    report.assert_nothing_lost()
    assert report.duplicates == 0, f"{report.duplicates} of {report.written} records came twice after clean stops"
