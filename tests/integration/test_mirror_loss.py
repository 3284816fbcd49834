# SPDX-License-Identifier: Apache-2.0
"""Nothing of the source is lost without a word: what is gone unread is named, and all else arrives."""

import json
import re

import pytest
from kit.kafka import Record
from kit.mm2 import SOURCE
from kit.wait import wait_until

pytestmark = pytest.mark.ours_only  # Java jumps on without a word


def _numbered(first, last):
    return [Record(b"%d" % i, b"v%d" % i, partition=0) for i in range(first, last)]


def _keys(kafka, topic):
    return [int(r.key) for r in kafka.read(topic)]


def _mirrored(pair, mirror, count, **settings):
    """A topic of one partition, of which count records are mirrored and committed; (worker, topic)."""
    topic = pair.create_topic("orders")
    pair.east.kafka.produce(topic, _numbered(0, count))
    worker = mirror(pair.properties(**{"tern.watch.interval.ms": 500, **settings}))
    pair.west.kafka.wait_count(pair.there.remote(topic), count)
    wait_until(lambda: (pair.there.source_offsets().get((topic, 0)) == count - 1, pair.there.source_offsets()), 30,
               "the offset is committed")
    _wait_ids(pair, topic, 1)
    return worker, topic


def _wait_ids(pair, topic, partitions):
    """Waits until the watch has seen so many partitions of the topic, and stored its id for each of them."""
    ids = f"mm2-topic-ids.{pair.east_alias}.internal"

    def stored():
        keys = {r.key for r in pair.west.kafka.read(ids) if f'"{topic}"' in r.key.decode()}
        return len(keys) == partitions, keys

    wait_until(stored, 60, f"the id of {topic} is stored for {partitions} partitions")


def _again(pair, topic, count):
    """Deletes the topic and creates it again, with so many records numbered from 10000."""
    pair.east.kafka.delete_topic(topic)
    pair.east.kafka.create_topic(topic)
    pair.east.kafka.produce(topic, _numbered(10000, 10000 + count))


def test_records_deleted_ahead_of_a_stopped_mirror_are_named(pair, mirror):
    worker, topic = _mirrored(pair, mirror, 100)
    worker.stop_cleanly()
    pair.east.kafka.produce(topic, _numbered(100, 200))
    pair.east.kafka.delete_records(topic, {0: 150})
    worker.start()
    remote = pair.there.remote(topic)
    pair.west.kafka.wait_count(remote, 150)
    assert _keys(pair.west.kafka, remote) == [*range(100), *range(150, 200)]
    worker.wait_log(rf"(?m)^.*ERROR.*'{topic}-0'.*offsets 100 to 149 \(50 records at most\) are gone unread")
    pair.there.wait_running(SOURCE, worker=worker)
    worker.stop_cleanly()


def test_by_policy_a_loss_fails_the_task(pair, mirror):
    worker, topic = _mirrored(pair, mirror, 100, tern_loss_policy="fail")
    worker.stop_cleanly()
    pair.east.kafka.produce(topic, _numbered(100, 200))
    pair.east.kafka.delete_records(topic, {0: 150})
    worker.start()
    status = pair.there.wait_task_failed(SOURCE)[1]
    assert re.search(rf"'{topic}-0'.*offsets 100 to 149 .*tern\.loss\.policy=fail", status.trace), status.trace
    assert pair.west.kafka.count(pair.there.remote(topic)) == 100
    worker.stop_cleanly()


def test_retention_that_overtakes_a_running_mirror_is_named(pair, mirror):
    worker, topic = _mirrored(pair, mirror, 100)
    worker.pause()
    pair.east.kafka.produce(topic, _numbered(100, 101))  # the answer to the fetch that waits, which will be read
    pair.east.kafka.produce(topic, _numbered(101, 5000))
    pair.east.kafka.delete_records(topic, {0: 4000})
    worker.resume()
    remote = pair.there.remote(topic)
    wait_until(lambda: (_keys(pair.west.kafka, remote)[-1] == 4999, pair.west.kafka.count(remote)), 60, "all arrive")
    keys = _keys(pair.west.kafka, remote)
    missing = sorted(set(range(5000)) - set(keys))
    assert keys == sorted(set(keys)) and set(range(4000, 5000)) <= set(keys)
    found = worker.wait_log(rf"(?m)^.*ERROR.*'{topic}-0'.*offsets (\d+) to (\d+) .*are gone unread")
    assert list(range(int(found.group(1)), int(found.group(2)) + 1)) == missing
    worker.stop_cleanly()


@pytest.mark.parametrize("count", [10, 300], ids=["shorter", "longer"])
def test_a_topic_created_again_while_the_mirror_is_stopped(pair, mirror, count):
    worker, topic = _mirrored(pair, mirror, 100)
    worker.stop_cleanly()
    _again(pair, topic, count)
    worker.start()
    remote = pair.there.remote(topic)
    pair.west.kafka.wait_count(remote, 100 + count)
    assert _keys(pair.west.kafka, remote) == [*range(100), *range(10000, 10000 + count)]
    worker.wait_log(rf"(?m)^.*ERROR.*'{topic}-0'.*deleted and created again")
    wait_until(lambda: (pair.there.source_offsets()[(topic, 0)] == count - 1, pair.there.source_offsets()), 30,
               "the offset of the new topic is committed")
    worker.stop_cleanly()
    worker.start()
    pair.there.wait_running(SOURCE, worker=worker)
    pair.east.kafka.produce(topic, _numbered(20000, 20001))
    wait_until(lambda: (_keys(pair.west.kafka, remote)[-1] == 20000, pair.west.kafka.count(remote)), 30, "it goes on")
    assert pair.west.kafka.count(remote) == 100 + count + 1, "the new topic is no newer one"
    assert "created again" not in worker.log(this_start=True)
    worker.stop_cleanly()


def test_a_topic_of_ids_that_is_not_there_yet_is_waited_for(pair, mirror):
    """Tasks of an earlier run start beside the connector, which creates the topic, as after Java's MirrorMaker."""
    worker, topic = _mirrored(pair, mirror, 100)
    worker.stop_cleanly()
    ids = f"mm2-topic-ids.{pair.east_alias}.internal"
    pair.west.kafka.delete_topic(ids)
    worker.start()
    pair.west.kafka.wait_topic(ids)
    _wait_ids(pair, topic, 1)
    assert "are not kept" not in worker.log()
    worker.stop_cleanly()


def test_a_topic_created_again_while_the_mirror_runs(pair, mirror):
    worker, topic = _mirrored(pair, mirror, 100)
    remote = pair.there.remote(topic)
    _again(pair, topic, 300)
    wait_until(lambda: (set(range(10000, 10300)) <= set(_keys(pair.west.kafka, remote)),
                        pair.west.kafka.count(remote)), 60, "all of the new topic arrives", every=0.5)
    worker.wait_log(rf"(?m)^.*ERROR.*'{topic}-0'.*deleted and created again")
    assert pair.there.connector_status(SOURCE).state == "RUNNING"
    worker.stop_cleanly()


def test_a_topic_created_again_while_the_mirror_is_paused(pair, mirror):
    worker, topic = _mirrored(pair, mirror, 100)
    flow, remote = pair.there, pair.there.remote(topic)

    def target(state):
        pair.west.kafka.produce(flow.configs_topic, [
            Record(f"target-state-{SOURCE}".encode(), json.dumps({"state": state, "state.v2": state}).encode())])
        wait_until(lambda: (flow.task_statuses(SOURCE)[0].state == {"STARTED": "RUNNING"}.get(state, state),
                            flow.task_statuses(SOURCE)), 30, state)

    target("PAUSED")
    _again(pair, topic, 300)
    target("STARTED")
    wait_until(lambda: (set(range(10000, 10300)) <= set(_keys(pair.west.kafka, remote)),
                        pair.west.kafka.count(remote)), 60, "all of the new topic arrives", every=0.5)
    worker.wait_log(rf"(?m)^.*ERROR.*'{topic}-0'.*deleted and created again")
    worker.stop_cleanly()


def test_a_deleted_topic_is_told_and_the_others_go_on(pair, mirror):
    worker, topic = _mirrored(pair, mirror, 100, refresh_topics_interval_seconds=600)
    other = None
    pair.east.kafka.delete_topic(topic)
    worker.wait_log(rf"(?m)^.*WARN.*'{topic}-0': the topic was deleted.*up to offset 99, had been read")
    other = pair.create_topic("others")
    pair.east.kafka.produce(other, _numbered(0, 5))
    worker.stop_cleanly()
    worker.start()
    pair.west.kafka.wait_count(pair.there.remote(other), 5)
    worker.stop_cleanly()


def test_a_topic_created_again_with_fewer_partitions(pair, mirror):
    """What is left of it is read from its beginning; what is not there any more is named, and the task goes on."""
    topic = pair.create_topic("orders", partitions=3)
    pair.east.kafka.produce(topic, [Record(b"%d" % i, b"v", partition=i % 3) for i in range(90)])
    worker = mirror(pair.properties(**{"tern.watch.interval.ms": 500, "refresh_topics_interval_seconds": 600}))
    remote = pair.there.remote(topic)
    pair.west.kafka.wait_count(remote, 90)
    _wait_ids(pair, topic, 3)
    pair.east.kafka.delete_topic(topic)
    pair.east.kafka.create_topic(topic)
    pair.east.kafka.produce(topic, _numbered(10000, 10050))
    wait_until(lambda: (set(range(10000, 10050)) <= set(_keys(pair.west.kafka, remote)),
                        pair.west.kafka.count(remote)), 60, "all of the new topic arrives", every=0.5)
    worker.wait_log(rf"(?m)^.*ERROR.*'{topic}-0': the topic was deleted and created again")
    for gone in (1, 2):
        worker.wait_log(rf"(?m)^.*WARN.*'{topic}-{gone}': the topic has fewer partitions than before; all that was "
                        r"seen of it, up to offset 29, had been read")
    assert pair.there.connector_status(SOURCE).state == "RUNNING"
    assert {s.state for s in pair.there.task_statuses(SOURCE).values()} == {"RUNNING"}
    worker.stop_cleanly()
