# SPDX-License-Identifier: Apache-2.0
"""Workers of both kinds that do not speak the same connect.protocol, and an older Kafka."""

import pytest
from kit.connect import Lines, mirror_source

pytestmark = pytest.mark.timeout(300)


def _with_lines(cluster, count=4):
    lines = [Lines(cluster, f"f{n}") for n in range(count)]
    for turn, each in enumerate(lines):
        each.write()
        cluster.create(each.connector, each.config, via=cluster.workers[turn % len(cluster.workers)])
    cluster.wait_balanced(*(each.connector for each in lines))
    return lines


def _configure(cluster, lines):
    """Each connector anew, through each worker in turn."""
    for turn, each in enumerate(lines):
        each.write()
        cluster.put(each.connector, {**each.config, "batch.size": 1000 + each.written},
                    via=cluster.workers[turn % len(cluster.workers)])


def _assert_work(cluster, lines, protocol):
    """The group speaks this protocol, all runs somewhere, lines arrive, and each worker takes a write."""
    names = [each.connector for each in lines]
    assert cluster.wait_joined().protocol == protocol
    cluster.wait_running(*names)
    _configure(cluster, lines)
    cluster.wait_running(*names)
    for each in lines:
        each.write()
        each.wait_arrived()


def _leaves(cluster, worker):
    worker.stop_cleanly()
    cluster.remove(worker)
    cluster.wait_joined()


def test_an_eager_worker_leaves_and_the_group_becomes_cooperative(connect):
    """Both kinds go on with what they ran, and balance it.

    Java stops each of its tasks that were configured anew in the eager time, at the end of that time, and starts it
    with the rebalance after that, which need not come by itself.
    """
    cluster = connect("java", "ours", start=False)
    eager = cluster.add("ours", connect_protocol="eager")
    cluster.start()
    lines = _with_lines(cluster)
    _assert_work(cluster, lines, "default")
    _leaves(cluster, eager)
    _configure(cluster, lines)
    _assert_work(cluster, lines, "sessioned")
    cluster.wait_balanced(*(each.connector for each in lines))


@pytest.mark.ours_only
def test_an_eager_worker_joins_and_all_give_up_what_they_run(connect):
    """Ours only beside it: Java's fail tasks then, of which they say that they exist already."""
    cluster = connect("ours", "ours")
    lines = _with_lines(cluster)
    _assert_work(cluster, lines, "sessioned")
    eager = cluster.add("java", connect_protocol="eager")
    cluster.start(eager)
    _assert_work(cluster, lines, "default")
    assert cluster.loads(cluster.wait_balanced(*(each.connector for each in lines)))[eager.worker_id]
    _leaves(cluster, eager)
    _assert_work(cluster, lines, "sessioned")
    cluster.wait_balanced(*(each.connector for each in lines))


def test_protocols_of_a_group_are_those_that_all_speak(connect):
    cluster = connect("java", "ours", connect_protocol="compatible")
    lines = _with_lines(cluster)
    _assert_work(cluster, lines, "compatible")
    guest = cluster.add("ours", connect_protocol="sessioned")
    cluster.start(guest)
    _assert_work(cluster, lines, "compatible")
    cluster.workers[1].kill9()
    cluster.wait_joined()
    cluster.remove(cluster.workers[1])
    _assert_work(cluster, lines, "compatible")


def test_a_mixed_cluster_on_an_older_kafka(cluster_factory, connect, pair_of):
    """Java 3.9.1 and ours, the mirror from a cluster of 3.9.1 to itself under two aliases."""
    older = cluster_factory("older", version="3.9.1").start()
    pair = pair_of(older, older)
    topic = pair.create_topic("orders", 4)
    cluster = connect("ours", "java", cluster=older)
    lines = _with_lines(cluster, 2)
    cluster.create("mirror", mirror_source(pair, topic, 4), via=cluster.workers[1])
    names, tasks = [*(each.connector for each in lines), "mirror"], {"mirror": 4}
    placed = cluster.wait_balanced(*names, tasks=tasks)
    assert sorted(cluster.loads(placed).values()) == [3, 3]
    older.kafka.produce(topic, [(b"%d" % n, b"v") for n in range(100)])
    older.kafka.wait_count(pair.there.remote(topic), 100)
    for worker in list(cluster.workers):  # each leads once
        worker.stop_cleanly()
        cluster.wait_joined()
        cluster.wait_running(*names, tasks=tasks)
        cluster.start(worker)
        cluster.wait_balanced(*names, tasks=tasks)
        _assert_work(cluster, lines, "sessioned")
    older.kafka.produce(topic, [(b"%d" % n, b"v") for n in range(100)])
    older.kafka.wait_count(pair.there.remote(topic), 200)
