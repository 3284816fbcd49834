# SPDX-License-Identifier: Apache-2.0
"""What a worker with many idle tasks costs: memory, threads, and CPU.

    idle_tasks.py [--tasks N] [--lines N] [--seconds S] [--java]

One broker, one worker, and as many file source connectors, of one task each, as asked for. Each file has some
lines, which are sent first, so that every task has had a producer. Figures are printed, nothing is asserted.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kit.cluster import Cluster  # noqa: E402
from kit.connect import ConnectCluster, file_source  # noqa: E402
from kit.wait import wait_until  # noqa: E402


def status_of(worker, name):
    """A figure of /proc/<pid>/status."""
    for line in Path(f"/proc/{worker.pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    raise KeyError(name)


def cpu_seconds(worker):
    fields = Path(f"/proc/{worker.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def show(what, worker):
    print(f"{what:<28} {status_of(worker, 'VmRSS') / 1024:>7.1f} MiB {status_of(worker, 'Threads'):>6} threads",
          flush=True)


def create_all(connect, topic, options):
    for n in range(options.tasks):
        path = connect.folder / f"idle-{n}.txt"
        path.write_text("".join(f"line {i}\n" for i in range(options.lines)), encoding="ascii")
        connect.create(f"idle-{n}", file_source(path, topic))


def measure(connect, topic, options):
    worker = connect.workers[0]
    show("without a connector", worker)
    begin, cpu = time.monotonic(), cpu_seconds(worker)
    create_all(connect, topic, options)
    names = [f"idle-{n}" for n in range(options.tasks)]
    wait_until(lambda: all((connect.status(n) or {"tasks": ()})["tasks"] for n in names), 600, "all have a task", every=5)
    wait_until(lambda: connect.cluster.kafka.count(topic) >= options.tasks * options.lines, 600, "all lines", every=1)
    print(f"started {options.tasks} connectors in {time.monotonic() - begin:.0f} s with "
          f"{cpu_seconds(worker) - cpu:.1f} s of CPU")
    show("all lines sent", worker)
    time.sleep(110)  # what was needed for sending goes, and every task has committed its offset
    show("idle", worker)
    cpu = cpu_seconds(worker)
    time.sleep(options.seconds)
    print(f"idle CPU over {options.seconds} s: {(cpu_seconds(worker) - cpu) / options.seconds * 100:.2f} % of a core")
    show("at the end", worker)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--lines", type=int, default=2, help="in each file")
    parser.add_argument("--seconds", type=int, default=60, help="of the measurement")
    parser.add_argument("--java", action="store_true", help="measure Apache's worker")
    options = parser.parse_args()
    with Cluster("idle") as cluster:
        connect = ConnectCluster(cluster, ["java" if options.java else "ours"], offset_flush_interval_ms=60000)
        try:
            connect.start()
            topic = cluster.kafka.create_topic(connect.name("idle"))
            measure(connect, topic, options)
        finally:
            connect.destroy(delete_topics=False)


if __name__ == "__main__":
    main()
