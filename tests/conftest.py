# SPDX-License-Identifier: Apache-2.0
"""Fixtures of all tests that need Kafka: shared clusters, pairs of aliases, mirrors, kept logs.

A test that fails leaves every log that was written while it ran under build/test-logs/<test>/.
"""

import os
import re
import shutil
import signal
from pathlib import Path

import pytest

from kit import env
from kit.cluster import Cluster, start_all
from kit.connect import ConnectCluster
from kit.process import Process
from kit.setup import Pair
from kit.worker import JavaMirrorMaker, MirrorMaker

# What is shown of a failed test's worker logs, and how much of it.
_TELLING = re.compile(r" (WARN|ERROR) |Rebalance started|Joined group|(Starting|Stopping) (connector|task)")
_SHOWN_LINES, _SHOWN_CHARACTERS = 40, 300


def pytest_configure(config):
    del config
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that fixtures end what they started


def pytest_runtest_logreport(report):
    """Keeps the names of failed tests, for tests/lib/run-integration to run them again."""
    path = os.environ.get("TERN_FAILED_TESTS")
    if path and report.failed:
        with open(path, "a+", encoding="utf-8") as names:
            names.seek(0)
            if report.nodeid not in names.read().splitlines():
                names.write(f"{report.nodeid}\n")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.failed:
        item.has_failed = True
    return report


@pytest.fixture(autouse=True)
def _ours_only(request):
    if request.node.get_closest_marker("ours_only") and env.java_in_place_of_ours():
        pytest.skip("Java's MirrorMaker stands in for ours")


# Clusters

@pytest.fixture(scope="session")
def _shared():
    """The two clusters that all tests share; started together at the first use."""
    clusters = Cluster("us-east"), Cluster("us-west")
    try:
        start_all(*clusters)
        yield clusters
    finally:
        for cluster in clusters:
            cluster.destroy()


def _healthy(cluster):
    if not cluster.alive():
        cluster.spawn()
        cluster.wait_ready()
    return cluster


@pytest.fixture
def us_east(_shared):
    return _healthy(_shared[0])


@pytest.fixture
def us_west(_shared):
    return _healthy(_shared[1])


@pytest.fixture
def cluster_factory(evidence):
    """Makes a Cluster of one's own, which is not started; it is destroyed after the test."""
    made = []

    def make(name="own", **kwargs):
        made.append(Cluster(name, **kwargs))
        evidence.watch(made[-1])
        return made[-1]

    yield make
    evidence.settle()
    for cluster in made:
        cluster.destroy()


# Mirrors

@pytest.fixture
def pair(us_east, us_west, evidence):
    """Aliases and topic names of this test's own on the shared clusters."""
    evidence.watch(us_east, us_west)
    pair = Pair(us_east, us_west)
    yield pair
    evidence.settle()
    pair.cleanup()


@pytest.fixture
def pair_of(_shared, cluster_factory, evidence):
    """Makes a Pair on any two clusters; what it leaves on shared ones is removed after the test."""
    del cluster_factory  # its clusters must live until this fixture has ended
    made = []

    def make(east, west):
        evidence.watch(east, west)
        made.append(Pair(east, west))
        return made[-1]

    yield make
    evidence.settle()
    for pair in made:
        pair.cleanup(_shared)


@pytest.fixture
def mirror(evidence):
    """Starts connect-mirror-maker on a properties dict or file; java=True asks for Java's.

    With start=False it is only made. Ended after the test, which fails if a sanitizer had reported.
    """

    def make(props, java=False, start=True, **kwargs):
        kind = JavaMirrorMaker if java or env.java_in_place_of_ours() else MirrorMaker
        process = kind(props, **kwargs)
        evidence.own(process)
        return process.start() if start else process

    return make


# Connect clusters

@pytest.fixture
def connect(us_west, evidence):
    """Starts a ConnectCluster of the given kinds of workers, on us-west or on the given cluster.

    With start=False it is only made. Ended after the test, which fails if a sanitizer had reported.
    """
    made = []

    def make(*kinds, cluster=us_west, start=True, **settings):
        connect = ConnectCluster(cluster, kinds, **settings)
        made.append(connect)
        evidence.watch(cluster)
        evidence.own_workers(connect)
        return connect.start() if start else connect

    yield make
    evidence.settle()
    for connect in made:
        connect.destroy(delete_topics=connect.cluster is us_west)


# Evidence

class Evidence:
    """The processes of one test: what it owns is ended and judged, all logs are kept if it fails."""

    def __init__(self, item):
        self._item = item
        self._own, self._connects = [], []
        self._first = len(Process.all_started)
        self._sizes = {}
        self._settled = False

    def own(self, process):
        self._own.append(process)

    def own_workers(self, connect):
        """All workers of a ConnectCluster, those too that it gets later."""
        self._connects.append(connect)

    def _owned(self):
        return self._own + [worker for connect in self._connects for worker in connect.all_workers]

    def watch(self, *clusters):
        for cluster in clusters:
            for node in cluster.nodes:
                self._sizes[node.log_path] = node.log_path.stat().st_size if node.log_path.exists() else 0

    def settle(self):
        """Ends what the test owns, and keeps the logs if it has failed. Only the first call does anything."""
        if self._settled:
            return
        self._settled = True
        for process in self._owned():
            process.kill9()
        if getattr(self._item, "has_failed", False) or self.reports():
            self._keep()
        for process in self._owned():
            shutil.rmtree(process.folder, ignore_errors=True)

    def reports(self):
        if not hasattr(self, "_reports"):
            self._reports = [line for process in self._owned() for line in process.sanitizer_reports()]
        return self._reports

    def _keep(self):
        folder = env.log_dir() / re.sub(r"[^A-Za-z0-9_.=-]+", "_", self._item.nodeid.rpartition("tests/")[2])
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        paths = {p.log_path for p in Process.all_started[self._first:]} | set(self._sizes)
        for process in self._owned():
            paths.add(process.properties_path)
        for path in sorted(filter(Path.exists, paths)):
            target = folder / f"{path.parent.name}-{path.name}" if (folder / path.name).exists() else folder / path.name
            with open(path, "rb") as source, open(target, "wb") as kept:
                source.seek(self._sizes.get(path, 0))  # of a shared cluster only what came during this test
                shutil.copyfileobj(source, kept)
        print(f"\nlogs of this test: {folder}")
        for path in sorted(folder.iterdir()):
            print(f"  {path}")
        for process in self._owned():
            self._show(process)

    def _show(self, process):
        """What matters most of a log, for a reader who has no more than pytest's report."""
        lines = [line for line in process.log().splitlines() if _TELLING.search(line)]
        if lines:
            print(f"\n{process.name}:", *(line[:_SHOWN_CHARACTERS] for line in lines[-_SHOWN_LINES:]), sep="\n  ")


@pytest.fixture
def evidence(request):
    evidence = Evidence(request.node)
    yield evidence
    evidence.settle()
    assert not evidence.reports(), "sanitizer reports:\n" + "\n".join(evidence.reports())
