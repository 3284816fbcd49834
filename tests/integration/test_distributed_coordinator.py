# SPDX-License-Identifier: Apache-2.0
"""What happens to a group when its coordinator dies, or can no longer be heard."""

import pytest
from kit.cluster import Cluster
from kit.connect import Lines
from kit.group import coordinator
from kit.wait import stays_true, wait_until

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def _three():
    cluster = Cluster("three", brokers=3, proxies=True)
    try:
        yield cluster.start()
    finally:
        cluster.destroy()


@pytest.fixture
def three(_three):
    for proxy in _three.proxies:
        proxy.heal()
    _three.spawn()
    _three.wait_ready()
    return _three


def _restarts(cluster, since):
    """What has been written about connectors and tasks since so many status records."""
    return cluster.status_records()[since:]


def test_the_coordinator_is_killed(connect, three):
    """Its successor knows the group; nothing stops meanwhile."""
    cluster = connect("ours", "ours", "ours", cluster=three, session_timeout_ms=10_000)
    lines = [Lines(cluster, f"f{n}") for n in range(3)]
    names = [each.connector for each in lines]
    for each in lines:
        each.write()
        cluster.create(each.connector, each.config)
    before, since = cluster.wait_balanced(*names), len(cluster.status_records())
    dead = cluster.coordinator()
    three.kill9(dead)
    for each in lines:
        each.write()
    for each in lines:
        each.wait_arrived()
    cluster.wait_joined()
    assert cluster.coordinator() != dead
    assert cluster.placement(*names) == before
    assert not _restarts(cluster, since)

    cluster.change("f0", "pause")  # and the group can be worked with
    wait_until(lambda: cluster.status("f0")["tasks"][0]["state"] == "PAUSED", 20, "f0 pauses")
    cluster.delete("f1")
    wait_until(lambda: not cluster.status("f1"), 20, "f1 goes")
    lines[2].write()
    lines[2].wait_arrived()
    three.start_node(dead)
    cluster.wait_joined()


_COMPACT = {"cleanup.policy": "compact"}


def _groups_of_one_coordinator(cluster):
    """(node, two names of groups that it coordinates): not every node has to, after one has been away."""
    topic = cluster.kafka.create_topic("silent")
    cluster.kafka.commit_group("silent-0", {(topic, 0): 0})  # so that there are coordinators
    node = wait_until(lambda: coordinator(cluster.kafka, "silent-1"), 20, "silent-1 has a coordinator")
    return node, [name for name in (f"silent-{n}" for n in range(1, 100)) if coordinator(cluster.kafka, name) == node][:2]


@pytest.mark.ours_only  # Java's workers stop all they run, and a lone one hands itself nothing for five minutes
def test_the_coordinator_cannot_be_heard_for_a_minute(connect, three):
    """A link that died without a reset between the workers and one broker, which coordinates a group of one and
    a group of two. Nothing stops, nothing starts anew, and both can be worked with as soon as it is back.
    """
    silent, names = _groups_of_one_coordinator(three)
    others = [[n] for n in (1, 2, 3) if n != silent]
    groups = []
    for workers, group_id in zip((1, 2), names):
        cluster = connect(*["ours"] * workers, cluster=three, bootstrap=three.proxied_bootstrap, group_id=group_id, start=False,
                          scheduled_rebalance_max_delay_ms=300_000)
        three.kafka.create_topic(cluster.configs_topic, config=_COMPACT, replicas=others[:1])
        three.kafka.create_topic(cluster.status_topic, config=_COMPACT, replicas=others[1:])
        three.kafka.create_topic(cluster.offsets_topic, config=_COMPACT, replicas=others)
        cluster.start()
        assert cluster.coordinator() == silent
        lines = [Lines(cluster, f"g{n}", three.kafka.create_topic(cluster.name(f"g{n}"), replicas=others[:1]))
                 for n in range(2)]
        for each in lines:
            each.write()
            cluster.create(each.connector, each.config)
        cluster.wait_balanced("g0", "g1")
        for each in lines:
            each.wait_arrived()
        groups.append((cluster, lines, cluster.placement("g0", "g1"), len(cluster.status_records())))

    three.proxy(silent).half_open()

    def flows():
        for _, lines, _, _ in groups:
            for each in lines:
                each.write(1)
                each.wait_arrived(15)
        return True

    stays_true(flows, 60, "lines arrive while the coordinator is silent", every=5)
    for cluster, _, _, _ in groups:
        assert all(w.rest.ask("GET", "connectors", timeout=5).status == 200 for w in cluster.workers)

    three.proxy(silent).heal()
    for cluster, lines, before, since in groups:
        cluster.wait_joined(deadline=30)
        assert cluster.placement("g0", "g1") == before
        assert not _restarts(cluster, since)
        late = Lines(cluster, "late", three.kafka.create_topic(cluster.name("late"), replicas=others[:1]))
        late.write()
        cluster.create("late", late.config)
        for each in [*lines, late]:
            each.write()
            each.wait_arrived()
