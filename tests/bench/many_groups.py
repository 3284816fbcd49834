# SPDX-License-Identifier: Apache-2.0
"""What thousands of consumer groups cost a mirror: time to their checkpoints, memory, CPU of a round.

    many_groups.py [--groups N] [--partitions N] [--java]

The groups have committed offsets in every partition of one topic. Checkpoints are made every second, so that
rounds cost as much as they can. Figures are printed, nothing is asserted.
"""

import argparse
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kit import env  # noqa: E402
from kit.cluster import Cluster, start_all  # noqa: E402
from kit.kafka import Record  # noqa: E402
from kit.setup import Pair  # noqa: E402
from kit.wait import stays_true, wait_until  # noqa: E402
from kit.worker import JavaMirrorMaker, MirrorMaker  # noqa: E402

_ROUNDS_S = 20


def commit_groups(cluster, topic, partitions, names, offset):
    """A consumer for each group that never joins: it only commits."""

    def commit(name):
        consumer = Consumer({"bootstrap.servers": cluster.bootstrap, "group.id": name, "enable.auto.commit": False})
        consumer.commit(offsets=[TopicPartition(topic, p, offset) for p in range(partitions)], asynchronous=False)
        consumer.close()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(commit, names))


def measure(pair, names, partitions, worker):
    begin = time.monotonic()
    worker.start()

    def all_there():
        count = len({(c.group, c.partition) for c in pair.there.checkpoints()})
        return count == len(names) * partitions, count

    wait_until(all_there, 300, "checkpoints of all groups", every=0.5)
    print(f"all checkpoints    {time.monotonic() - begin:8.1f} s after the start")
    stays_true(worker.alive, 5, "the mirror goes on")
    cpu = worker.cpu_seconds()
    stays_true(worker.alive, _ROUNDS_S, "the mirror goes on")
    print(f"rounds             {(worker.cpu_seconds() - cpu) / _ROUNDS_S * 100:8.1f} % of a core, one a second")
    current, peak = worker.rss_kib()
    print(f"memory             {current / 1024:8.1f} MiB, peak {peak / 1024:.1f} MiB")
    worker.stop_cleanly()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--groups", type=int, default=4000)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--java", action="store_true", help="measure Apache's MirrorMaker 2")
    options = parser.parse_args()
    east, west = Cluster("east"), Cluster("west")
    folder = env.new_folder("many-groups")
    try:
        start_all(east, west)
        pair = Pair(east, west)
        topic = pair.create_topic("orders", partitions=options.partitions)
        east.kafka.produce(topic, [Record(b"k", b"v", partition=i % options.partitions) for i in range(1000)])
        names = [pair.name(f"group-{i}") for i in range(options.groups)]
        commit_groups(east, topic, options.partitions, names, 1000 // options.partitions)
        kind = JavaMirrorMaker if options.java else MirrorMaker
        settings = {"refresh.groups.interval.seconds": 600, "sync.group.offsets.enabled": False}
        measure(pair, names, options.partitions, kind(pair.properties(raw=settings), folder=folder))
    finally:
        east.destroy()
        west.destroy()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
