# SPDX-License-Identifier: Apache-2.0
"""What most tests start from: two clusters that other tests share, and names that are this test's own.

Internal topics are named after aliases, so own aliases keep the mirrors of two tests apart; own topic
names do the same for data. cleanup() deletes every topic that carries one of these names.
"""

import itertools

from .mm2 import Flow

_numbers = itertools.count(1)


class Pair:
    """Clusters east and west under aliases like e7 and w7, and the flows between them."""

    def __init__(self, east, west):
        self.number = next(_numbers)
        self.east, self.west = east, west
        self.east_alias, self.west_alias = f"e{self.number}", f"w{self.number}"
        self.there = Flow(east, self.east_alias, west, self.west_alias)
        self.back = Flow(west, self.west_alias, east, self.east_alias)

    def name(self, base):
        """A name, of a topic or a group, that no other test uses."""
        return f"{base}-t{self.number}"

    def create_topic(self, base, partitions=1, cluster=None, config=None):
        """A topic of this test on east, or on the given cluster. Returns its name."""
        return (cluster or self.east).kafka.create_topic(self.name(base), partitions, config)

    def properties(self, both_ways=False, **settings):
        """mm2.properties for east->west, quick in everything that MirrorMaker does from time to time.

        Settings come last and replace; a name is a property with its dots as underscores, but for a dict
        given as `raw`, whose keys are taken as they are. A value of None removes the property.
        """
        props = quick_properties({self.east_alias: self.east.bootstrap, self.west_alias: self.west.bootstrap})
        props[f"{self.there.name}.enabled"] = True
        props[f"{self.back.name}.enabled"] = both_ways
        props["topics"] = f".*-t{self.number}"
        props["groups"] = f".*-t{self.number}"
        raw = settings.pop("raw", {})
        props.update({name.replace("_", "."): value for name, value in settings.items()})
        props.update(raw)
        return {name: value for name, value in props.items() if value is not None}

    def default_group(self):
        """For the raw of properties(): what a worker's group has by default. A member is not given up, and its tasks
        are not stopped, because it or its coordinator had no time for three seconds.
        """
        return {f"{alias}.{name}": None for alias in (self.east_alias, self.west_alias)
                for name in ("session.timeout.ms", "heartbeat.interval.ms", "scheduled.rebalance.max.delay.ms")}

    def own_topics(self, cluster):
        """Topics on the cluster that this test or its mirrors made."""
        aliases = {self.east_alias, self.west_alias}
        return [t for t in cluster.kafka.list_topics()
                if aliases & set(t.split(".")) or t.endswith(f"-t{self.number}")]

    def cleanup(self, clusters=None):
        """Deletes what own_topics() finds, on both clusters or on those of them that are in clusters."""
        for cluster in {self.east, self.west}:
            if clusters is None or cluster in clusters:
                cluster.kafka.delete_topic(*self.own_topics(cluster))


def quick_properties(clusters):
    """The common part of a properties file for {alias: bootstrap}: single brokers, short intervals, no flow."""
    props = {"clusters": ", ".join(clusters)}
    for alias, bootstrap in clusters.items():
        props[f"{alias}.bootstrap.servers"] = bootstrap
        props[f"{alias}.offset.flush.interval.ms"] = 1000
        props[f"{alias}.session.timeout.ms"] = 3000
        props[f"{alias}.heartbeat.interval.ms"] = 500
        props[f"{alias}.scheduled.rebalance.max.delay.ms"] = 0
    for name in ("replication.factor", "checkpoints.topic.replication.factor", "heartbeats.topic.replication.factor",
                 "offset-syncs.topic.replication.factor", "offset.storage.replication.factor",
                 "status.storage.replication.factor", "config.storage.replication.factor"):
        props[name] = 1
    for name in ("refresh.topics", "refresh.groups", "emit.checkpoints", "sync.group.offsets", "sync.topic.configs"):
        props[f"{name}.interval.seconds"] = 1
    props["emit.heartbeats.interval.seconds"] = 1
    props["offset.storage.partitions"] = 3
    props["status.storage.partitions"] = 1
    return props
