# SPDX-License-Identifier: Apache-2.0
"""Tern beside Java's MirrorMaker 2: the same topics, the same properties, in turns.

    run.py [--case TEXT ...] [--rounds N] [--short] [--only ours|java] [--out FOLDER]

Two single-node clusters run on this machine and share its cores with the mirror that is measured. In every
round each case runs once with Java's, with the heap that its script gives it, and once with ours. Prints one
table and writes bench.json and bench.svg. --short checks that everything works; its figures mean nothing.
"""

import argparse
import itertools
import os
import platform
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import report  # noqa: E402
from cases import CASES, Bench  # noqa: E402
from kit import env  # noqa: E402
from kit.cluster import Cluster, start_all  # noqa: E402
from kit.connect import ConnectCluster  # noqa: E402
from kit.worker import JavaMirrorMaker, MirrorMaker  # noqa: E402


def _as_the_script_starts_it(command):
    """The heap and the collector that Apache's script gives a Java program; tests want a quick start instead."""
    at = command.index("-cp")
    logging = [word for word in command[:at] if word.startswith("-Dlog4j")]
    return [command[0], "-Xms256M", "-Xmx2G", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent", "-Djava.awt.headless=true",
            *logging, *command[at:]]


class _DefaultJava(JavaMirrorMaker):
    def _command(self):
        return _as_the_script_starts_it(super()._command())


def _connect(kind, cluster):
    connect = ConnectCluster(cluster, [kind])
    if kind == "java":
        worker = connect.workers[0]
        worker.command = _as_the_script_starts_it(worker.command)
    return connect


_KINDS = {"java": _DefaultJava, "ours": MirrorMaker}


def _options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", action="append", default=[], help="only cases whose name contains this")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--only", choices=sorted(_KINDS), help="measure one kind alone")
    parser.add_argument("--out", type=Path, default=env.ROOT / "build" / "bench")
    options = parser.parse_args()
    options.cases = [c for c in CASES if not options.case or any(text in c.name for text in options.case)]
    if not options.cases:
        parser.error("no such case; there are: " + ", ".join(c.name for c in CASES))
    return options


def _measure(options, clusters, folder):
    rounds, numbers = {}, itertools.count(1)
    for turn in range(options.rounds):
        for case in options.cases:
            for kind in [options.only] if options.only else ("java", "ours"):
                begin = time.monotonic()

                def make(properties, kind=kind, number=next(numbers)):
                    return _KINDS[kind](properties, folder=folder / f"{kind}-{number}")

                def connect(cluster, kind=kind):
                    return _connect(kind, cluster)

                bench = Bench(clusters.east, clusters.west, clusters.slow_west, make, connect, options.short)
                rounds.setdefault(case.name, {}).setdefault(kind, []).append(case.run(bench))
                print(f"round {turn + 1}, {case.name}, {kind}: {time.monotonic() - begin:.0f} s", file=sys.stderr,
                      flush=True)
    return rounds


class _Clusters:
    def __init__(self):
        self.east, self.west = Cluster("east"), Cluster("west")
        self._slow_west = None

    def slow_west(self):
        if self._slow_west is None:
            self._slow_west = Cluster("slow-west", proxies=True).start()
        return self._slow_west

    def destroy(self):
        for cluster in (self.east, self.west, self._slow_west):
            if cluster:
                cluster.destroy()


def main():
    options = _options()
    clusters, folder = _Clusters(), env.new_folder("bench")
    try:
        start_all(clusters.east, clusters.west)
        rounds = _measure(options, clusters, folder)
    finally:
        clusters.destroy()
        shutil.rmtree(folder, ignore_errors=True)
    results = report.summary(rounds)
    options.out.mkdir(parents=True, exist_ok=True)
    about = {"kafka": env.DEFAULT_VERSION, "cores": os.cpu_count(), "machine": platform.machine(),
             "rounds": options.rounds, "short": options.short,
             "bars": {case.name: case.bar for case in options.cases if case.bar}}
    report.write_json(options.out / "bench.json", results, about)
    report.write_svg(options.out / "bench.svg", results)
    print(report.table(results))
    print(f"\n{options.out / 'bench.json'}, {options.out / 'bench.svg'}", file=sys.stderr)


if __name__ == "__main__":
    main()
