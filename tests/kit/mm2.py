# SPDX-License-Identifier: Apache-2.0
"""MirrorMaker 2 as seen from its topics: record formats, names, statuses, offset translation.

Peers: org.apache.kafka.connect.mirror.{OffsetSync,Checkpoint,Heartbeat,OffsetSyncStore}.
"""

import struct
from typing import NamedTuple

from .internal_topics import InternalTopics
from .wait import Fatal, wait_until

SOURCE, CHECKPOINT, HEARTBEAT = CONNECTORS = (
    "MirrorSourceConnector", "MirrorCheckpointConnector", "MirrorHeartbeatConnector")


# Record formats: big-endian integers, strings as 16-bit length and UTF-8.

class OffsetSync(NamedTuple):
    topic: str
    partition: int
    upstream: int
    downstream: int

    def encode(self):
        """(key, value)"""
        return _string(self.topic) + struct.pack(">i", self.partition), struct.pack(">qq", *self[2:])

    @classmethod
    def decode(cls, key, value):
        topic, at = _read_string(key, 0)
        return cls(topic, *struct.unpack_from(">i", key, at), *struct.unpack_from(">qq", value))


class Checkpoint(NamedTuple):
    group: str
    topic: str
    partition: int
    upstream: int
    downstream: int
    metadata: str

    def encode(self):
        key = _string(self.group) + _string(self.topic) + struct.pack(">i", self.partition)
        return key, struct.pack(">hqq", 0, self.upstream, self.downstream) + _string(self.metadata)

    @classmethod
    def decode(cls, key, value):
        group, at = _read_string(key, 0)
        topic, at = _read_string(key, at)
        version, upstream, downstream = struct.unpack_from(">hqq", value)
        assert version == 0, f"checkpoint of version {version}"
        return cls(group, topic, *struct.unpack_from(">i", key, at), upstream, downstream, _read_string(value, 18)[0])


class Heartbeat(NamedTuple):
    source: str
    target: str
    timestamp: int

    def encode(self):
        return _string(self.source) + _string(self.target), struct.pack(">hq", 0, self.timestamp)

    @classmethod
    def decode(cls, key, value):
        source, at = _read_string(key, 0)
        version, timestamp = struct.unpack_from(">hq", value)
        assert version == 0, f"heartbeat of version {version}"
        return cls(source, _read_string(key, at)[0], timestamp)


def _string(text):
    data = text.encode("utf-8")
    return struct.pack(">h", len(data)) + data


def _read_string(data, at):
    (length,) = struct.unpack_from(">h", data, at)
    end = at + 2 + length
    assert 0 <= length and end <= len(data), f"string of {length} bytes in {data!r}"
    return data[at + 2:end].decode("utf-8"), end


# A flow and its topics.

class Flow(InternalTopics):
    """Mirroring from cluster source, called source_alias, to cluster target, called target_alias."""

    def __init__(self, source, source_alias, target, target_alias):
        self.source, self.target = source, target
        self.source_alias, self.target_alias = source_alias, target_alias
        self.name = f"{source_alias}->{target_alias}"
        # on the target
        super().__init__(target, f"mm2-configs.{source_alias}.internal", f"mm2-offsets.{source_alias}.internal",
                         f"mm2-status.{source_alias}.internal")
        self.checkpoints_topic = f"{source_alias}.checkpoints.internal"
        # on the source
        self.offset_syncs_topic = f"mm2-offset-syncs.{target_alias}.internal"

    def remote(self, topic):
        """The name of a mirrored topic on the target under the default policy."""
        return f"{self.source_alias}.{topic}"

    # Statuses

    def wait_running(self, connector, tasks=1, worker=None, deadline=60):
        """Waits until the connector and at least so many tasks of it are RUNNING.

        With worker, only what was written since that process was started counts, and its end ends the wait.
        """
        since = worker.started_at_ms if worker else 0

        def running():
            if worker and not worker.alive():
                raise Fatal(f"{worker.name} ended with status {worker.returncode}:\n{worker.tail()}")
            own = self.connector_status(connector)
            all_tasks = self.task_statuses(connector)
            fresh = [s for s in [own, *all_tasks.values()] if s and s.state == "RUNNING" and s.written_at_ms >= since]
            return own in fresh and len(fresh) > tasks, (own, all_tasks)

        wait_until(running, deadline, f"{self.name}: {connector} runs with {tasks} tasks", every=0.2)

    def wait_task_failed(self, connector, deadline=60):
        """Waits until a task of the connector is FAILED; returns (number, Status)."""

        def failed():
            tasks = self.task_statuses(connector)
            found = [item for item in tasks.items() if item[1].state == "FAILED"]
            return bool(found), found[0] if found else tasks

        return wait_until(failed, deadline, f"{self.name}: a task of {connector} fails", every=0.2)

    # Offsets of the worker

    def source_offsets(self):
        """{(topic, partition): offset of the last mirrored record} from the offset topic."""
        return {(partition["topic"], partition["partition"]): value["offset"]
                for partition, value in self.committed_offsets(SOURCE)}

    # MirrorMaker's own records

    def offset_syncs(self):
        """All OffsetSyncs, oldest first."""
        records = self._table_records(self.source, self.offset_syncs_topic)
        return [OffsetSync.decode(r.key, r.value) for r in records]

    def checkpoints(self, group=None):
        """All Checkpoints (of one group), oldest first."""
        records = self._table_records(self.target, self.checkpoints_topic)
        decoded = [Checkpoint.decode(r.key, r.value) for r in records]
        return [c for c in decoded if group in (None, c.group)]

    def last_checkpoints(self, group):
        """{(remote topic, partition): Checkpoint}"""
        return {(c.topic, c.partition): c for c in self.checkpoints(group)}

    def heartbeats(self, cluster=None, topic="heartbeats"):
        """Heartbeats of this pair of aliases in a topic, by default the one that the flow writes."""
        records = self._table_records(cluster or self.target, topic)
        decoded = [Heartbeat.decode(r.key, r.value) for r in records]
        return [h for h in decoded if {h.source, h.target} == {self.source_alias, self.target_alias}]


# Offset translation, as the specification of OffsetSyncStore has it.

class OffsetSyncStore:
    """The 64 syncs of one partition that Java keeps. Slots are compared by identity."""

    def __init__(self):
        self._slots = None

    def add(self, sync):
        old = self._slots
        if old is None or sync.upstream < old[0].upstream:
            self._slots = [sync] * 64
            return
        slots = [sync] + old[1:]
        candidate, at = sync, 0
        for cur in range(1, 64):
            while True:
                o = old[at]
                near = self._far_enough(slots[cur - 1], o, cur - 1)
                if (near and self._close_enough(slots[cur - 1], o, cur - 1, cur)
                        and (cur == 63 or self._far_enough(o, slots[cur + 1], cur))):
                    candidate = o
                    fits = True
                else:
                    fits = False
                skip = (at < 63 and old[at] is old[at + 1]) or not near
                if fits or skip:
                    at += 1
                if not (at < cur and skip):
                    break
            if self._close_enough(slots[cur - 1], slots[cur], cur - 1, cur):
                break
            slots[cur] = candidate
        self._slots = slots

    def translate(self, upstream):
        """The downstream offset, or None if the store knows nothing that old."""
        if self._slots is None:
            return None
        best = next((s for s in self._slots if s.upstream <= upstream), None)
        return None if best is None else best.downstream + (0 if best.upstream == upstream else 1)

    @staticmethod
    def _close_enough(x, y, i, j):
        return x is y or x.upstream <= y.upstream + (1 << j) - (1 << i)

    @staticmethod
    def _far_enough(x, y, i):
        return x is y or x.upstream >= y.upstream + (1 << max(i - 2, 0))


def allowed_translations(syncs, upstream):
    """Every downstream offset to which a group at upstream may have been translated while syncs arrived.

    syncs are those of one partition, oldest first. A store may have started at any of them.
    """
    allowed = set()
    for first in range(len(syncs)):
        store = OffsetSyncStore()
        for sync in syncs[first:]:
            store.add(sync)
            allowed.add(store.translate(upstream))
    return allowed - {None}
