# SPDX-License-Identifier: Apache-2.0
"""Several connect-mirror-maker processes with one file are members of one group, and share its work."""

import re

import pytest
from kit.checker import Writer, check
from kit.wait import wait_until

# Any free port: processes on one machine have one file, and tell each other where they are.
_INTERNAL_REST = {"dedicated.mode.enable.internal.rest": "true", "listeners": "http://127.0.0.1:0"}
_ASSIGNED = re.compile(r"\[(\S+->\S+)\] Joined group at generation (\d+).*?got assignment: connectors \[(.*?)\], "
                       r"tasks \[(.*?)\], config offset")


def _tasks(worker, flow):
    """The tasks of MirrorSourceConnector that a process was assigned last."""
    last = [a for a in _ASSIGNED.findall(worker.log(this_start=True)) if a[0] == flow]
    return [t for t in last[-1][3].split(", ") if t.startswith("MirrorSource")] if last else []


def _wait_shared(flow, workers, total, deadline=60):
    """Waits until each process has tasks, and all together these."""

    def shared():
        tasks = [_tasks(w, flow) for w in workers]
        flat = sorted(t for each in tasks for t in each)
        return len(flat) == len(set(flat)) == total and all(tasks), tasks

    return wait_until(shared, deadline, f"{total} tasks are spread over {len(workers)} processes", every=0.2)


@pytest.mark.ours_only  # the log is ours
@pytest.mark.timeout(240)
def test_processes_share_the_work_of_a_file_and_take_over_from_each_other(pair, mirror):
    topic = pair.create_topic("orders", partitions=6)
    remote = pair.there.remote(topic)
    props = pair.properties(tasks_max=4, raw=_INTERNAL_REST)
    flow = pair.there.name
    first, second = mirror(props, name="first"), mirror(props, name="second")
    _wait_shared(flow, [first, second], 4)
    with Writer(pair.east, topic, partitions=6, rate=500) as writer:
        pair.west.kafka.wait_count(remote, 500)
        third = mirror(props, name="third")
        _wait_shared(flow, [first, second, third], 4)
        first.kill9()
        _wait_shared(flow, [second, third], 4)
        writer.wait_more(500)
        second.stop_cleanly()
        _wait_shared(flow, [third], 4)
        # A topic that comes now is new to the connector, whoever runs it, and its tasks reach the leader.
        other = pair.create_topic("more", partitions=2)
        writer.wait_more(500)
    pair.east.kafka.produce(other, [(b"k", b"v")])
    pair.west.kafka.wait_count(pair.there.remote(other), 1)
    pair.west.kafka.wait_count(remote, len(writer.written()))

    def complete():
        report = check(writer, pair.west.kafka.read(remote))
        return not report.missing, report

    wait_until(complete, 60, f"all records of {topic} arrive", every=1)
