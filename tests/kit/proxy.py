# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy in a process of its own: adds delay, goes silent, or cuts.

    proxy = Proxy(target=9092, folder=tmp).start()
    proxy.delay(0.1)       # every byte arrives 100 ms later, in each direction; bandwidth is not limited
    proxy.half_open()      # nothing passes any more, nobody is told: as when a link dies without a reset
    proxy.cut()            # connections are reset, new ones refused
    proxy.forget()         # the connections that are there are dead for good, nobody is told; new ones work
    proxy.drop_fetches()   # connections are reset once; on later ones a broker's answers to Fetch disappear
    proxy.heal()           # all of that is over, but for what was forgotten; held bytes arrive

The same file is the child's program: commands arrive as lines on a control connection.
"""

import asyncio
import socket
import struct
import sys
import time
from pathlib import Path

if __name__ != "__main__":
    from .ports import free_port
    from .process import Process
    from .wait import wait_until

_CHUNK = 65536
_FETCH = 1  # Kafka's number of the request
_IN_FLIGHT_CHUNKS = 4096  # per direction: 256 MiB, so that delay costs no bandwidth


class Proxy:
    """Listens on 127.0.0.1:port and forwards to 127.0.0.1:target."""

    def __init__(self, target, folder):
        self.port = free_port()
        self._control_port = free_port()
        self._process = Process(f"proxy-{self.port}",
                                [sys.executable, Path(__file__).resolve(), self.port, target, self._control_port],
                                folder)
        self._control = None

    def start(self):
        self._process.start()
        self._control = wait_until(lambda: socket.create_connection(("127.0.0.1", self._control_port), 5), 15,
                                   f"proxy on port {self.port} listens; see {self._process.log_path}")
        return self

    def delay(self, seconds):
        self._tell(f"delay {seconds}")

    def half_open(self):
        self._tell("hold")

    def cut(self):
        self._tell("cut")

    def forget(self):
        self._tell("forget")

    def drop_fetches(self):
        self._tell("drop-fetches")

    def dropped_fetches(self):
        """How many answers to Fetch have disappeared so far."""
        return int(self._tell("dropped"))

    def heal(self):
        self._tell("heal")

    def forwarded_bytes(self):
        """Bytes delivered so far, both directions together."""
        return int(self._tell("bytes"))

    def alive(self):
        return self._process.alive()

    def kill9(self):
        if self._control:
            self._control.close()
            self._control = None
        self._process.kill9()

    def _tell(self, command):
        """Sends one command; returns its answer once it is in force."""
        self._control.sendall(command.encode("ascii") + b"\n")
        return self._control.makefile("r", encoding="ascii").readline().strip()


class _Forwarder:
    """The child: one event loop, no threads."""

    def __init__(self, port, target):
        self.port, self.target = port, target
        self.delay_s = 0.0
        self.forwarded = 0
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.connections = set()
        self.server = None
        self.era = 0  # connections of a former one are forgotten
        self.dropping = False
        self.dropped = 0

    async def listen(self):
        self.server = await asyncio.start_server(self._accepted, "127.0.0.1", self.port)

    async def serve_control(self, reader, writer):
        while line := await reader.readline():
            word, *args = line.decode("ascii").split()
            answer = "ok"
            if word == "delay":
                self.delay_s = float(args[0])
            elif word == "hold":
                self.flowing.clear()
            elif word == "cut":
                await self._cut()
            elif word == "forget":
                self.era += 1
            elif word == "drop-fetches":
                await self._cut()
                self.dropping = True
                await self.listen()
            elif word == "dropped":
                answer = str(self.dropped)
            elif word == "heal":
                await self._heal()
            elif word == "bytes":
                answer = str(self.forwarded)
            else:
                answer = "unknown"
            writer.write(answer.encode("ascii") + b"\n")
            await writer.drain()

    async def _cut(self):
        if self.server:
            self.server.close()
            self.server = None
        for task, writer in list(self.connections):
            _reset(writer)
            task.cancel()

    async def _heal(self):
        self.delay_s = 0.0
        self.dropping = False
        self.flowing.set()
        if self.server is None:
            await self.listen()

    async def _accepted(self, reader, writer):
        task = asyncio.current_task()
        entry = (task, writer)
        self.connections.add(entry)
        far = None
        try:
            await self.flowing.wait()
            far_reader, far = await asyncio.open_connection("127.0.0.1", self.target)
            fetches = _Fetches(self) if self.dropping else None
            there = asyncio.create_task(self._pump(reader, far, fetches and fetches.requests))
            back = asyncio.create_task(self._pump(far_reader, writer, fetches and fetches.answers))
            try:
                await asyncio.gather(there, back)
            finally:
                there.cancel()
                back.cancel()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self.connections.discard(entry)
            for w in (writer, far):
                if w:
                    w.close()

    async def _pump(self, reader, writer, sieve=None):
        """Reads at once, delivers delay_s later: what is under way is queued with its time of delivery."""
        queue = asyncio.Queue(_IN_FLIGHT_CHUNKS)
        era = self.era

        async def fill():
            while True:
                await self.flowing.wait()
                data = await reader.read(_CHUNK)
                await queue.put((time.monotonic() + self.delay_s, data))
                if not data:
                    return

        filler = asyncio.create_task(fill())
        try:
            while True:
                due, data = await queue.get()
                if due > time.monotonic():
                    await asyncio.sleep(due - time.monotonic())
                await self.flowing.wait()
                if era != self.era:
                    continue
                if not data:
                    writer.write_eof()
                    return
                writer.write(sieve(data) if sieve else data)
                await writer.drain()
                self.forwarded += len(data)
        finally:
            filler.cancel()


class _Fetches:
    """One connection, as Kafka's messages: which answers are to Fetch, and without them if the proxy drops them."""

    def __init__(self, proxy):
        self._proxy = proxy
        self._open = set()  # correlation ids of Fetch requests without an answer so far
        self._unread_requests, self._unread_answers = b"", b""

    def requests(self, data):
        """Passes everything."""
        messages, self._unread_requests = _split(self._unread_requests + data)
        for message in messages:
            key, _, correlation = struct.unpack_from(">hhi", message, 4)
            if key == _FETCH:
                self._open.add(correlation)
        return data

    def answers(self, data):
        messages, self._unread_answers = _split(self._unread_answers + data)
        kept = []
        for message in messages:
            (correlation,) = struct.unpack_from(">i", message, 4)
            if correlation in self._open and self._proxy.dropping:
                self._proxy.dropped += 1
            else:
                kept.append(message)
            self._open.discard(correlation)
        return b"".join(kept)


def _split(data):
    """The whole messages, each with its size before it, and what is left."""
    messages, at = [], 0
    while len(data) - at >= 4:
        end = at + 4 + struct.unpack_from(">i", data, at)[0]
        if end > len(data):
            break
        messages.append(data[at:end])
        at = end
    return messages, data[at:]


def _reset(writer):
    """Closes with RST instead of FIN."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _main(port, target, control_port):
    forwarder = _Forwarder(port, target)
    await forwarder.listen()
    control = await asyncio.start_server(forwarder.serve_control, "127.0.0.1", control_port)
    async with control:
        await control.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(*map(int, sys.argv[1:4])))
