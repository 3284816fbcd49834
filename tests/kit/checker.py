# SPDX-License-Identifier: Apache-2.0
"""Numbered records at the source, and what became of them at the target.

    with Writer(east, topic, partitions=3, rate=500) as writer:
        ... faults ...
    report = check(writer, west.kafka.read(remote, count=writer.acknowledged()))
    report.assert_nothing_lost()

Every record carries its partition and sequence number in key, value and header, a digest of its payload,
and a timestamp that follows from both, so each kind of damage can be told from the others.
"""

import hashlib
import struct
import threading
from collections import Counter, defaultdict
from typing import NamedTuple

from confluent_kafka import Producer

from .kafka import Record
from .wait import wait_until

_FIRST_TIMESTAMP = 1_700_000_000_000


def make_record(partition, sequence, size=200):
    """The one record that stands for (partition, sequence); its value has about size bytes."""
    seed = hashlib.sha256(b"%d:%d" % (partition, sequence)).digest()
    payload = (seed * (size // len(seed) + 1))[:size]
    value = struct.pack(">iq", partition, sequence) + hashlib.sha256(payload).digest() + payload
    return Record(key=b"%d:%d" % (partition, sequence), value=value,
                  headers=(("sequence", struct.pack(">q", sequence)), ("empty", None)),
                  timestamp=_FIRST_TIMESTAMP + sequence * 10 + partition, partition=partition)


class Writer:
    """Writes numbered records from a thread until stopped. Sequence numbers count from 0 in each partition.

    The thread owns the producer; counters are read by anybody.
    """

    def __init__(self, cluster, topic, partitions=1, rate=500, size=200):
        """rate is records per second over all partitions."""
        self.topic, self.partitions = topic, partitions
        self._rate, self._size = rate, size
        self._bootstrap = cluster.bootstrap
        self._acknowledged = set()  # (partition, sequence); the thread adds, others read after stop()
        self._errors = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"writer-{topic}", daemon=True)

    def start(self):
        self._thread.start()
        return self

    def stop(self):
        """Stops writing and waits for the acknowledgements; raises if a record was refused."""
        self._stop.set()
        self._thread.join(120)
        assert not self._thread.is_alive(), f"records to {self.topic} are still not acknowledged"
        assert not self._errors, f"{len(self._errors)} records were not written, first: {self._errors[0]}"

    def acknowledged(self):
        """How many records the source cluster has acknowledged."""
        return len(self._acknowledged)

    def written(self):
        """The set of acknowledged (partition, sequence). After stop()."""
        return self._acknowledged

    def wait_more(self, records, deadline=60):
        """Waits until so many more records than now are acknowledged."""
        wanted = self.acknowledged() + records
        wait_until(lambda: (self.acknowledged() >= wanted or self._errors, self.acknowledged()), deadline,
                   f"{records} more records are written to {self.topic}")

    def record_of(self, partition, sequence):
        return make_record(partition, sequence, self._size)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def _run(self):
        producer = Producer({"bootstrap.servers": self._bootstrap, "log_level": 0, "acks": "all", "linger.ms": 5,
                             "enable.idempotence": True})
        step_s, due = 0.02, 0.0
        sequences = [0] * self.partitions
        turn = 0
        while not self._stop.wait(step_s):
            due += self._rate * step_s
            while due >= 1:
                due -= 1
                partition = turn % self.partitions
                self._send(producer, partition, sequences[partition])
                sequences[partition] += 1
                turn += 1
            producer.poll(0)
        left = producer.flush(60)
        if left:
            self._errors.append(f"{left} records without an answer")

    def _send(self, producer, partition, sequence):
        record = self.record_of(partition, sequence)

        def on_delivery(error, _):
            if error:
                self._errors.append(f"{partition}:{sequence}: {error}")
            else:
                self._acknowledged.add((partition, sequence))

        while True:
            try:
                producer.produce(self.topic, key=record.key, value=record.value, headers=list(record.headers),
                                 timestamp=record.timestamp, partition=partition, on_delivery=on_delivery)
                return
            except BufferError:
                producer.poll(0.1)


class Report(NamedTuple):
    """What differs between source and target. Lists hold (partition, sequence), the first few of each kind."""

    written: int
    arrived: int  # distinct
    missing: list
    duplicates: int
    repeated: dict  # {partition: (first, last sequence that came twice)}
    reordered: list
    corrupted: list
    misplaced: list
    wrong_timestamp: list
    wrong_headers: list
    unknown: list

    def assert_nothing_lost(self):
        """Everything arrived, whole and in order; duplicates are allowed."""
        damage = {name: getattr(self, name)[:10] for name in
                  ("missing", "reordered", "corrupted", "misplaced", "wrong_timestamp", "wrong_headers", "unknown")
                  if getattr(self, name)}
        assert not damage, f"of {self.written} records {len(self.missing)} are missing; damage: {damage}"

    def assert_exact(self):
        """Everything arrived once."""
        self.assert_nothing_lost()
        assert self.duplicates == 0, f"{self.duplicates} duplicates of {self.written} records: {self.repeated}"

    def assert_no_more_duplicates_than(self, at_source):
        """Everything arrived as often as it is at the source, of whose records at_source is the Report."""
        self.assert_nothing_lost()
        assert self.duplicates == at_source.duplicates, f"{self.duplicates} duplicates of {self.written} records: " \
            f"{self.repeated}; at the source {at_source.duplicates}: {at_source.repeated}"


def check(writer, records):
    """Compares what a stopped writer wrote with records read at the target, in order of offset per partition.

    A record that comes again after later ones is a duplicate; reordered is one whose first arrival comes
    after a later one's.
    """
    seen = Counter()
    newest = defaultdict(lambda: -1)
    found = {name: [] for name in
             ("reordered", "corrupted", "misplaced", "wrong_timestamp", "wrong_headers", "unknown")}
    for record in records:
        identity = _identity(record)
        if identity is None:
            found["corrupted" if record.key else "unknown"].append((record.partition, record.offset))
            continue
        partition, sequence = identity
        seen[identity] += 1
        if seen[identity] == 1:
            if sequence < newest[partition]:
                found["reordered"].append(identity)
            newest[partition] = max(newest[partition], sequence)
        if identity not in writer.written():
            found["unknown"].append(identity)
        _compare(record, writer.record_of(partition, sequence), identity, found)
    missing = sorted(writer.written() - set(seen))
    repeated = {}
    for partition, sequence in sorted(identity for identity, n in seen.items() if n > 1):
        repeated[partition] = (repeated.get(partition, (sequence,))[0], sequence)
    return Report(written=len(writer.written()), arrived=len(seen), missing=missing,
                  duplicates=sum(n - 1 for n in seen.values()), repeated=repeated, **found)


def wait_arrived(cluster, remote, writer, deadline=90):
    """Waits until all that a stopped writer wrote is in topic remote of the cluster. Returns the Report, printed."""

    def complete():
        report = check(writer, cluster.kafka.read(remote))
        return not report.missing, report

    cluster.kafka.wait_count(remote, len(writer.written()), deadline)
    report = wait_until(complete, deadline, f"all records of {writer.topic} arrive", every=1)
    print(f"{remote}: {report.written} written, {report.duplicates} duplicates")
    return report


def _compare(record, original, identity, found):
    if record.value != original.value:
        found["corrupted"].append(identity)
    if record.partition != original.partition:
        found["misplaced"].append(identity)
    if record.timestamp != original.timestamp:
        found["wrong_timestamp"].append(identity)
    if record.headers != original.headers:
        found["wrong_headers"].append(identity)


def _identity(record):
    """(partition, sequence) by the key; None if the key is not one of ours."""
    try:
        partition, sequence = (record.key or b"").split(b":")
        return int(partition), int(sequence)
    except ValueError:
        return None
