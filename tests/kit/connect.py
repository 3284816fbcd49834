# SPDX-License-Identifier: Apache-2.0
"""A Connect cluster of our workers, Java's, or both: processes, REST, who runs what.

    connect = ConnectCluster(west, ["java", "ours"]).start()
    connect.create("lines", file_source(path, topic), via=connect.workers[1])
    connect.wait_running("lines", tasks=1)
    connect.workers[0].kill9()

Both kinds get the same properties, but for their port. A kind is "ours", "java", or "java-3.9.1" for
another version than the cluster's.
"""

import itertools
import re
import shutil

from . import env, group
from .group import CONNECTOR
from .internal_topics import InternalTopics
from .ports import free_port, release
from .rest import Rest, RestError
from .wait import Fatal, wait_until
from .worker import JavaStop, Worker

_numbers = itertools.count(1)
_JOINED = re.compile(r"Joined group at generation (\d+)")
_START_S = 90
_SETTLE_S = 60
BYTES = "org.apache.kafka.connect.converters.ByteArrayConverter"
STRING = "org.apache.kafka.connect.storage.StringConverter"


class ConnectWorker(Worker):
    """Our connect-distributed, with a REST port of its own."""

    program = "connect-distributed"
    kind = "ours"

    def __init__(self, props, name, port, tls=None, **kwargs):
        """tls: the context of a client, for a worker that listens for HTTPS."""
        self.port = port
        self.rest = Rest(port, tls=tls)
        self.worker_id = f"127.0.0.1:{port}"
        self.url = f"{'https' if tls else 'http'}://{self.worker_id}/"
        super().__init__(props, name, **kwargs)

    def wait_ready(self, deadline=_START_S):
        """Waits until the worker has read the internal topics and is a member of the group."""

        def healthy():
            if not self.alive():
                raise Fatal(f"{self.name} ended with status {self.returncode}:\n{self.tail()}")
            answer = self.rest.ask("GET", "health", timeout=15)
            return answer.status == 200, answer

        wait_until(healthy, deadline, f"{self.name} is healthy; see {self.log_path}", every=0.1)
        return self

    def generations(self, this_start=True):
        """The generations that this worker says it has joined, oldest first."""
        return [int(n) for n in _JOINED.findall(self.log(this_start))]


class JavaConnectWorker(JavaStop, ConnectWorker):
    """Apache Kafka's distributed worker of the given version."""

    kind = "java"

    def __init__(self, props, name, port, version=env.DEFAULT_VERSION, **kwargs):
        self._version = version
        super().__init__(props, name, port, **kwargs)

    def _command(self):
        return env.java_command("org.apache.kafka.connect.cli.ConnectDistributed", self._version, heap="320m")


class ConnectCluster(InternalTopics):
    """Workers of one group on one Kafka. Owner: whoever made it, who calls destroy()."""

    def __init__(self, cluster, kinds=("ours",), bootstrap=None, group_id=None, tls=None, **settings):
        """settings are worker properties with dots as underscores, or as they are in a dict `raw`.

        bootstrap is where workers find Kafka, by default the cluster's own address. tls is the context of clients
        of workers that listen for HTTPS, which settings say how.
        """
        self.number = next(_numbers)
        self.cluster = cluster
        self.group_id = group_id or f"c{self.number}-connect"
        super().__init__(cluster, f"c{self.number}-configs", f"c{self.number}-offsets", f"c{self.number}-status")
        self._bootstrap = bootstrap or cluster.bootstrap
        self._settings = settings
        self._tls = tls
        self._turns = itertools.count(1)
        self.folder = env.new_folder(self.group_id)  # for files that connectors read
        self.workers = []
        self.all_workers = []  # those that were removed, too
        for kind in kinds:
            self.add(kind)

    def name(self, base):
        """A name for a topic that no other cluster uses."""
        return f"c{self.number}-{base}"

    # Workers

    def properties(self, port, **settings):
        """The properties file of a worker, quick in everything that is done from time to time."""
        props = {
            "bootstrap.servers": self._bootstrap,
            "group.id": self.group_id,
            "listeners": f"{'https' if self._tls else 'http'}://127.0.0.1:{port}",
            "key.converter": BYTES,
            "value.converter": BYTES,
            "config.storage.topic": self.configs_topic,
            "offset.storage.topic": self.offsets_topic,
            "status.storage.topic": self.status_topic,
            "config.storage.replication.factor": -1,
            "offset.storage.replication.factor": -1,
            "status.storage.replication.factor": -1,
            "offset.storage.partitions": 3,
            "status.storage.partitions": 1,
            "offset.flush.interval.ms": 1000,
            "session.timeout.ms": 4000,
            "heartbeat.interval.ms": 500,
            "scheduled.rebalance.max.delay.ms": 1000,
            "plugin.discovery": "service_load",
        }
        for given in (self._settings, settings):
            given = dict(given)
            raw = given.pop("raw", {})
            props.update({name.replace("_", "."): value for name, value in given.items()})
            props.update(raw)
        return {name: value for name, value in props.items() if value is not None}

    def add(self, kind="ours", **settings):
        """One more worker, which is not started. Returns it."""
        port = free_port()
        name = f"{kind}-{self.number}-{next(self._turns)}"
        worker = self._make(kind, self.properties(port, **settings), name, port)
        self.workers.append(worker)
        self.all_workers.append(worker)
        return worker

    def start(self, *workers, deadline=_START_S):
        """Starts these workers, or all that do not run, side by side; waits until they are members."""
        workers = workers or [w for w in self.workers if not w.alive()]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.wait_ready(deadline)
        self.wait_joined()
        return self

    def running(self, kind=None):
        """The workers whose process lives, paused or not."""
        return [w for w in self.workers if w.alive() and kind in (None, w.kind)]

    def _asked(self):
        """The worker that is asked when nobody says which: the first that is awake."""
        return next(w for w in self.workers if w.alive() and not w.paused())

    @property
    def nodes(self):
        """The Process of each worker, for its log."""
        return list(self.workers)

    def replace(self, worker, kind):
        """Another kind of worker with the properties file, and so the port, of one that has ended. Not started."""
        assert not worker.alive()
        name = f"{kind}-{self.number}-{next(self._turns)}"
        self.workers[self.workers.index(worker)] = new = self._make(kind, worker.properties_path, name, worker.port)
        self.all_workers.append(new)
        return new

    def _make(self, kind, props, name, port):
        if kind == "ours" and not env.java_in_place_of_ours():
            return ConnectWorker(props, name, port, tls=self._tls)
        worker = JavaConnectWorker(props, name, port, tls=self._tls, version=kind.partition("-")[2] or self.cluster.version)
        worker.kind = kind.partition("-")[0]  # "ours" also of one that stands in for ours
        return worker

    def remove(self, worker):
        """Forgets a worker that has ended, but for its folder."""
        assert not worker.alive()
        self.workers.remove(worker)
        release(worker.port)

    def destroy(self, delete_topics=True):
        """Kills what runs and deletes every topic that carries this cluster's name. Folders of workers stay, for
        their logs.
        """
        for worker in self.all_workers:
            worker.kill9()
            release(worker.port)
        shutil.rmtree(self.folder, ignore_errors=True)
        if delete_topics:
            self.cluster.kafka.delete_topic(*(t for t in self.cluster.kafka.list_topics()
                                              if t.startswith(self.name(""))))

    def worker(self, url_or_id):
        """The worker with that URL or worker id."""
        port = int(re.search(r":(\d+)/?$", url_or_id).group(1))
        return next(w for w in self.workers if w.port == port)

    # The group

    def group(self):
        return group.describe(self.cluster.kafka, self.group_id)

    def wait_joined(self, workers=None, deadline=_SETTLE_S):
        """Waits until exactly these workers, by default those that run, are members of a stable group, and know the
        same leader. Returns the Group.
        """
        wanted = sorted(w.url for w in (self.running() if workers is None else workers))

        def joined():
            seen = self.group()
            urls = sorted(m.metadata.url for m in seen.members if m.metadata)
            agreed = seen.state == "Stable" and urls == wanted and seen.leader_url
            return bool(agreed), seen

        return wait_until(joined, deadline, f"{self.group_id} is stable with {wanted}", every=0.1)

    def leader(self):
        """The worker that leads."""
        return self.worker(self.wait_joined().leader_url)

    def coordinator(self):
        """The number of the node that coordinates the group."""
        return group.coordinator(self.cluster.kafka, self.group_id)

    def generation(self):
        """The newest generation that a worker has logged."""
        return max((w.generations()[-1:] or [-1])[0] for w in self.running())

    # REST

    def ask(self, method, *path, via=None, body=None, expect=(200, 201, 202, 204), deadline=_SETTLE_S, **query):
        """The body of an answer of an expected status. Asks again while a rebalance is in the way.

        via is the worker to ask, by default the first that is awake.
        """
        expect = (expect,) if isinstance(expect, int) else expect

        def answered():
            worker = via or self._asked()
            answer = worker.rest.ask(method, *path, body=body, **query)
            if answer.status in expect:
                return True, answer
            error = RestError(f"{method} {'/'.join(map(str, path))} at {worker.name}", answer)
            if answer.status == 409 or "rebalance is expected" in str(answer.message):
                return False, error
            raise Fatal(str(error)) from error

        return wait_until(answered, deadline, f"{method} {'/'.join(map(str, path))} is answered", every=0.1).body

    def create(self, name, config, initial_state=None, **how):
        body = {"name": name, "config": _texts(config)}
        if initial_state:
            body["initial_state"] = initial_state
        return self.ask("POST", "connectors", body=body, expect=201, **how)

    def put(self, name, config, **how):
        """Creates or replaces the configuration."""
        return self.ask("PUT", "connectors", name, "config", body=_texts(config), **how)

    def delete(self, name, **how):
        self.ask("DELETE", "connectors", name, **how)

    def change(self, name, what, **how):
        """what: pause, resume or stop."""
        self.ask("PUT", "connectors", name, what, **how)

    def restart(self, name, task=None, **how):
        """The connector (with includeTasks and onlyFailed in how), or one task of it."""
        task = () if task is None else ("tasks", task)
        return self.ask("POST", "connectors", name, *task, "restart", **how)

    def status(self, name, via=None):
        """GET .../status, or None while there is none."""
        answer = (via or self._asked()).rest.ask("GET", "connectors", name, "status")
        return answer.body if answer.status == 200 else None

    def offsets(self, name, via=None):
        """[(source partition, source offset)] as GET .../offsets has them."""
        answer = self.ask("GET", "connectors", name, "offsets", via=via)
        return [(o["partition"], o["offset"]) for o in answer["offsets"]]

    # Who runs what

    def placement(self, *names):
        """{(connector, task number or CONNECTOR): worker id} of what the statuses have as RUNNING."""
        result = {}
        for name in names:
            status = self.status(name)
            if not status:
                continue
            if status["connector"]["state"] == "RUNNING":
                result[(name, CONNECTOR)] = status["connector"]["worker_id"]
            result.update({(name, t["id"]): t["worker_id"] for t in status["tasks"] if t["state"] == "RUNNING"})
        return result

    def wait_running(self, *names, tasks=1, on=None, deadline=_SETTLE_S):
        """Waits until each connector runs with exactly so many tasks (or so many as a dict has for its name), all on
        workers that live (or on those given), and no rebalance is under way. Returns the placement.
        """
        counts = {name: tasks.get(name, 1) if isinstance(tasks, dict) else tasks for name in names}
        on = [w.worker_id for w in on] if on else None

        def running():
            ids = on or [w.worker_id for w in self.running()]
            for name in names:
                failed = [t for t in (self.status(name) or {"tasks": ()})["tasks"] if t["state"] == "FAILED"]
                if failed:
                    raise Fatal(f"{name} has failed: {failed[0]}")
            placed = self.placement(*names)
            wanted = {(name, n) for name in names for n in (CONNECTOR, *range(counts[name]))}
            there = set(placed) == wanted and all(w in ids for w in placed.values())
            return there and self.group().state == "Stable", placed or [self.status(n) for n in names]

        return wait_until(running, deadline, f"these run with their tasks: {counts}", every=0.2)

    def wait_balanced(self, *names, tasks=1, deadline=_SETTLE_S):
        """Like wait_running; and tasks, and connectors, are spread so that two workers differ by one at most."""

        def balanced():
            self.wait_running(*names, tasks=tasks, deadline=deadline)
            placed = self.placement(*names)
            loads = [self.loads(placed, kind) for kind in (True, False)]
            return all(max(load.values()) - min(load.values()) <= 1 for load in loads), (loads, placed)

        wait_until(balanced, deadline, f"{', '.join(names)} are spread", every=0.2)
        return self.placement(*names)

    def wait_given_up(self, connector, task=0, deadline=_SETTLE_S):
        """Waits until no member has the task any more: it has ended wherever it ran, and has committed its offset."""

        def given_up():
            seen = self.group()
            held = [m for m in seen.members if any(a and (connector, task) in a.assigned
                                                   for a in (m.metadata.owned, m.assignment))]
            return seen.state == "Stable" and not held, seen

        wait_until(given_up, deadline, f"nobody has {connector}-{task}", every=0.1)

    def loads(self, placement, tasks=True):
        """{worker id: how many tasks (or connectors)} over all that run."""
        loads = {w.worker_id: 0 for w in self.running()}
        for (_, number), worker_id in placement.items():
            if (number != CONNECTOR) == tasks:
                loads[worker_id] += 1
        return loads


# Connectors

class Lines:
    """A file of numbered lines, the file source connector that reads it, and the topic where they arrive."""

    def __init__(self, connect, name, topic=None):
        """topic exists, and has one partition; by default one is created."""
        self.connector = name
        self.path = connect.folder / f"{name}.txt"
        self.path.touch()
        self._kafka = connect.cluster.kafka
        self.topic = topic or self._kafka.create_topic(connect.name(f"lines-{name}"))
        self.config = file_source(self.path, self.topic)
        self.written = 0

    def write(self, count=10):
        with open(self.path, "a", encoding="ascii") as file:
            file.writelines(f"line {n}\n" for n in range(self.written, self.written + count))
        self.written += count

    def arrived(self):
        """The numbers of the lines in the topic, as they came."""
        return [int(r.value.removeprefix(b"line ")) for r in self._kafka.read(self.topic)]

    def wait_arrived(self, deadline=_SETTLE_S):
        """Waits until every line has arrived, and asserts that first arrivals are in order. Returns arrived()."""
        wait_until(lambda: (set(self.arrived()) >= set(range(self.written)), self.arrived()[-5:]), deadline,
                   f"{self.written} lines of {self.connector} in {self.topic}", every=0.2)
        seen = self.arrived()
        assert list(dict.fromkeys(seen)) == list(range(self.written)), seen
        return seen


def file_source(path, topic, **config):
    """A file source connector that sends lines as UTF-8."""
    return {"connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector", "tasks.max": 1,
            "file": path, "topic": topic, "value.converter": STRING, **config}


def mirror_source(pair, topics, tasks, **config):
    """A mirror source connector from the pair's east to its west, to run on a worker of west: of topics alone, also
    where other tests have left heartbeats.
    """
    return {"connector.class": "org.apache.kafka.connect.mirror.MirrorSourceConnector", "tasks.max": tasks,
            **mirror_clusters(pair), "topics": topics, "replication.factor": 1,
            "offset-syncs.topic.replication.factor": 1, "refresh.topics.interval.seconds": 2,
            "sync.topic.configs.enabled": False, "sync.topic.acls.enabled": False,
            "heartbeats.replication.enabled": False, "header.converter": BYTES, **config}


def mirror_clusters(pair):
    return {"source.cluster.alias": pair.east_alias, "target.cluster.alias": pair.west_alias,
            "source.cluster.bootstrap.servers": pair.east.bootstrap,
            "target.cluster.bootstrap.servers": pair.west.bootstrap}


def _texts(config):
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in config.items()}
