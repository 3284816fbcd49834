# SPDX-License-Identifier: Apache-2.0
"""Where things are. Every path that the kit does not make itself comes from here.

TERN_BIN          folder of our executables          (default build/bin)
TERN_PLUGINS      folder of our plugins              (default build/lib)
TERN_KAFKA_431    a Kafka 4.3.1: folder with libs/   (default: tests/kafka/resolve 4.3.1)
TERN_KAFKA_391    a Kafka 3.9.1, likewise
TERN_KAFKA_VERSION  what clusters run by default  (default 4.3.1)
TERN_TEST_LOGS    where logs of failed tests go      (default build/test-logs)
TERN_TEST_TMP     where clusters keep their data     (default: the system's temporary folder)
TERN_TEST_PEER    "java" runs the mirror tests with Java's MirrorMaker 2 instead of ours
"""

import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_VERSION = os.environ.get("TERN_KAFKA_VERSION") or "4.3.1"
ARCHIVE_INTO = None  # a folder: programs write class data archives there when they end; see tests/kafka/archive


def bin_dir():
    return Path(os.environ.get("TERN_BIN") or ROOT / "build" / "bin").resolve()


def plugin_dir():
    return Path(os.environ.get("TERN_PLUGINS") or ROOT / "build" / "lib").resolve()


def log_dir():
    return Path(os.environ.get("TERN_TEST_LOGS") or ROOT / "build" / "test-logs").resolve()


def java_in_place_of_ours():
    return os.environ.get("TERN_TEST_PEER") == "java"


@functools.lru_cache(maxsize=None)
def sanitizer():
    """'address', 'thread' or None: what our executables were built with, read from the file itself."""
    try:
        code = (bin_dir() / "connect-mirror-maker").read_bytes()
    except OSError:
        return None
    if b"__tsan_init" in code:
        return "thread"
    return "address" if b"__asan_init" in code else None


@functools.lru_cache(maxsize=None)
def kafka_libs(version=DEFAULT_VERSION):
    """The folder of jars of one Kafka version. Resolves them on first use, which may download."""
    home = os.environ.get("TERN_KAFKA_" + version.replace(".", ""))
    if not home:
        done = subprocess.run([ROOT / "tests" / "kafka" / "resolve", version], check=False,
                              stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"tests/kafka/resolve {version} ended with status {done.returncode}")
        home = done.stdout.strip().splitlines()[-1]
    libs = Path(home) / "libs"
    if not any(libs.glob("kafka-clients-*.jar")):
        raise RuntimeError(f"no kafka-clients jar in {libs}")
    return libs


@functools.lru_cache(maxsize=None)
def java():
    home = os.environ.get("JAVA_HOME")
    found = Path(home) / "bin" / "java" if home else shutil.which("java")
    if not found or not Path(found).exists():
        raise RuntimeError("no java: install a JDK 17 or set JAVA_HOME")
    return str(found)


def java_command(main_class, version=DEFAULT_VERSION, heap="256m"):
    """The command line up to and with the main class, tuned for short lives on a small machine."""
    here = Path(__file__).parent
    return [java(), f"-Xmx{heap}", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData", "-Xshare:auto", *_archive_options(main_class, version),
            f"-Dlog4j2.configurationFile={here / 'log4j2.properties'}",
            f"-Dlog4j.configuration=file:{here / 'log4j.properties'}",
            "-cp", f"{kafka_libs(version)}/*", main_class]


def archive_folder(version):
    """Where class data archives of that version are, if there are any."""
    return kafka_libs(version).parent / "archive"


def _archive_options(main_class, version):
    program = {"kafka.Kafka": "broker", "org.apache.kafka.connect.cli.ConnectDistributed": "connect",
               "org.apache.kafka.connect.mirror.MirrorMaker": "connect"}.get(main_class)
    if not program:
        return []
    if ARCHIVE_INTO:
        return [f"-XX:ArchiveClassesAtExit={ARCHIVE_INTO / program}.jsa"]
    archive = archive_folder(version) / f"{program}.jsa"
    return [f"-XX:SharedArchiveFile={archive}", "-Xlog:cds*=off"] if archive.exists() else []


def new_folder(name):
    """A fresh folder for one process or cluster; whoever asked removes it."""
    return Path(tempfile.mkdtemp(prefix=f"tern-{name}-", dir=os.environ.get("TERN_TEST_TMP")))
