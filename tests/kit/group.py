# SPDX-License-Identifier: Apache-2.0
"""A Connect group as its coordinator describes it: members, what they told, what they got.

Peer: org.apache.kafka.connect.runtime.distributed.{ConnectProtocol,IncrementalCooperativeConnectProtocol}.
"""

import struct
import warnings
from typing import NamedTuple, Optional

from .wait import Fatal

_OFFSETS_TOPIC = "__consumer_offsets"
CONNECTOR = -1  # stands for the connector itself among task numbers


class Assignment(NamedTuple):
    version: int
    error: int
    leader: str
    leader_url: str
    offset: int
    assigned: frozenset  # of (connector, task number or CONNECTOR)
    revoked: frozenset
    delay_ms: int


class Metadata(NamedTuple):
    version: int
    url: str
    offset: int
    owned: Optional[Assignment]  # None: never assigned, or protocol version 0


class Member(NamedTuple):
    member_id: str
    client_id: str
    metadata: Optional[Metadata]
    assignment: Optional[Assignment]


class Group(NamedTuple):
    state: str  # Empty, PreparingRebalance, CompletingRebalance, Stable, Dead
    protocol: str
    members: tuple

    @property
    def leader_url(self):
        """The leader's URL by the members' assignments; None if there is none, or they do not agree."""
        urls = {m.assignment.leader_url if m.assignment else None for m in self.members}
        return urls.pop() if len(urls) == 1 else None


def describe(kafka, name):
    """The Group of that name on a kit.kafka.Kafka; one that does not exist is Dead without members."""
    found = _listed(kafka, name)
    if not found or found[0].error:
        return Group("Dead", "", ())
    group = found[0]
    if group.members and group.protocol_type != "connect":
        raise Fatal(f"group {name} has protocol type '{group.protocol_type}'")
    members = tuple(Member(m.id, m.client_id, _decoded(decode_metadata, m.metadata),
                           _decoded(decode_assignment, m.assignment)) for m in group.members)
    return Group(group.state, group.protocol, tuple(sorted(members)))


def coordinator(kafka, name):
    """The number of the node that coordinates the group, or would if it existed; None while there is none."""
    code = 0
    for unit in struct.unpack(f">{len(name)}H", name.encode("utf-16-be")):
        code = (31 * code + unit) & 0xffffffff  # String.hashCode
    meta = kafka.admin.list_topics(_OFFSETS_TOPIC, timeout=10).topics[_OFFSETS_TOPIC]
    if not meta.partitions:
        return None
    leader = meta.partitions[(code & 0x7fffffff) % len(meta.partitions)].leader
    return leader if leader > 0 else None


def _listed(kafka, name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # what replaces it decodes groups of consumers only
        return [g for g in kafka.admin.list_groups(name, timeout=10) if g.id == name]


def decode_metadata(data):
    reader = _Reader(data)
    version, url, offset = reader.int(">h"), reader.string(), reader.int(">q")
    owned = reader.bytes() if version > 0 else None
    return Metadata(version, url, offset, _decoded(decode_assignment, owned))


def decode_assignment(data):
    reader = _Reader(data)
    version, error, leader, url = reader.int(">h"), reader.int(">h"), reader.string(), reader.string()
    offset, assigned = reader.int(">q"), reader.work()
    revoked, delay_ms = (reader.work(), reader.int(">i")) if version > 0 else (frozenset(), 0)
    assert not reader.left(), f"{reader.left()} bytes after an assignment of version {version}"
    return Assignment(version, error, leader, url, offset, assigned, revoked, delay_ms)


def _decoded(decode, data):
    return decode(data) if data else None


class _Reader:
    """Big-endian integers, strings and arrays in the classic encodings."""

    def __init__(self, data):
        self._data, self._at = data, 0

    def left(self):
        return len(self._data) - self._at

    def int(self, kind):
        (value,) = struct.unpack_from(kind, self._data, self._at)
        self._at += struct.calcsize(kind)
        return value

    def string(self):
        return self._take(self.int(">h")).decode("utf-8")

    def bytes(self):
        length = self.int(">i")
        return None if length < 0 else self._take(length)

    def work(self):
        items = set()
        for _ in range(max(self.int(">i"), 0)):
            connector = self.string()
            items |= {(connector, self.int(">i")) for _ in range(self.int(">i"))}
        return frozenset(items)

    def _take(self, length):
        assert 0 <= length <= self.left(), f"{length} bytes of {self.left()}"
        self._at += length
        return self._data[self._at - length:self._at]
