# SPDX-License-Identifier: Apache-2.0
"""The REST API under load, beside Java's worker in the same run: requests/s, p50, p99, CPU and memory.

    rest_load.py [--connectors N] [--clients N] [--seconds S] [--rounds N]

One worker of each kind runs, in a group of its own on one Kafka, with the same running file source
connectors. Rounds alternate between them; only one is asked at a time. Clients keep their connections and
send the next request when an answer is there. Figures are printed, nothing is asserted.
"""

import argparse
import multiprocessing
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kit.cluster import Cluster, start_all  # noqa: E402
from kit.connect import ConnectCluster, file_source  # noqa: E402
from kit.wait import wait_until  # noqa: E402

_WARM_UP_S = 5


class Client:
    """One connection that asks for the same path again and again."""

    def __init__(self, port, path):
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n".encode()
        self._rest = b""

    def ask(self):
        """The length of the body of one answer, which must be a 200."""
        self._socket.sendall(self._request)
        head, _, data = self._until(self._rest, b"\r\n\r\n").partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        assert b" 200 " in lines[0], head
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), None)
        if length is None:
            return self._chunked(data)
        parts, got = [data], len(data)
        while got < length:
            parts.append(self._more())
            got += len(parts[-1])
        self._rest = b"".join(parts)[length:] if got > length else b""
        return length

    def _chunked(self, data):
        """Java's answers beyond 8 KiB; the last chunk is empty and ends the answer."""
        while not data.endswith(b"0\r\n\r\n"):
            data += self._more()
        self._rest = b""
        return len(data)

    def _until(self, data, mark):
        while mark not in data:
            data += self._more()
        return data

    def _more(self):
        data = self._socket.recv(1 << 18)
        assert data, "the connection was closed"
        return data


def _client(port, path, seconds, results):
    client, times = Client(port, path), []
    end = time.perf_counter() + seconds
    now = time.perf_counter()
    while now < end:
        client.ask()
        before, now = now, time.perf_counter()
        times.append(now - before)
    results.put(times)


def load(port, path, clients, seconds):
    """The times of all requests that clients, each a process, made in so many seconds."""
    results = multiprocessing.Queue()
    processes = [multiprocessing.Process(target=_client, args=(port, path, seconds, results)) for _ in range(clients)]
    for process in processes:
        process.start()
    times = sorted(t for _ in processes for t in results.get())
    for process in processes:
        process.join()
    return times


def measure(worker, path, options, seconds):
    cpu = worker.cpu_seconds()
    times = load(worker.port, path, options.clients, seconds)
    cpu = worker.cpu_seconds() - cpu
    return {
        "requests/s": len(times) / seconds,
        "p50 ms": times[len(times) // 2] * 1000,
        "p99 ms": times[len(times) * 99 // 100] * 1000,
        "CPU us/request": cpu / len(times) * 1e6,
        "memory MiB": worker.rss_kib()[0] / 1024,
    }


def fill(connect, count):
    """So many connectors with one task each, all running."""
    topic = connect.cluster.kafka.create_topic(connect.name("lines"))
    names = [f"connector-{n:03}" for n in range(count)]
    for name in names:
        path = connect.folder / f"{name}.txt"
        path.touch()
        connect.create(name, file_source(path, topic))

    def running():
        seen = connect.ask("GET", "connectors", expand="status")
        left = [n for n in names if n not in seen or [t["state"] for t in seen[n]["status"]["tasks"]] != ["RUNNING"]]
        return not left, left[:3]

    wait_until(running, 300, f"{count} connectors run", every=0.5)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--connectors", type=int, default=100)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    cluster = Cluster("load")
    groups = []
    try:
        start_all(cluster)
        for kind in ("ours", "java"):
            groups.append(ConnectCluster(cluster, [kind]))
            groups[-1].start()
            fill(groups[-1], options.connectors)
        for path in ("/connectors?expand=status&expand=info", "/connectors/connector-042/status"):
            figures = {group.workers[0].kind: [] for group in groups}
            for turn in range(options.rounds + 1):
                for group in groups:
                    worker = group.workers[0]
                    found = measure(worker, path, options, options.seconds if turn else _WARM_UP_S)
                    if turn:  # the first round warms up
                        figures[worker.kind].append(found)
            print(f"\nGET {path}, {options.connectors} connectors, {options.clients} clients, "
                  f"median of {options.rounds} rounds of {options.seconds:g} s")
            print(f"{'':<16}" + "".join(f"{kind:>12}" for kind in figures))
            for name in next(iter(figures.values()))[0]:
                medians = [sorted(f[name] for f in found)[options.rounds // 2] for found in figures.values()]
                print(f"{name:<16}" + "".join(f"{m:>12.2f}" for m in medians), flush=True)
    finally:
        for group in groups:
            group.destroy(delete_topics=False)
        cluster.destroy()


if __name__ == "__main__":
    main()
