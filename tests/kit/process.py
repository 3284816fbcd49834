# SPDX-License-Identifier: Apache-2.0
"""One child process: started in a group of its own, logged to a file, killed with its parent.

The kernel kills the child when the thread that started it ends (PR_SET_PDEATHSIG, set by setpriv of
util-linux), so start() belongs to the main thread.
"""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

from .wait import Fatal, wait_until

_TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """A command that can be started more than once; each start appends to the same log file."""

    all_started = []  # every Process that was ever started, oldest first

    def __init__(self, name, command, folder, env=None):
        """command is a list; folder, which must exist, is the working directory and holds the log."""
        self.name = name
        self.command = [str(word) for word in command]
        self.folder = Path(folder)
        self.log_path = self.folder / f"{name}.log"
        self.started_at_ms = None  # wall clock of the last start
        self._env = {**os.environ, **{k: str(v) for k, v in (env or {}).items()}}
        self._child = None
        self._log_start = 0

    # Life

    def start(self):
        assert not self.alive(), f"{self.name} runs already"
        self._log_start = self.log_path.stat().st_size if self.log_path.exists() else 0
        self.started_at_ms = int(time.time() * 1000)
        with open(self.log_path, "ab") as log:
            self._child = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "--", *self.command],
                                           cwd=self.folder, env=self._env, stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=subprocess.STDOUT, process_group=0)
        Process.all_started.append(self)
        return self

    def stop(self, deadline=30, number=signal.SIGTERM):
        """Asks with a signal, then waits. Returns the exit status; raises if the process does not end in time."""
        self.terminate(number)
        return self.wait_exit(deadline)

    def terminate(self, number=signal.SIGTERM):
        """Sends the signal without waiting; wakes a process that is paused."""
        self._signal(number)
        self._signal(signal.SIGCONT)

    def kill9(self):
        """SIGKILL, also to a process that is paused or has ended; waits until it is gone."""
        if self._child is not None:
            self._signal(signal.SIGKILL)
            self._child.wait()

    def pause(self):
        self._signal(signal.SIGSTOP)
        wait_until(lambda: self._stat()[0] == "T", 5, f"{self.name} is stopped by SIGSTOP")

    def resume(self):
        self._signal(signal.SIGCONT)

    def wait_exit(self, deadline=30):
        """The exit status, as a negative signal number for a death by signal."""
        wait_until(lambda: not self.alive(), deadline, f"{self.name} (pid {self.pid}) ends; see {self.log_path}")
        return self.returncode

    # State

    @property
    def pid(self):
        return self._child.pid if self._child else None

    @property
    def returncode(self):
        """None while the process runs."""
        return self._child.poll() if self._child else None

    def alive(self):
        return self._child is not None and self._child.poll() is None

    def paused(self):
        return self._stat()[0] == "T"

    def rss_kib(self):
        """(VmRSS, VmHWM): resident memory now and its peak, in KiB."""
        text = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii", errors="replace")
        return tuple(int(re.search(rf"^{key}:\s+(\d+) kB", text, re.M).group(1)) for key in ("VmRSS", "VmHWM"))

    def cpu_seconds(self):
        """User and system time used so far, all threads."""
        fields = self._stat()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    # Log

    def log(self, this_start=False):
        """The whole log, or only what was written since the last start."""
        if not self.log_path.exists():
            return ""
        with open(self.log_path, "rb") as f:
            f.seek(self._log_start if this_start else 0)
            return f.read().decode("utf-8", errors="replace")

    def wait_log(self, pattern, deadline=30, this_start=True):
        """Waits until a line matches the regular expression; returns the match. Ends early if the process does."""
        regex = re.compile(pattern, re.M)

        def found():
            ended = not self.alive()
            match = regex.search(self.log(this_start))
            if not match and ended:
                raise Fatal(f"{self.name} ended with status {self.returncode} before it logged /{pattern}/:\n"
                            f"{self.tail()}")
            return match, self.tail(5)

        wait_until(found, deadline, f"{self.name} logs /{pattern}/; see {self.log_path}")
        return regex.search(self.log(this_start))

    def tail(self, lines=30):
        return "\n".join(self.log().splitlines()[-lines:])

    def _signal(self, number):
        if self.alive():
            os.kill(self._child.pid, number)

    def _stat(self):
        """Fields of /proc/<pid>/stat after the command name; the first is the state."""
        return Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
