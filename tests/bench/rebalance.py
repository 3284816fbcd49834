# SPDX-License-Identifier: Apache-2.0
"""What a rebalance costs, and how soon a worker is a member: many connectors and tasks on workers of one group.

    rebalance.py [--connectors N] [--tasks N] [--idle SECONDS]

The config topic is filled before the first worker starts: N file source connectors, and N tasks in all, as a
connector with several tasks would have stored them; they are paused when there are more tasks than connectors,
since a file source that runs would at once have but one. Then one worker starts, and a second one joins. Printed are
the time from the process's start to its membership, and, of each worker, the CPU of its herder's and its group's
thread while the group settles, how many connectors and tasks it stopped (half of all move to the second), and at
the end memory and CPU while idle. Nothing is asserted.
"""

import argparse
import json
import os
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kit.cluster import Cluster  # noqa: E402
from kit.connect import ConnectCluster  # noqa: E402
from kit.wait import wait_until  # noqa: E402

_FILE_SOURCE = "org.apache.kafka.connect.file.FileStreamSource"
_TICKS = os.sysconf("SC_CLK_TCK")


def fill(connect, connectors, tasks):
    """Writes the records of connectors whose tasks are committed."""
    records = []
    for c in range(connectors):
        name = f"c{c}"
        props = {"name": name, "connector.class": _FILE_SOURCE + "Connector", "topic": "lines",
                 "file": f"{connect.folder}/{name}.txt", "tasks.max": "1000"}
        count = tasks // connectors + (c < tasks % connectors)
        records.append((f"connector-{name}", {"properties": props}))
        records += [(f"task-{name}-{t}", {"properties": {**props, "task.class": _FILE_SOURCE + "Task"}})
                    for t in range(count)]
        records.append((f"commit-{name}", {"tasks": count}))
        if tasks > connectors:
            records.append((f"target-state-{name}", {"state": "PAUSED", "state.v2": "PAUSED"}))
    connect.cluster.kafka.create_topic(connect.configs_topic, config={"cleanup.policy": "compact"})
    connect.cluster.kafka.produce(connect.configs_topic, [(k.encode(), json.dumps(v).encode()) for k, v in records])


def thread_cpu(pid):
    """{thread name: CPU seconds} of the threads that the herder's work is done on."""
    cpu = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            name = (task / "comm").read_text().strip()
            fields = (task / "stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        if name in ("DistributedHerd", "group"):
            cpu[name] = cpu.get(name, 0) + (int(fields[11]) + int(fields[12])) / _TICKS
    return cpu


def settle(workers, seconds=3):
    """Waits until every worker has joined, and none has for some seconds."""
    seen, since = None, time.monotonic()

    def quiet():
        nonlocal seen, since
        now = [len(w.generations()) for w in workers]
        if now != seen:
            seen, since = now, time.monotonic()
        return all(now) and time.monotonic() - since > seconds, now

    wait_until(quiet, 240, "the group settles", every=0.2)


def stops(worker):
    return len(re.findall(r"Stopping (?:connector|task) ", worker.log()))


def start(worker):
    """Seconds from the process's start to its first join."""
    begin = time.monotonic()
    worker.start()
    wait_until(lambda: (bool(worker.generations()), None), 120, f"{worker.name} joins", every=0.01)
    return time.monotonic() - begin


def report(what, worker, before, joined=None):
    cpu = {name: seconds - before.get(name, 0) for name, seconds in thread_cpu(worker.pid).items()}
    text = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in sorted(cpu.items()))
    member = f"member after {joined:.2f} s, " if joined else ""
    print(f"{what:<14} {worker.name}: {member}CPU {text}; {stops(worker)} connectors and tasks stopped", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--connectors", type=int, default=100)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--idle", type=int, default=20)
    options = parser.parse_args()
    cluster = Cluster("bench")
    connect = None
    try:
        cluster.spawn()
        cluster.wait_ready()
        connect = ConnectCluster(cluster, ["ours", "ours"])
        fill(connect, options.connectors, options.tasks)
        first, second = connect.workers
        joined = start(first)
        settle([first])
        report("first worker", first, {}, joined)
        before = thread_cpu(first.pid)
        joined = start(second)
        settle([first, second])
        report("second joins", first, before)
        report("second joins", second, {}, joined)
        before = {w: w.cpu_seconds() for w in connect.workers}
        time.sleep(options.idle)
        for worker in connect.workers:
            share = (worker.cpu_seconds() - before[worker]) / options.idle * 100
            print(f"{'idle':<14} {worker.name}: {worker.rss_kib()[0] / 1024:.0f} MiB, {share:.1f} % of a core")
    finally:
        if connect:
            connect.destroy(delete_topics=False)
        cluster.destroy()


if __name__ == "__main__":
    main()
