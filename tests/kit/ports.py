# SPDX-License-Identifier: Apache-2.0
"""Free loopback ports, below the range from which the system picks client ports.

A port is held by a lock on a file until the process ends, so neither this process nor another one that
uses the kit gets it twice, also while the server behind it is down.
"""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

_FIRST, _LAST = 12000, 18999
_held = {}


def free_port():
    """A port on 127.0.0.1 that is free now and stays reserved for this process."""
    for port in random.sample(range(_FIRST, _LAST + 1), _LAST - _FIRST + 1):
        if reserve(port):
            return port
    raise RuntimeError(f"no free port between {_FIRST} and {_LAST}")


def reserve(port):
    """True if this very port is free, and from now on reserved for this process."""
    if port in _held:
        return False
    folder = Path(tempfile.gettempdir()) / f"tern-test-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = open(folder / str(port), "w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return False
    if not _can_bind(port):
        lock.close()
        return False
    _held[port] = lock
    return True


def release(port):
    """Gives a port back; one that is not held is a no-op."""
    lock = _held.pop(port, None)
    if lock:
        lock.close()


def _can_bind(port):
    for address in ("127.0.0.1", "0.0.0.0"):
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind((address, port))
            except OSError:
                return False
    return True
