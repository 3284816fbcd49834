# SPDX-License-Identifier: Apache-2.0
"""Brokers of a cluster of three die, as the source's or the target's leader: nothing is lost, nothing comes twice."""

import re

import pytest
from kit.checker import Writer, check, wait_arrived
from kit.cluster import Cluster
from kit.kafka import Record
from kit.mm2 import SOURCE
from kit.wait import wait_until

_GUARDED = {"min.insync.replicas": "2"}
_THREE_REPLICAS = {name: 3 for name in (
    "replication.factor", "checkpoints.topic.replication.factor", "offset-syncs.topic.replication.factor",
    "offset.storage.replication.factor", "status.storage.replication.factor", "config.storage.replication.factor")}


@pytest.fixture(scope="module")
def _of_three():
    cluster = Cluster("three", brokers=3)
    try:
        yield cluster.start()
    finally:
        cluster.destroy()


@pytest.fixture
def three(_of_three):
    """A cluster of three brokers that the tests of this file share, all of them up."""
    _of_three.spawn()
    _of_three.wait_ready()
    return _of_three


def _leader(cluster, topic, partition=0):
    """(leader, in-sync replicas); the leader is -1 if there is none."""
    found = cluster.kafka.admin.list_topics(topic, timeout=10).topics[topic].partitions[partition]
    return found.leader, sorted(found.isrs)


def _wait_leader(cluster, topic, wanted, partition=0):
    wait_until(lambda: (_leader(cluster, topic, partition)[0] == wanted, _leader(cluster, topic, partition)), 60,
               f"the leader of {topic}-{partition} is {wanted}")


def _wait_gone(cluster, node):
    """Until the cluster does not count the node as one of its brokers any more."""
    wait_until(lambda: (node not in cluster.kafka.admin.list_topics(timeout=10).brokers, None), 60,
               f"node {node} is out of the cluster")


def _wait_epoch_stored(pair):
    """Until the target has a record of mm2-topic-ids, by which a task knows the leader's epoch when it starts."""
    ids = f"mm2-topic-ids.{pair.east_alias}.internal"
    pair.west.kafka.wait_count(ids, 1)


@pytest.mark.timeout(300)
def test_a_source_leader_that_is_killed_costs_nothing(three, us_west, pair_of, mirror):
    pair = pair_of(three, us_west)
    topic = three.kafka.create_topic(pair.name("orders"), replicas=[[2, 1, 3], [2, 3, 1], [1, 2, 3]], config=_GUARDED)
    remote = pair.there.remote(topic)
    worker = mirror(pair.properties(raw={"offset-syncs.topic.replication.factor": 3, **pair.default_group()}))
    with Writer(three, topic, partitions=3, rate=600) as writer:
        us_west.kafka.wait_count(remote, 600)
        three.kill9(2)
        _wait_leader(three, topic, 1)
        writer.wait_more(1200, deadline=90)
        three.start_node(2)
        writer.wait_more(600)
    report = wait_arrived(us_west, remote, writer)
    report.assert_no_more_duplicates_than(check(writer, three.kafka.read(topic)))
    worker.stop_cleanly()


@pytest.mark.ours_only  # the watch
@pytest.mark.timeout(300)
def test_a_leader_that_changed_before_a_task_is_stopped_is_no_loss(three, us_west, pair_of, mirror):
    """What was read of the new leader was never cut off. While the target is away the task cannot store the epoch, and
    as soon as it is back the task is reconfigured.
    """
    pair = pair_of(three, us_west)
    topic = three.kafka.create_topic(pair.name("orders"), replicas=[[2, 1, 3]], config=_GUARDED)
    remote = pair.there.remote(topic)
    worker = mirror(pair.properties(raw={"offset-syncs.topic.replication.factor": 3,
                                         "heartbeats.replication.enabled": "false", **pair.default_group()}))
    with Writer(three, topic, rate=200) as writer:
        us_west.kafka.wait_count(remote, 200)
        _wait_epoch_stored(pair)
        us_west.pause()
        try:
            three.kill9(2)
            _wait_leader(three, topic, 1)
            three.kafka.add_partitions(topic, 2)
            writer.wait_more(400)
        finally:
            us_west.resume()
        us_west.kafka.wait_topic(remote, partitions=2)
        worker.wait_log("Reading 2 partitions, 1 of them from their stored offset")
        writer.wait_more(200)
    report = wait_arrived(us_west, remote, writer)
    assert "was cut off" not in worker.log()
    report.assert_no_more_duplicates_than(check(writer, three.kafka.read(topic)))
    worker.stop_cleanly()


@pytest.mark.timeout(300)
def test_a_target_leader_that_is_killed_costs_nothing(three, us_east, pair_of, mirror):
    """All that the mirror keeps on the target has three replicas, too, and may be led by the one that dies."""
    pair = pair_of(us_east, three)
    topic = pair.create_topic("orders", partitions=3)
    remote = pair.there.remote(topic)
    three.kafka.create_topic(remote, replicas=[[2, 1, 3], [2, 3, 1], [1, 2, 3]], config=_GUARDED)
    worker = mirror(pair.properties(raw={**_THREE_REPLICAS, "offset-syncs.topic.replication.factor": 1,
                                         **pair.default_group()}))
    with Writer(us_east, topic, partitions=3, rate=600) as writer:
        three.kafka.wait_count(remote, 600)
        three.kill9(2)
        _wait_leader(three, remote, 1)
        three.kafka.wait_count(remote, writer.acknowledged() + 1200, 90)
        three.start_node(2)
        writer.wait_more(600)
    wait_arrived(three, remote, writer).assert_exact()
    wait_until(lambda: (all(s.state == "RUNNING" for s in pair.there.task_statuses(SOURCE).values()),
                        pair.there.task_statuses(SOURCE)), 30, "its tasks run")
    worker.stop_cleanly()


@pytest.mark.ours_only  # Java jumps, or reads on in the middle of the new log
@pytest.mark.timeout(300)
def test_a_log_cut_off_by_an_unclean_election_is_named(three, us_west, pair_of, mirror):
    """The source loses records that were mirrored, and takes more new ones than it lost. Two mirrors, two policies."""
    going_on, failing = pair_of(three, us_west), pair_of(three, us_west)
    topic = three.kafka.create_topic(going_on.name("orders"), replicas=[[1, 2]],
                                     config={"unclean.leader.election.enable": "true", "min.insync.replicas": "1"})
    common = {"topics": topic, "tern.watch.interval.ms": 500, "offset-syncs.topic.replication.factor": 3,
              "heartbeats.replication.enabled": "false"}
    worker = mirror(going_on.properties(raw=common), name="going-on")
    other = mirror(failing.properties(raw={**common, "tern.loss.policy": "fail"}), name="failing")
    remotes = [pair.there.remote(topic) for pair in (going_on, failing)]

    def write(first, count):
        three.kafka.produce(topic, [Record(b"%d" % i, b"v%d" % i, partition=0) for i in range(first, first + count)])

    def mirrored():
        return [[int(r.key) for r in us_west.kafka.read(remote)] for remote in remotes]

    write(0, 100)
    for remote in remotes:
        us_west.kafka.wait_count(remote, 100)
    three.kill9(2)
    wait_until(lambda: (_leader(three, topic) == (1, [1]), _leader(three, topic)), 60, "node 1 leads alone")
    write(100, 100)
    wait_until(lambda: (mirrored() == [[*range(200)]] * 2, None), 60, "what will be lost is mirrored")
    three.kill9(1)
    three.nodes[1].start()  # without waiting until all are up
    _wait_leader(three, topic, 2)
    write(10000, 300)
    told = rf"'{topic}-0': the log was cut off.*from offset 100 to (\d+); it is read again from offset 100"
    worker.wait_log(rf"(?m)^.*ERROR.*{told}", 60)
    wait_until(lambda: (set(range(10000, 10300)) <= set(mirrored()[0]), len(mirrored()[0])), 60,
               "all that the source has now arrives")
    assert mirrored()[0][:200] == [*range(200)]
    assert going_on.there.connector_status(SOURCE).state == "RUNNING"
    trace = failing.there.wait_task_failed(SOURCE)[1].trace
    assert re.search(rf"{told}.*tern\.loss\.policy=fail", trace), trace
    for each in (worker, other):
        each.stop_cleanly()


@pytest.mark.ours_only  # Java says nothing
@pytest.mark.timeout(300)
def test_a_partition_without_a_leader_is_named_and_the_others_go_on(three, us_west, pair_of, mirror):
    pair = pair_of(three, us_west)
    topic = three.kafka.create_topic(pair.name("orders"), replicas=[[1], [2]])
    remote = pair.there.remote(topic)
    worker = mirror(pair.properties(raw={"tern.watch.interval.ms": 500, "tern.watch.stall.ms": 2000,
                                         "offset-syncs.topic.replication.factor": 3}))
    three.kafka.produce(topic, [Record(b"a%d" % p, b"v", partition=p) for p in (0, 1)])
    us_west.kafka.wait_count(remote, 2)
    three.kill9(2)
    worker.wait_log(rf"(?m)^.*WARN.*'{topic}-1'.*has no leader", 60)
    three.kafka.produce(topic, [Record(b"b0", b"v", partition=0)])
    us_west.kafka.wait_count(remote, 3)
    assert not re.search(rf"'{topic}-0'.*no leader", worker.log())
    three.start_node(2)
    three.kafka.produce(topic, [Record(b"b1", b"v", partition=1)])
    us_west.kafka.wait_count(remote, 4)
    worker.wait_log(rf"(?m)^.*INFO.*'{topic}-1'.*has a leader again", 60)
    assert [r.key for r in us_west.kafka.read(remote)] == [b"a0", b"b0", b"a1", b"b1"]
    worker.stop_cleanly()


@pytest.mark.ours_only  # the deadlines
@pytest.mark.timeout(300)
def test_topics_and_groups_are_found_while_a_broker_is_dead(three, us_west, pair_of, mirror):
    """What the connectors look for does not wait for the one that does not answer."""
    pair = pair_of(three, us_west)
    worker = mirror(pair.properties(sync_group_offsets_enabled=True, raw={"offset-syncs.topic.replication.factor": 3}))
    first = three.kafka.create_topic(pair.name("first"), replicas=[[1, 3]])
    us_west.kafka.wait_topic(pair.there.remote(first))
    wait_until(lambda: pair.there.checkpoints() == [], 60, "the checkpoints connector is up")
    three.kill9(2)
    _wait_gone(three, 2)
    for number in range(10):  # of as many groups as are listed at once
        three.kafka.commit_group(pair.name(f"group{number}"), {(first, 0): 0})
    three.kafka.produce(first, [Record(b"k", b"v", partition=0)] * 10)
    for number in range(10):
        three.kafka.commit_group(pair.name(f"group{number}"), {(first, 0): 10})
    second = three.kafka.create_topic(pair.name("second"), replicas=[[1, 3]], config={"retention.ms": "1234567"})
    us_west.kafka.wait_topic(pair.there.remote(second), 30)
    wait_until(lambda: (us_west.kafka.describe_config(pair.there.remote(second)).get("retention.ms") == "1234567",
                        us_west.kafka.describe_config(pair.there.remote(second))), 30, "its configs are there")
    for number in range(10):
        group = pair.name(f"group{number}")
        wait_until(lambda g=group: (us_west.kafka.group_offsets(g) == {(pair.there.remote(first), 0): 10},
                                    us_west.kafka.group_offsets(g)), 40, f"{group} is translated", every=0.5)
    worker.stop_cleanly()
