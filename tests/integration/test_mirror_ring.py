# SPDX-License-Identifier: Apache-2.0
"""Three clusters in a ring, each mirrored to the next: every record is everywhere once."""

import pytest
from kit.checker import Writer, wait_arrived
from kit.mm2 import Flow
from kit.setup import quick_properties
from kit.wait import stays_true, wait_until


@pytest.fixture
def ring(us_east, us_west, cluster_factory, evidence):
    """[(alias, cluster)] of three clusters."""
    clusters = [("ra", us_east), ("rb", us_west), ("rc", cluster_factory("third").start())]
    evidence.watch(*(cluster for _, cluster in clusters))
    yield clusters
    evidence.settle()
    for _, cluster in clusters[:2]:
        cluster.kafka.delete_topic(*[t for t in cluster.kafka.list_topics()
                                     if {"ra", "rb", "rc"} & set(t.split(".")) or t == "ringed"])


@pytest.mark.timeout(240)
def test_active_active_in_a_ring_of_three(ring, mirror):
    topic = "ringed"
    for _, cluster in ring:
        cluster.kafka.create_topic(topic, 2)
    flows = [Flow(cluster, alias, *reversed(ring[(i + 1) % 3])) for i, (alias, cluster) in enumerate(ring)]
    props = quick_properties({alias: cluster.bootstrap for alias, cluster in ring})
    props.update({f"{flow.name}.enabled": True for flow in flows})
    props.update({"topics": f".*{topic}", "groups": "none"})
    worker = mirror(props).wait_started(*flows)
    writers = [Writer(cluster, topic, partitions=2, rate=200) for _, cluster in ring]
    # The records of each cluster go one flow further under one name, and another under a longer one; there they end.
    copies = []
    for i, writer in enumerate(writers):
        (alias, _), (next_alias, near), (_, far) = (ring[(i + k) % 3] for k in range(3))
        copies += [(writer, near, f"{alias}.{topic}"), (writer, far, f"{next_alias}.{alias}.{topic}")]
    with writers[0], writers[1], writers[2]:
        for _, cluster, remote in copies:
            cluster.kafka.wait_topic(remote, partitions=2)
        for writer in writers:
            writer.wait_more(300)
    for writer, cluster, remote in copies:
        wait_arrived(cluster, remote, writer).assert_exact()

    def of_the_ring():
        return [{t: cluster.kafka.count(t) for t in cluster.kafka.list_topics() if t.endswith(topic)}
                for _, cluster in ring]

    every = [writer.acknowledged() for writer in writers]
    wanted = [{topic: every[i], f"{ring[i - 1][0]}.{topic}": every[i - 1],
               f"{ring[i - 1][0]}.{ring[i - 2][0]}.{topic}": every[i - 2]} for i in range(3)]
    wait_until(lambda: (of_the_ring() == wanted, of_the_ring()), 30, f"the clusters have {wanted}")
    stays_true(lambda: (of_the_ring() == wanted, of_the_ring()), 3, "none comes back under any name")
    worker.stop_cleanly()
