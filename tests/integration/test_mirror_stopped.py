# SPDX-License-Identifier: Apache-2.0
"""A worker that is stopped by SIGSTOP for longer than its session, and comes back."""

import pytest
from kit import group
from kit.checker import Writer, wait_arrived
from kit.wait import wait_until

_RATE = 500
_INTERNAL_REST = {"dedicated.mode.enable.internal.rest": "true", "listeners": "http://127.0.0.1:0"}


def _members(pair):
    return group.describe(pair.west.kafka, f"{pair.east_alias}-mm2").members


def _wait_members(pair, count, deadline=60):
    """Until the flow's group has so many members, each with an assignment; returns them."""

    def there():
        members = _members(pair)
        return len(members) == count and all(m.assignment for m in members), members

    return wait_until(there, deadline, f"{count} members in the group", every=0.2)


@pytest.mark.ours_only  # Java's worker starts with nothing, and waits
def test_a_worker_alone_goes_on_after_its_session_was_over(pair, mirror):
    topic = pair.create_topic("orders", partitions=3)
    remote = pair.there.remote(topic)
    worker = mirror(pair.properties())
    with Writer(pair.east, topic, partitions=3, rate=_RATE) as writer:
        pair.west.kafka.wait_count(remote, 100)
        worker.pause()
        wait_until(lambda: (not _members(pair), _members(pair)), 60, "the coordinator has removed the member")
        writer.wait_more(_RATE)
        worker.resume()
        pair.west.kafka.wait_count(remote, writer.acknowledged(), 30)
        _wait_members(pair, 1)
        writer.wait_more(_RATE)
    wait_arrived(pair.west, remote, writer).assert_exact()
    worker.stop_cleanly()


@pytest.mark.ours_only  # in how many duplicates
@pytest.mark.timeout(240)
def test_a_worker_whose_work_another_has_taken_leaves_it_there(pair, mirror):
    """What the other took over begins at the last commit, about a second ago. What the first does when it comes back is
    bounded by that, too: it must not work off what it missed.
    """
    topic = pair.create_topic("orders", partitions=6)
    remote = pair.there.remote(topic)
    props = pair.properties(tasks_max=2, raw=_INTERNAL_REST)
    first, second = mirror(props, name="first"), mirror(props, name="second")
    with Writer(pair.east, topic, partitions=6, rate=_RATE) as writer:
        pair.west.kafka.wait_count(remote, 100)
        _wait_members(pair, 2)
        first.pause()
        _wait_members(pair, 1)
        before = pair.west.kafka.count(remote)
        # the other has it all: a record of each partition arrives again
        pair.west.kafka.wait_count(remote, writer.acknowledged(), 60)
        writer.wait_more(_RATE * 5)
        pair.west.kafka.wait_count(remote, writer.acknowledged(), 60)
        taken = pair.west.kafka.count(remote) - before
        first.resume()
        _wait_members(pair, 2)
        writer.wait_more(_RATE * 2)
        pair.west.kafka.wait_count(remote, writer.acknowledged(), 60)
    report = wait_arrived(pair.west, remote, writer)
    report.assert_nothing_lost()
    print(f"{taken} records while it was away")
    assert report.duplicates <= 2 * _RATE, report
    for each in (first, second):
        each.stop_cleanly()
