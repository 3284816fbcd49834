# SPDX-License-Identifier: Apache-2.0
"""Java's and our connect-mirror-maker with one file are members of one group, and hand work and task
configurations to each other."""

import pytest
from kit.checker import Writer, wait_arrived
from kit.kafka import Record
from kit.mm2 import SOURCE
from kit.wait import wait_until

pytestmark = pytest.mark.timeout(400)

# Any free port: processes on one machine have one file, and tell each other where they are.
_INTERNAL_REST = {"dedicated.mode.enable.internal.rest": "true", "listeners": "http://127.0.0.1:0"}


def _wait_shared(flow):
    """Until two processes run tasks of the source connector."""

    def shared():
        tasks = flow.task_statuses(SOURCE)
        return len({t.worker_id for t in tasks.values() if t.state == "RUNNING"}) == 2, tasks

    wait_until(shared, 120, "both have tasks", every=0.2)


def _new_topic_arrives(pair, base, partitions=1):
    """Found by whoever runs the connector; its tasks are configured by whoever leads."""
    topic = pair.create_topic(base, partitions=partitions)
    pair.east.kafka.produce(topic, [Record(b"%d" % n, b"v", partition=0) for n in range(10)])
    pair.west.kafka.wait_count(pair.there.remote(topic), 10)
    return topic


def test_java_and_ours_share_a_file(pair, mirror):
    flow, group = pair.there, pair.name("group")
    topic = pair.create_topic("orders", partitions=6)
    remote = flow.remote(topic)
    props = pair.properties(tasks_max=4, sync_group_offsets_enabled=True, raw=_INTERNAL_REST)
    java = mirror(props, java=True, name="java")
    flow.wait_running(SOURCE, tasks=1, deadline=90)
    with Writer(pair.east, topic, partitions=6, rate=300) as writer:
        pair.west.kafka.wait_count(remote, 300)
        ours = mirror(props, name="ours")  # Java leads
        _wait_shared(flow)
        more = _new_topic_arrives(pair, "more", partitions=2)
        pair.east.kafka.commit_group(group, {(more, 0): 10})
        wait_until(lambda: (flow.remote(more), 0) in pair.west.kafka.group_offsets(group), 60,
                   "the group's offset arrives", every=0.2)
        java.kill9()
        writer.wait_more(300)
        again = mirror(props, java=True, name="java-again")  # ours leads
        _wait_shared(flow)
        _new_topic_arrives(pair, "late")
        ours.stop_cleanly()
        _new_topic_arrives(pair, "last")
    wait_arrived(pair.west, remote, writer).assert_nothing_lost()
    again.stop_cleanly()
