# SPDX-License-Identifier: Apache-2.0
"""Programs with a properties file as processes: connect-mirror-maker, ours and Java's behind the same interface."""

import re
import shutil
import signal
import subprocess
from pathlib import Path

from . import env
from .process import Process

_SANITIZER_REPORT = re.compile(
    r"^.*(ERROR: AddressSanitizer|WARNING: ThreadSanitizer|ERROR: LeakSanitizer|runtime error:).*$", re.M)


class Worker(Process):
    """A program of ours in a folder of its own, with one properties file.

    props is a dict, which is written to a file of the folder, or the path of a file that is used as it is.
    """

    program = None  # what to run in env.bin_dir()
    file_name = "worker.properties"

    def __init__(self, props, name, folder=None, env_vars=None, args=()):
        folder = Path(folder) if folder else env.new_folder(name)
        folder.mkdir(parents=True, exist_ok=True)
        if isinstance(props, dict):
            self.properties_path = folder / self.file_name
            write_properties(self.properties_path, props)
        else:
            self.properties_path = Path(props)
        super().__init__(name, self._command() + [self.properties_path, *args], folder, env_vars)

    def _command(self):
        program = env.bin_dir() / self.program
        if not program.exists():
            raise FileNotFoundError(f"{program}: run make, or set TERN_BIN")
        return [program]

    def stop_cleanly(self, deadline=30, number=signal.SIGTERM):
        """SIGTERM or SIGINT; asserts that the process ends as a clean stop does."""
        status = self.stop(deadline, number)
        assert status == self.clean_status(number), f"{self.name}: exit status {status} after {number}\n{self.tail()}"

    def clean_status(self, number):
        """The exit status after a clean stop by that signal."""
        del number
        return 0

    def sanitizer_reports(self):
        """The first lines of what a sanitizer had to say."""
        return [m.group(0) for m in _SANITIZER_REPORT.finditer(self.log())]


class JavaStop:
    """How a JVM ends; goes before the class that it changes."""

    def clean_status(self, number):
        return 128 + number  # a JVM tells which signal ended it

    def stop_cleanly(self, deadline=90, number=signal.SIGTERM):
        super().stop_cleanly(deadline, number)


class MirrorMaker(Worker):
    """Our connect-mirror-maker."""

    program = "connect-mirror-maker"
    file_name = "mm2.properties"

    def __init__(self, props, name="mirror", **kwargs):
        super().__init__(props, name, **kwargs)

    def wait_started(self, *flows, deadline=60):
        """Waits until every connector of the flows runs with its tasks, by what their status topics say since
        this start of the process. For flows that are enabled and have a topic to mirror.
        """
        for flow in flows:
            flow.wait_running("MirrorSourceConnector", tasks=1, worker=self, deadline=deadline)
            flow.wait_running("MirrorHeartbeatConnector", tasks=1, worker=self, deadline=deadline)
            flow.wait_running("MirrorCheckpointConnector", tasks=0, worker=self, deadline=deadline)
        return self


class JavaMirrorMaker(JavaStop, MirrorMaker):
    """Apache Kafka's MirrorMaker 2 of the given version."""

    def __init__(self, props, name="java-mirror", version=env.DEFAULT_VERSION, **kwargs):
        self._version = version
        super().__init__(props, name, **kwargs)

    def _command(self):
        return env.java_command("org.apache.kafka.connect.mirror.MirrorMaker", self._version, heap="400m")


def mirror_client(*args, status=0):
    """Runs our connect-mirror-client to its end; returns what subprocess.run() does."""
    done = subprocess.run([env.bin_dir() / "connect-mirror-client", *args], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert done.returncode == status, f"connect-mirror-client {args}: status {done.returncode}\n{done.stderr}"
    return done


def run_java_tool(main_class, *args, version=env.DEFAULT_VERSION, deadline=60):
    """Runs one of Kafka's own command line tools to its end; returns what it printed."""
    folder = env.new_folder("tool")
    name = main_class.rpartition(".")[2]
    tool = Process(name, env.java_command(main_class, version) + list(args), folder).start()
    try:
        status = tool.wait_exit(deadline)
        assert status == 0, f"{name} ended with status {status}:\n{tool.tail()}"
        return tool.log()
    finally:
        tool.kill9()
        shutil.rmtree(folder, ignore_errors=True)


def write_properties(path, props):
    """Writes a Java .properties file that reads back as exactly these strings."""
    Path(path).write_text("".join(f"{_escape(k, key=True)} = {_escape(v)}\n" for k, v in props.items()),
                          encoding="ascii")


def _escape(text, key=False):
    text = str(text).lower() if isinstance(text, bool) else str(text)
    text = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    if key:
        text = re.sub(r"([ =:])", r"\\\1", text)
    if text[:1] in (" ", "#", "!"):
        text = "\\" + text
    units = text.encode("utf-16-be")  # \\u names UTF-16 units, so a rare character takes two
    codes = [int.from_bytes(units[i:i + 2], "big") for i in range(0, len(units), 2)]
    return "".join(chr(c) if 32 <= c < 127 else f"\\u{c:04x}" for c in codes)
