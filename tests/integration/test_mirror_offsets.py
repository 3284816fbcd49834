# SPDX-License-Identifier: Apache-2.0
"""Consumer groups: checkpoints, translated offsets, and a consumer that goes on at the target."""

import pytest
from kit import env
from kit.kafka import Record
from kit.mm2 import allowed_translations
from kit.wait import stays_true, wait_until


@pytest.fixture
def orders(pair):
    """A topic of two partitions with 1000 records at the source; the keys are the numbers."""
    topic = pair.create_topic("orders", partitions=2)
    pair.east.kafka.produce(topic, [Record(b"%d" % i, b"order", partition=i % 2) for i in range(1000)])
    return topic


def _wait_offset(cluster, group, topic, partition, wanted=None, deadline=60):
    def there():
        offset = cluster.kafka.group_offsets(group).get((topic, partition))
        return offset is not None and wanted in (None, offset), offset

    return wait_until(there, deadline, f"offset {wanted or ''} of {group} in {topic}-{partition}")


def test_translated_offsets_are_what_the_stored_syncs_allow(pair, mirror, orders):
    group = pair.name("half")
    flow, remote = pair.there, pair.there.remote(orders)
    pair.east.kafka.commit_group(group, {(orders, 0): 250, (orders, 1): 103})
    mirror(pair.properties(sync_group_offsets_enabled=True))
    pair.west.kafka.wait_topic(remote, partitions=2)
    for partition, upstream in ((0, 250), (1, 103)):
        seen = _wait_offset(pair.west, group, remote, partition)
        allowed = allowed_translations(
            [s for s in flow.offset_syncs() if (s.topic, s.partition) == (orders, partition)], upstream)
        assert seen in allowed and seen <= upstream
        checkpoints = [c for c in flow.checkpoints(group) if (c.topic, c.partition) == (remote, partition)]
        assert checkpoints and all(c.upstream == upstream and c.downstream in allowed for c in checkpoints)


def test_a_consumer_that_moves_over_misses_nothing(pair, mirror, orders):
    group = pair.name("mover")
    remote = pair.there.remote(orders)
    first = pair.east.kafka.consume_as(group, orders, count=700)
    committed = pair.east.kafka.group_offsets(group)
    worker = mirror(pair.properties(sync_group_offsets_enabled=True))
    pair.west.kafka.read(remote, count=1000)
    for topic, partition in committed:
        _wait_offset(pair.west, group, remote, partition)
    worker.stop_cleanly()
    translated = pair.west.kafka.group_offsets(group)
    rest = pair.west.kafka.consume_as(group, remote)
    assert {r.key for r in first} | {r.key for r in rest} == {b"%d" % i for i in range(1000)}
    assert all(translated[(remote, p)] <= offset for (_, p), offset in committed.items())
    assert len(rest) == 1000 - sum(translated.values())


def test_a_group_at_the_end_arrives_at_the_end(pair, mirror, orders):
    group = pair.name("end")
    remote = pair.there.remote(orders)
    pair.east.kafka.commit_group(group, {(orders, 0): 500, (orders, 1): 500})
    mirror(pair.properties(sync_group_offsets_enabled=True))
    pair.west.kafka.wait_topic(remote, partitions=2)
    for partition in (0, 1):
        _wait_offset(pair.west, group, remote, partition, wanted=500)
    pair.east.kafka.produce(orders, [Record(b"more", b"", partition=0)] * 77)
    pair.east.kafka.commit_group(group, {(orders, 0): 577})
    _wait_offset(pair.west, group, remote, 0, wanted=577)


def test_an_active_group_at_the_target_is_left_alone(pair, mirror, orders):
    """The target's consumer has read everything and is still a member: its position must not move back."""
    group, other = pair.name("active"), pair.name("other")
    remote = pair.there.remote(orders)
    worker = mirror(pair.properties())
    pair.west.kafka.read(remote, count=1000)
    worker.stop_cleanly()
    with pair.west.kafka.member(group, remote):
        assert pair.west.kafka.group_offsets(group) == {(remote, 0): 500, (remote, 1): 500}
        pair.east.kafka.commit_group(group, {(orders, 0): 5, (orders, 1): 5})
        mirror(pair.properties(sync_group_offsets_enabled=True), name="again")
        wait_until(lambda: pair.there.last_checkpoints(group), 60, "checkpoints of the group")
        pair.east.kafka.commit_group(other, {(orders, 0): 500})
        _wait_offset(pair.west, other, remote, 0)  # so a whole round of group sync is over
        assert pair.west.kafka.group_offsets(group) == {(remote, 0): 500, (remote, 1): 500}


def test_offsets_never_go_backward_at_the_target(pair, mirror, orders):
    """An idle group that is further on at the target keeps its offsets under sync.group.offsets."""
    group, other = pair.name("ahead"), pair.name("other")
    remote = pair.there.remote(orders)
    worker = mirror(pair.properties())
    pair.west.kafka.read(remote, count=1000)
    worker.stop_cleanly()
    pair.west.kafka.commit_group(group, {(remote, 0): 400, (remote, 1): 400})
    pair.east.kafka.commit_group(group, {(orders, 0): 100, (orders, 1): 100})
    mirror(pair.properties(sync_group_offsets_enabled=True), name="again")
    wait_until(lambda: len(pair.there.last_checkpoints(group)) == 2, 60, "checkpoints of the group")
    pair.east.kafka.commit_group(other, {(orders, 0): 500})
    _wait_offset(pair.west, other, remote, 0)  # so a whole round of group sync is over
    assert pair.west.kafka.group_offsets(group) == {(remote, 0): 400, (remote, 1): 400}


@pytest.mark.ours_only  # Java commits the offset of the former topic, and never goes back
def test_nothing_is_committed_past_the_end_of_a_topic_made_anew(pair, mirror, orders):
    """The broker forgets a group's offsets of a topic that is deleted. What was translated for it must not come back:
    the group would skip records of the topic that the mirror creates in its place.
    """
    group = pair.name("anew")
    west, remote = pair.west.kafka, pair.there.remote(orders)
    pair.east.kafka.commit_group(group, {(orders, 0): 500, (orders, 1): 500})
    worker = mirror(pair.properties(sync_group_offsets_enabled=True))
    for partition in (0, 1):
        _wait_offset(pair.west, group, remote, partition, wanted=500)
    west.delete_topic(remote)
    west.wait_topic(remote, partitions=2)
    stays_true(lambda: (remote not in [t for t, _ in west.group_offsets(group)], west.group_offsets(group)), 5,
               "nothing is committed on the empty topic")
    worker.wait_log(rf"WARN.*past the end of a topic .*group '{group}' on '{remote}-")
    pair.east.kafka.produce(orders, [Record(b"more", b"", partition=i % 2) for i in range(20)])
    for partition in (0, 1):
        _wait_offset(pair.west, group, remote, partition, wanted=0)
    assert len(west.consume_as(group, remote)) == 20
    worker.stop_cleanly()


def test_groups_filter(pair, mirror, orders):
    wanted, unwanted, odd = pair.name("app"), pair.name("console-consumer"), pair.name("app,console")
    for group in (wanted, unwanted, odd):
        pair.east.kafka.commit_group(group, {(orders, 0): 500})
    worker = mirror(pair.properties(groups="app.*, console.*", raw={"groups.exclude": "console-consumer-.*"}))
    wait_until(lambda: pair.there.last_checkpoints(wanted), 60, "checkpoints of the wanted group")
    late = pair.name("app-late")
    pair.east.kafka.commit_group(late, {(orders, 0): 500})
    wait_until(lambda: pair.there.last_checkpoints(late), 60, "checkpoints of a new group")
    assert pair.there.checkpoints(unwanted) == [] == pair.there.checkpoints(odd)
    if not env.java_in_place_of_ours():
        worker.wait_log(rf"WARN .*Group '{odd}' of cluster .* is left out")


def test_checkpoints_survive_a_restart(pair, mirror, orders):
    """After a restart a group that has not moved keeps a translation, and none goes backward."""
    group, remote = pair.name("steady"), pair.there.remote(orders)
    pair.east.kafka.commit_group(group, {(orders, 0): 300, (orders, 1): 500})
    worker = mirror(pair.properties(sync_group_offsets_enabled=True))
    pair.west.kafka.wait_topic(remote, partitions=2)
    _wait_offset(pair.west, group, remote, 1, wanted=500)
    before = pair.there.last_checkpoints(group)
    worker.stop_cleanly()
    worker.start()
    pair.east.kafka.produce(orders, [Record(b"more", b"", partition=1)] * 300)
    pair.east.kafka.commit_group(group, {(orders, 1): 800})
    _wait_offset(pair.west, group, remote, 1, wanted=800)
    after = pair.there.last_checkpoints(group)
    assert after[(remote, 0)].downstream >= before[(remote, 0)].downstream
    history = [c.downstream for c in pair.there.checkpoints(group) if c.partition == 1]
    assert history == sorted(history)


def test_many_groups(pair, mirror, orders):
    """Read with one request to each coordinator; those at the target are listed, not asked for one by one."""
    groups = [pair.name(f"many-{i}") for i in range(120)]
    for i, group in enumerate(groups):
        pair.east.kafka.commit_group(group, {(orders, 0): 500, (orders, 1): 5 * (i % 100)})
    remote = pair.there.remote(orders)
    worker = mirror(pair.properties(), env_vars={"TERN_LOG": "DEBUG"})
    pair.west.kafka.wait_count(remote, 1000)
    wait_until(lambda: len({c.group for c in pair.there.checkpoints()} & set(groups)) == len(groups), 60,
               "checkpoints of all groups")
    assert "one by one" not in worker.log()
    worker.stop_cleanly()
    active, ahead = groups[0], groups[1]
    pair.west.kafka.commit_group(ahead, {(remote, 0): 500, (remote, 1): 500})
    with pair.west.kafka.member(active, remote, count=3, commit=False):
        mirror(pair.properties(sync_group_offsets_enabled=True), name="again")
        for group in groups[2:]:
            _wait_offset(pair.west, group, remote, 0, wanted=500)
        assert pair.west.kafka.group_offsets(active) == {}
    assert pair.west.kafka.group_offsets(ahead) == {(remote, 0): 500, (remote, 1): 500}
