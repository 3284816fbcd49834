# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy in a process of its own: adds delay, goes silent, or cuts.

    proxy = Proxy(target=9092, folder=tmp).start()
    proxy.delay(0.1)       # every byte arrives 100 ms later, in each direction; bandwidth is not limited
    proxy.half_open()      # nothing passes any more, nobody is told: as when a link dies without a reset
    proxy.cut()            # connections are reset, new ones refused
    proxy.heal()           # all of that is over; held bytes arrive

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
            there = asyncio.create_task(self._pump(reader, far))
            back = asyncio.create_task(self._pump(far_reader, writer))
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

    async def _pump(self, reader, writer):
        """Reads at once, delivers delay_s later: what is under way is queued with its time of delivery."""
        queue = asyncio.Queue(_IN_FLIGHT_CHUNKS)

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
                if not data:
                    writer.write_eof()
                    return
                writer.write(data)
                await writer.drain()
                self.forwarded += len(data)
        finally:
            filler.cancel()


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
