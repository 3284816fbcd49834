# SPDX-License-Identifier: Apache-2.0
"""Java's MirrorMaker 2 and ours take over from each other on the same internal topics."""

import pytest
from kit.checker import Writer, check
from kit.mm2 import SOURCE
from kit.wait import wait_until

pytestmark = pytest.mark.timeout(300)


def _wait_mirrored(pair, remote, more):
    pair.west.kafka.wait_count(remote, pair.west.kafka.count(remote) + more)


def test_java_then_ours_then_java(pair, mirror):
    """Clean stops: every record arrives, none twice, and each finds the other's offsets and checkpoints."""
    flow = pair.there
    topic, group = pair.create_topic("orders", partitions=3), pair.name("group")
    remote = flow.remote(topic)
    props = pair.properties(sync_group_offsets_enabled=True)
    java, ours = mirror(props, java=True, start=False), mirror(props, start=False)
    translated = []
    with Writer(pair.east, topic, partitions=3, rate=300) as writer:
        for turn, worker in enumerate((java, ours, java)):
            worker.start()
            worker.wait_started(flow, deadline=90)
            _wait_mirrored(pair, remote, 600)
            upstream = pair.east.kafka.end_offsets(topic)[0]
            pair.east.kafka.commit_group(group, {(topic, 0): upstream})
            wait_until(lambda u=upstream: flow.last_checkpoints(group)[(remote, 0)].upstream == u, 60,
                       f"a checkpoint at {upstream} in turn {turn}", every=0.2)
            translated.append(flow.last_checkpoints(group)[(remote, 0)].downstream)
            worker.stop_cleanly()
            assert all(f"{topic}-{p}" in sum((c["task.assigned.partitions"].split(",")
                                              for c in flow.task_configs(SOURCE)), []) for p in range(3))
        java.start()
    pair.west.kafka.wait_count(remote, len(writer.written()))
    check(writer, pair.west.kafka.read(remote)).assert_exact()
    assert translated == sorted(translated)
    java.stop_cleanly()


def test_ours_takes_over_from_a_killed_java_and_back(pair, mirror):
    """kill -9 in each turn: nothing is lost, and no more comes twice than had not been committed."""
    topic = pair.create_topic("orders", partitions=2)
    remote = pair.there.remote(topic)
    props = pair.properties()
    java, ours = mirror(props, java=True, start=False), mirror(props, start=False)
    with Writer(pair.east, topic, partitions=2, rate=300) as writer:
        for worker in (java, ours, java, ours):
            worker.start()
            _wait_mirrored(pair, remote, 900)
            worker.kill9()
    ours.start()

    def complete():
        report = check(writer, pair.west.kafka.read(remote))
        return not report.missing, report

    report = wait_until(complete, 60, "all records arrive", every=1)
    report.assert_nothing_lost()
    print(f"{report.written} written, {report.duplicates} duplicates")
    ours.stop_cleanly()
