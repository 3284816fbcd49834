# SPDX-License-Identifier: Apache-2.0
"""What tests do to a Kafka cluster from outside: topics, records, groups. All calls block until done.

Keys and values are bytes or None; str is encoded as UTF-8 on the way in. Timestamps are milliseconds.
"""

import contextlib
from typing import NamedTuple, Optional

from confluent_kafka import (TIMESTAMP_NOT_AVAILABLE, Consumer, ConsumerGroupTopicPartitions, KafkaError,
                             KafkaException, Producer, TopicPartition)
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic, OffsetSpec

from .wait import Deadline, Fatal, NotInTime, wait_until

_CALL_S = 30
_BATCH = 10000
_NO_COORDINATOR = (KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.COORDINATOR_NOT_AVAILABLE,
                   KafkaError.NOT_COORDINATOR)

# while a cluster has lost a node, or one comes back
_NO_LEADER = (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE, KafkaError.UNKNOWN_LEADER_EPOCH,
              KafkaError.FENCED_LEADER_EPOCH, KafkaError.OFFSET_NOT_AVAILABLE, KafkaError.UNKNOWN_TOPIC_OR_PART,
              KafkaError._NOENT)


class Record(NamedTuple):
    """A record as written or as read. Headers are (name, bytes or None) pairs in order."""

    key: Optional[bytes] = None
    value: Optional[bytes] = None
    headers: tuple = ()
    timestamp: Optional[int] = None
    partition: Optional[int] = None
    offset: Optional[int] = None

    def content(self):
        """What a mirror must keep: everything but the offset."""
        return self._replace(offset=None)


class Kafka:
    """A client of one cluster. Not for several threads at once, but for produce()."""

    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self._config = {"bootstrap.servers": bootstrap, "log_level": 0, "reconnect.backoff.ms": 50,
                        "reconnect.backoff.max.ms": 500}
        self.admin = AdminClient(self._config)
        self._producer = None

    def close(self):
        self._producer = None
        self.admin = None

    # Topics

    def create_topic(self, name, partitions=1, config=None, replication_factor=-1, replicas=None):
        """Creates a topic and waits until every partition has a leader. Returns the name.

        replicas is a list of the nodes of each partition, the leader first.
        """
        if replicas:
            partitions = len(replicas)
            topic = NewTopic(name, partitions, replica_assignment=replicas, config=config or {})
        else:
            topic = NewTopic(name, partitions, replication_factor, config=config or {})
        self._do(self.admin.create_topics([topic]))
        self._wait_partitions(name, partitions)
        return name

    def add_partitions(self, name, total):
        self._do(self.admin.create_partitions([NewPartitions(name, total)]))
        self._producer = None  # it would refuse the new partitions until its metadata is refreshed
        self._wait_partitions(name, total)

    def delete_topic(self, *names):
        """Deletes topics and waits until they are gone from the metadata."""
        if names:
            self._do(self.admin.delete_topics(list(names), operation_timeout=_CALL_S))
            self._producer = None
            wait_until(lambda: (not set(names) & set(self.list_topics()), "still there"), _CALL_S,
                       f"{len(names)} deleted topics disappear")

    def list_topics(self):
        """{name: number of partitions}, internal topics too."""
        topics = self.admin.list_topics(timeout=_CALL_S).topics
        return {name: len(meta.partitions) for name, meta in topics.items() if meta.error is None}

    def wait_topic(self, name, deadline=60, partitions=1):
        """Waits until a topic that somebody else creates has at least so many partitions."""
        wait_until(lambda: (self.list_topics().get(name, 0) >= partitions, sorted(self.list_topics())), deadline,
                   f"topic {name} with {partitions} partitions")

    def describe_config(self, topic):
        """{name: value} of everything that is set on the topic itself."""
        entries = self._do(self.admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, topic)]))[0]
        return {name: e.value for name, e in entries.items() if e.source == 1}  # 1: dynamic topic config

    def begin_offsets(self, topic):
        """{partition: first offset}"""
        return self._offsets(topic, OffsetSpec.earliest())

    def end_offsets(self, topic):
        """{partition: offset after the last record}"""
        return self._offsets(topic, OffsetSpec.latest())

    def count(self, topic):
        """Sum of end offsets minus first offsets; of a topic that does not exist, 0."""
        if topic not in self.list_topics():
            return 0
        begin = self.begin_offsets(topic)
        return sum(end - begin[p] for p, end in self.end_offsets(topic).items())

    def delete_records(self, topic, before):
        """Deletes what lies before the given offsets, {partition: offset}."""
        self._do(self.admin.delete_records([TopicPartition(topic, p, o) for p, o in before.items()]))

    # Records

    def produce(self, topic, records, deadline=120, **config):
        """Writes records and waits for every acknowledgement (of all in-sync replicas).

        A record is a Record, or (key, value). Without a partition the key decides as it does in Java.
        Returns how many were written; raises if one was not. Other config makes a producer of its own.
        """
        producer = self.new_producer(config) if config else self._shared_producer()
        errors, written = [], 0

        def on_delivery(error, _):
            if error:
                errors.append(error)

        for record in records:
            record = record if isinstance(record, Record) else Record(*record)
            extra = {name: value for name, value in (("partition", record.partition), ("timestamp", record.timestamp),
                                                     ("headers", list(record.headers) or None)) if value is not None}
            while True:
                try:
                    producer.produce(topic, key=record.key, value=record.value, on_delivery=on_delivery, **extra)
                    break
                except BufferError:
                    producer.poll(0.1)
            written += 1
            if written % 1000 == 0:
                producer.poll(0)
        left = producer.flush(deadline)
        if left or errors:
            raise AssertionError(f"{left} of {written} records not acknowledged in {deadline} s, "
                                 f"{len(errors)} failed, first: {errors[:1]}")
        return written

    def produce_transactions(self, topic, count, size, abort_every):
        """Writes transactions of that many records each to partition 0; one in abort_every is aborted.

        Keys are numbers. Returns ([(offset, number) of the records that count], how many were written in all).
        """
        producer = self.new_producer({"transactional.id": f"tern-kit-{topic}"})
        producer.init_transactions(_CALL_S)
        kept, number, begin = [], 0, self.end_offsets(topic)[0]
        for transaction in range(1, count + 1):
            written = []
            producer.begin_transaction()
            for _ in range(size):
                producer.produce(topic, key=b"%d" % number, value=b"in a transaction", partition=0,
                                 on_delivery=lambda error, m: written.append((m.offset(), int(m.key()))))
                number += 1
            assert producer.flush(_CALL_S) == 0
            if transaction % abort_every:
                producer.commit_transaction(_CALL_S)
                kept += written
            else:
                producer.abort_transaction(_CALL_S)
        end = begin + number + count  # the last marker may come after the answer to who ended the transaction
        wait_until(lambda: (self.end_offsets(topic)[0] == end, self.end_offsets(topic)), _CALL_S, f"{topic} ends at {end}")
        return kept, number

    @contextlib.contextmanager
    def open_transaction(self, topic):
        """Yields a function that writes a Record within one transaction, which is committed in the end."""
        producer = self.new_producer({"transactional.id": f"tern-kit-open-{topic}"})
        producer.init_transactions(_CALL_S)
        producer.begin_transaction()

        def send(record):
            producer.produce(topic, key=record.key, value=record.value, partition=record.partition)
            assert producer.flush(_CALL_S) == 0

        yield send
        producer.commit_transaction(_CALL_S)

    def read(self, topic, partitions=None, count=None, deadline=60, committed=False):
        """Reads from the first offset of every partition (or of those given). committed: as a read_committed
        consumer, which waits for open transactions to end and leaves aborted ones out.

        Without count: up to the end offsets as they are now. With count: until so many records were read
        in all, waiting for them; more are returned if they are there. Ordered by partition, then offset.
        """
        deadline = Deadline(deadline)
        if count is not None:
            self.wait_count(topic, count, deadline)
        ends = self.end_offsets(topic)
        wanted = sorted(ends) if partitions is None else list(partitions)
        begin = self.begin_offsets(topic)
        open_partitions = {p for p in wanted if ends[p] > begin[p]}
        if not open_partitions:
            return []
        isolation = {"isolation.level": "read_committed"} if committed else {}
        consumer = self._consumer(group="tern-kit-reader", **isolation)
        records = []
        try:
            # not OFFSET_BEGINNING: librdkafka takes half a second to find out what that is
            consumer.assign([TopicPartition(topic, p, begin[p]) for p in open_partitions])
            while open_partitions:
                if deadline.passed():
                    raise NotInTime(f"{topic} was not read to {ends} in {deadline.seconds} s: "
                                    f"{len(records)} records, partitions {sorted(open_partitions)} unfinished")
                for message in consumer.consume(_BATCH, 0.02):
                    if message.error() is None and message.offset() < ends[message.partition()]:
                        records.append(_record(message))
                    if _next_offset(message) >= ends[message.partition()]:
                        open_partitions.discard(message.partition())
        finally:
            consumer.close()
        return sorted(records, key=lambda r: (r.partition, r.offset))

    def wait_count(self, topic, count, deadline=60):
        """Waits until the topic, which need not exist yet, holds at least so many records."""

        def there():
            seen = self.count(topic)
            return seen >= count, f"{seen} records"

        wait_until(there, deadline, f"{count} records in {topic}")

    # Groups

    def commit_group(self, group, offsets):
        """Sets committed offsets, {(topic, partition): offset}, of a group without members."""
        wanted = ConsumerGroupTopicPartitions(group, [TopicPartition(t, p, o) for (t, p), o in offsets.items()])
        self._ask_coordinator(lambda: self.admin.alter_consumer_group_offsets([wanted]), f"offsets of {group}")

    def group_offsets(self, group):
        """{(topic, partition): committed offset}; empty for a group that does not exist."""
        # Not by the admin call, which follows a NULL pointer in librdkafka when the coordinator moves.
        topics = self.admin.list_topics(timeout=_CALL_S).topics.values()
        every = [TopicPartition(t.topic, p) for t in topics for p in t.partitions]
        consumer = self._consumer(group=group)
        try:
            committed = consumer.committed(every, timeout=_CALL_S)
        finally:
            consumer.close()
        return {(tp.topic, tp.partition): tp.offset for tp in committed if tp.offset >= 0}

    def _ask_coordinator(self, call, what):
        """Calls again while a cluster that is young, or has lost a node, has no coordinator for the group."""

        def answered():
            try:
                answer = self._do(call())[0]
            except KafkaException as e:
                if e.args[0].code() not in _NO_COORDINATOR:
                    raise Fatal(f"{what}: {e}") from e
                return False, str(e)
            errors = [tp for tp in answer.topic_partitions if tp.error]
            if any(tp.error.code() not in _NO_COORDINATOR for tp in errors):
                raise Fatal(f"{what}: {errors}")
            return not errors, errors or answer

        return wait_until(answered, _CALL_S, f"an answer about {what}")

    def consume_as(self, group, topics, count=None, deadline=60, commit=True):
        """A member of the group reads records, from the committed offsets or the beginning.

        Stops after count records, or without count when all partitions are read to their present end.
        Commits what it returned, if commit says so, and leaves. Returns Records.
        """
        with self.member(group, topics, count, deadline, commit) as records:
            return records

    @contextlib.contextmanager
    def member(self, group, topics, count=None, deadline=60, commit=True):
        """Like consume_as(), but stays in the group for the time of the context."""
        topics = [topics] if isinstance(topics, str) else list(topics)
        deadline = Deadline(deadline)
        ends = {(t, p): o for t in topics for p, o in self.end_offsets(t).items()} if count is None else {}
        consumer = self._consumer(group=group, **{"session.timeout.ms": 6000})
        records, unfinished = [], set(ends)
        try:
            consumer.subscribe(topics)
            while unfinished if count is None else len(records) < count:
                if deadline.passed():
                    raise NotInTime(f"{group} read {len(records)} records of {topics} in {deadline.seconds} s, "
                                    f"wanted {count or ends}")
                room = _BATCH if count is None else min(_BATCH, count - len(records))
                for message in consumer.consume(room, 0.05):
                    if message.error() is None:
                        records.append(_record(message))
                    at = (message.topic(), message.partition())
                    if at in unfinished and _next_offset(message) >= ends[at]:
                        unfinished.discard(at)
            if records and commit:
                consumer.commit(asynchronous=False)
            yield records
        finally:
            consumer.close()

    # Handles

    def _consumer(self, group, **config):
        return Consumer({**self._config, "group.id": group, "enable.auto.commit": False, "enable.partition.eof": True,
                         "auto.offset.reset": "earliest", "isolation.level": "read_uncommitted",
                         "fetch.wait.max.ms": 50, "fetch.message.max.bytes": 8 << 20, **config})

    def new_producer(self, config):
        """A producer of one's own, of confluent_kafka."""
        return Producer({**self._config, "acks": "all", "linger.ms": 5, "partitioner": "murmur2_random",
                         "message.max.bytes": 64 << 20, "queue.buffering.max.messages": 500000, **config})

    def _shared_producer(self):
        if self._producer is None:
            self._producer = self.new_producer({})
        return self._producer

    def _offsets(self, topic, spec):
        def asked():
            count = self.list_topics()[topic]
            done = self.admin.list_offsets({TopicPartition(topic, p): spec for p in range(count)})
            try:
                return True, {tp.partition: f.result(_CALL_S).offset for tp, f in done.items()}
            except KafkaException as e:
                if e.args[0].code() not in _NO_LEADER:
                    raise Fatal(f"the offsets of {topic}: {e}") from e
                return False, str(e)

        return wait_until(asked, _CALL_S, f"the offsets of {topic}")

    def _wait_partitions(self, name, count):
        def led():
            meta = self.admin.list_topics(name, timeout=_CALL_S).topics[name]
            leaders = [p.leader for p in meta.partitions.values()]
            return len(leaders) >= count and all(leader > 0 for leader in leaders), leaders

        wait_until(led, _CALL_S, f"{count} partitions of {name} have leaders")

    @staticmethod
    def _do(futures):
        return [future.result(_CALL_S) for future in futures.values()]


def _next_offset(message):
    """Where a consumer stands after this message, which may be the news that a partition's end is reached."""
    if message.error() is None:
        return message.offset() + 1
    return message.offset() if message.error().code() == KafkaError._PARTITION_EOF else -1


def _record(message):
    kind, timestamp = message.timestamp()
    return Record(message.key(), message.value(), tuple(message.headers() or ()),
                  None if kind == TIMESTAMP_NOT_AVAILABLE else timestamp, message.partition(), message.offset())
