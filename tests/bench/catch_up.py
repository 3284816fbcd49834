# SPDX-License-Identifier: Apache-2.0
"""How fast a mirror catches up, and what that costs: rate, CPU seconds per GB, memory, idle CPU.

    catch_up.py [--records N] [--size BYTES] [--compression none|lz4|zstd] [--java] [--exactly-once]

Two single-node clusters run already and share the machine with the mirror. The source holds the records
before the mirror starts; half of each is noise, so that compression has something to do. Figures are
printed, nothing is asserted.
"""

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

from confluent_kafka import Producer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kit import env  # noqa: E402
from kit.cluster import Cluster, start_all  # noqa: E402
from kit.setup import Pair  # noqa: E402
from kit.wait import stays_true, wait_until  # noqa: E402
from kit.worker import JavaMirrorMaker, MirrorMaker  # noqa: E402

_IDLE_S = 10


def fill(cluster, topic, partitions, options):
    """Writes the records to the topic, evenly over its partitions."""
    producer = Producer({"bootstrap.servers": cluster.bootstrap, "compression.type": options.compression,
                         "linger.ms": 20, "batch.size": 1 << 18, "queue.buffering.max.messages": 1_000_000})
    half = options.size // 2
    values = [os.urandom(half) + b"a" * (options.size - half) for _ in range(64)]
    for i in range(options.records):
        while True:
            try:
                producer.produce(topic, values[i % len(values)], key=b"%d" % i, partition=i % partitions)
                break
            except BufferError:
                producer.poll(0.1)
    producer.flush()


def measure(pair, topic, worker, options):
    remote, gigabytes = pair.there.remote(topic), options.records * options.size / 1e9
    begin = time.monotonic()
    worker.start()
    wait_until(lambda: pair.west.kafka.count(remote) > 0, 120, "the first record arrives", every=0.01)
    first = time.monotonic() - begin
    pair.west.kafka.wait_count(remote, options.records, deadline=600)
    seconds = time.monotonic() - begin
    cpu, (_, peak) = worker.cpu_seconds(), worker.rss_kib()
    print(f"first record       {first:8.2f} s after the start")
    print(f"caught up          {seconds:8.2f} s after the start: {options.records / seconds:.0f} records/s, "
          f"{gigabytes * 1000 / seconds:.0f} MB/s")
    print(f"CPU                {cpu:8.2f} s: {cpu / gigabytes:.2f} s/GB")
    print(f"peak memory        {peak / 1024:8.1f} MiB")
    stays_true(worker.alive, _IDLE_S, "the mirror goes on")
    print(f"idle               {(worker.cpu_seconds() - cpu) / _IDLE_S * 100:8.1f} % of a core, "
          f"{worker.rss_kib()[0] / 1024:.1f} MiB")
    worker.stop_cleanly()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--compression", choices=("none", "lz4", "zstd"), default="none")
    parser.add_argument("--java", action="store_true", help="measure Apache's MirrorMaker 2")
    parser.add_argument("--exactly-once", action="store_true", help="the mirror writes in transactions")
    options = parser.parse_args()
    east, west = Cluster("east"), Cluster("west")
    folder = env.new_folder("catch-up")
    try:
        start_all(east, west)
        pair = Pair(east, west)
        topic = pair.create_topic("orders", partitions=options.partitions)
        fill(east, topic, options.partitions, options)
        kind = JavaMirrorMaker if options.java else MirrorMaker
        settings = {f"{pair.west_alias}.producer.compression.type": options.compression}
        if options.exactly_once:
            settings[f"{pair.west_alias}.exactly.once.source.support"] = "enabled"
        measure(pair, topic, kind(pair.properties(raw=settings), folder=folder), options)
    finally:
        east.destroy()
        west.destroy()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
