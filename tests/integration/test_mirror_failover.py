# SPDX-License-Identifier: Apache-2.0
"""What a failover costs: how many committed records a group reads again at the target, and that it misses none.

Measured on Java's MirrorMaker 2 4.3.1 in the like situations: 3,998 records again for a group that was idle for
long, 19,998 for one behind a restart of the mirror, 1,110 for one with a lag of 10,000, which read 11,110 in all.
"""

import re

import pytest
from kit.kafka import Record
from kit.wait import wait_until

_LAG_MAX = 100  # offset.lag.max; what lies between two offset syncs of a fast partition


def _produce(pair, topic, first, count):
    pair.east.kafka.produce(topic, [Record(b"%d" % n, b"record", partition=0) for n in range(first, first + count)])


def _fail_over(pair, worker, remote, group, committed):
    """Goes on at the target as the group; returns how many records below `committed` are read again."""
    worker.stop_cleanly()
    rest = [int(r.key) for r in pair.west.kafka.consume_as(group, remote)]
    total = pair.east.kafka.count(remote.split(".", 1)[1])
    missing = set(range(committed, total)) - set(rest)
    assert not missing, f"{len(missing)} records were never read, the first is {min(missing)}"
    again = sum(n < committed for n in rest)
    print(f"{group}: {again} committed records read again")
    return again


def _wait_synced(pair, group, remote, at_least, deadline=60):
    """Until the group's offset at the target is at least that."""

    def there():
        offset = pair.west.kafka.group_offsets(group).get((remote, 0), -1)
        return offset >= at_least, offset

    return wait_until(there, deadline, f"{group} is translated to {at_least}", every=0.2)


def _flow(pair, mirror, topic, **settings):
    worker = mirror(pair.properties(sync_group_offsets_enabled=True, **settings))
    pair.west.kafka.wait_topic(pair.there.remote(topic))
    return worker


def test_a_group_that_was_idle_for_long(pair, mirror):
    """It stopped before the mirror was there; many records came since."""
    topic, group = pair.create_topic("idle"), pair.name("idle")
    _produce(pair, topic, 0, 12000)
    pair.east.kafka.commit_group(group, {(topic, 0): 5000})
    worker = _flow(pair, mirror, topic)
    remote = pair.there.remote(topic)
    pair.west.kafka.wait_count(remote, 12000)
    _produce(pair, topic, 12000, 8000)
    pair.west.kafka.wait_count(remote, 20000)
    _wait_synced(pair, group, remote, 5000 - _LAG_MAX)
    assert _fail_over(pair, worker, remote, group, 5000) <= _LAG_MAX


def test_a_group_behind_a_crash_of_the_mirror(pair, mirror):
    """It moves on after a restart, within what was mirrored before."""
    topic, group, end = pair.create_topic("restart"), pair.name("restart"), pair.name("end")
    remote = pair.there.remote(topic)
    _produce(pair, topic, 0, 20000)
    pair.east.kafka.commit_group(group, {(topic, 0): 1})
    worker = _flow(pair, mirror, topic)
    pair.west.kafka.wait_count(remote, 20000)
    _wait_synced(pair, group, remote, 1)
    worker.kill9()
    pair.east.kafka.commit_group(group, {(topic, 0): 15000})
    _produce(pair, topic, 20000, 5000)
    worker.start()
    pair.west.kafka.wait_count(remote, 25000)
    pair.east.kafka.commit_group(end, {(topic, 0): 25000})
    _wait_synced(pair, group, remote, 15000 - _LAG_MAX)
    _wait_synced(pair, end, remote, 25000)
    duplicates = pair.west.kafka.count(remote) - 25000
    assert _fail_over(pair, worker, remote, group, 15000) <= _LAG_MAX + duplicates


def test_a_group_with_a_lag(pair, mirror):
    """10,000 records behind, and going on behind."""
    topic, group = pair.create_topic("lag"), pair.name("lag")
    remote = pair.there.remote(topic)
    _produce(pair, topic, 0, 20000)
    worker = _flow(pair, mirror, topic)
    pair.west.kafka.wait_count(remote, 20000)
    pair.east.kafka.commit_group(group, {(topic, 0): 9000})
    _wait_synced(pair, group, remote, 9000 - _LAG_MAX)
    _produce(pair, topic, 20000, 1000)
    pair.east.kafka.commit_group(group, {(topic, 0): 11000})
    _wait_synced(pair, group, remote, 11000 - _LAG_MAX)
    assert _fail_over(pair, worker, remote, group, 11000) <= _LAG_MAX


def test_a_group_at_the_end_reads_nothing_again(pair, mirror):
    """Without any help of the offset flush, which comes once a minute by default; and the log tells."""
    topic, group = pair.create_topic("end"), pair.name("end")
    remote = pair.there.remote(topic)
    _produce(pair, topic, 0, 777)
    worker = _flow(pair, mirror, topic, raw={f"{pair.west_alias}.offset.flush.interval.ms": 60000,
                                             "tern.offset-syncs.interval.ms": 500,
                                             "tern.failover.report.interval.seconds": 1})
    pair.west.kafka.wait_count(remote, 777)
    pair.east.kafka.commit_group(group, {(topic, 0): 777})
    _wait_synced(pair, group, remote, 777, deadline=20)
    _produce(pair, topic, 777, 55)
    pair.east.kafka.commit_group(group, {(topic, 0): 832})
    _wait_synced(pair, group, remote, 832, deadline=20)
    reports = re.compile(r"A failover now would have (\d+) committed records of (\d+) groups read again")
    wait_until(lambda: (0, 1) in [(int(a), int(b)) for a, b in reports.findall(worker.log())], 20,
               "the log says that nothing would be read again")
    assert _fail_over(pair, worker, remote, group, 832) == 0


@pytest.mark.parametrize("isolation", ["read_committed", "read_uncommitted"])
def test_transactions_leave_gaps(pair, mirror, isolation):
    """Markers and aborted records of the source are not at the target: offsets drift apart."""
    topic, group = pair.create_topic("txn"), pair.name("txn")
    remote = pair.there.remote(topic)
    kept, written = pair.east.kafka.produce_transactions(topic, count=60, size=9, abort_every=5)
    committed = kept[len(kept) // 2]  # (offset, number)
    pair.east.kafka.commit_group(group, {(topic, 0): committed[0]})
    worker = _flow(pair, mirror, topic, raw={f"{pair.east_alias}.consumer.isolation.level": isolation})
    pair.west.kafka.wait_topic(remote)
    pair.west.kafka.wait_count(remote, len(kept) if isolation == "read_committed" else written)
    wait_until(lambda: (remote, 0) in pair.west.kafka.group_offsets(group), 60, "the group is translated", every=0.2)
    end = pair.name("end")
    pair.east.kafka.commit_group(end, {(topic, 0): pair.east.kafka.end_offsets(topic)[0]})
    _wait_synced(pair, end, remote, pair.west.kafka.end_offsets(remote)[0])
    worker.stop_cleanly()
    rest = {int(r.key) for r in pair.west.kafka.consume_as(group, remote)}
    wanted = {number for offset, number in kept if offset >= committed[0]}
    assert wanted <= rest
    assert len({number for _, number in kept} & rest - wanted) <= _LAG_MAX
    assert pair.west.kafka.consume_as(end, remote) == []
