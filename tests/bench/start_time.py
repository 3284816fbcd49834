# SPDX-License-Identifier: Apache-2.0
"""How soon a mirror mirrors: time from the process's start to the first record at the target, and memory.

    start_time.py [--runs N] [--java]

Two single-node clusters run already; the first run has to create all internal topics, the later ones find
them. Every run starts with records waiting at the source. Figures are printed, nothing is asserted.
"""

import argparse
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kit import env  # noqa: E402
from kit.cluster import Cluster, start_all  # noqa: E402
from kit.setup import Pair  # noqa: E402
from kit.wait import wait_until  # noqa: E402
from kit.worker import JavaMirrorMaker, MirrorMaker  # noqa: E402


def measure(pair, topic, worker):
    """(seconds to the first new record at the target, (VmRSS, VmHWM) in KiB once all records are there)"""
    remote = pair.there.remote(topic)
    before = pair.west.kafka.count(remote)
    pair.east.kafka.produce(topic, [(b"%d" % i, b"x" * 100) for i in range(1000)])
    begin = time.monotonic()
    worker.start()
    wait_until(lambda: pair.west.kafka.count(remote) > before, 60, "the first record arrives", every=0.005)
    seconds = time.monotonic() - begin
    pair.west.kafka.wait_count(remote, before + 1000)
    worker.wait_started(pair.there)
    memory = worker.rss_kib()
    worker.stop_cleanly()
    return seconds, memory


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--java", action="store_true", help="measure Apache's MirrorMaker 2")
    options = parser.parse_args()
    east, west = Cluster("east"), Cluster("west")
    folder = env.new_folder("start-time")
    try:
        start_all(east, west)
        pair = Pair(east, west)
        topic = pair.create_topic("orders", partitions=3)
        kind = JavaMirrorMaker if options.java else MirrorMaker
        worker = kind(pair.properties(), folder=folder)
        print(f"{'run':<10} {'first record':>13} {'VmRSS':>10} {'VmHWM':>10}")
        for run in range(options.runs):
            seconds, (now, peak) = measure(pair, topic, worker)
            name = "new" if run == 0 else f"restart {run}"
            print(f"{name:<10} {seconds:>11.2f} s {now / 1024:>6.1f} MiB {peak / 1024:>6.1f} MiB", flush=True)
    finally:
        east.destroy()
        west.destroy()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
