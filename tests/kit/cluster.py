# SPDX-License-Identifier: Apache-2.0
"""Real Kafka clusters on 127.0.0.1: KRaft, each node both broker and controller.

    with Cluster("east") as east:
        east.kafka.create_topic("orders")

A node keeps its port and its data over stop, kill9 and start. With proxies=True every node has a second
listener whose advertised address is a Proxy in front of it: clients that start from proxied_bootstrap
stay behind the proxies.
"""

import atexit
import base64
import re
import shutil
import subprocess
import uuid

from confluent_kafka.admin import AdminClient

from . import env
from .kafka import Kafka
from .ports import free_port, release, reserve
from .process import Process
from .proxy import Proxy
from .wait import Fatal, wait_until

_START_S = 60
_format_templates = {}  # Kafka version -> text of the bootstrap checkpoint that its storage tool writes


class Cluster:
    """A cluster of its own folder. Owner: whoever made it, who calls destroy()."""

    def __init__(self, name, brokers=1, version=env.DEFAULT_VERSION, config=None, proxies=False, ports=None):
        """config adds to or replaces node properties; ports fixes the brokers' ports instead of free ones."""
        self.name = name
        self.version = version
        self.folder = env.new_folder(name)
        self._cluster_id = _random_id()
        self._ports = [_take(p) for p in ports] if ports else [free_port() for _ in range(brokers)]
        self._controllers = [free_port() for _ in range(brokers)]
        self._behind_proxy = [free_port() for _ in range(brokers)] if proxies else []
        self._proxies = [Proxy(target=port, folder=self.folder) for port in self._behind_proxy]
        self._nodes = [self._make_node(i, config or {}) for i in range(brokers)]
        self._kafka = None

    # Life

    def start(self):
        """Starts all nodes and waits until each of them is registered. Returns the cluster."""
        start_all(self)
        return self

    def spawn(self):
        """Starts the processes of all nodes that do not run, without waiting."""
        for proxy in self._proxies:
            if not proxy.alive():
                proxy.start()
        for node in self._nodes:
            if not node.alive():
                node.start()

    def wait_ready(self, deadline=_START_S):
        """Waits until every node that runs serves as a broker."""
        wanted = {i + 1 for i, node in enumerate(self._nodes) if node.alive()}
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0, "reconnect.backoff.ms": 50,
                             "reconnect.backoff.max.ms": 200, "socket.timeout.ms": 5000})

        def ready():
            for node in self._nodes:
                if node.pid and not node.alive():
                    raise Fatal(f"{node.name} ended with status {node.returncode}:\n{node.tail()}")
            seen = set(admin.list_topics(timeout=1).brokers)
            return wanted <= seen, f"brokers {sorted(seen)} of {sorted(wanted)}"

        wait_until(ready, deadline, f"cluster {self.name} is up; logs in {self.folder}")

    def stop(self):
        """A clean stop of all nodes; their data stays."""
        for node in self._nodes:
            node.terminate()  # all at once: a lone node of several would wait for the others
        for node in self._nodes:
            node.wait_exit(30)

    def start_node(self, node):
        """Starts node number node (from 1) and waits until it serves."""
        self._nodes[node - 1].start()
        self.wait_ready()

    def stop_node(self, node):
        self._nodes[node - 1].stop()

    def kill9(self, node=1):
        self._nodes[node - 1].kill9()

    def restart(self, node=1):
        """Clean stop if it runs, then a start with the same port and data."""
        self._nodes[node - 1].stop()
        self.start_node(node)

    def pause(self, node=1):
        self._nodes[node - 1].pause()

    def resume(self, node=1):
        self._nodes[node - 1].resume()

    def destroy(self):
        """Kills what runs and removes the folder. May be called twice."""
        if self._kafka:
            self._kafka.close()
            self._kafka = None
        for process in self._nodes + self._proxies:
            process.kill9()
        for port in self._ports + self._controllers + self._behind_proxy:
            release(port)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.destroy()

    # What others ask

    @property
    def bootstrap(self):
        return ",".join(f"127.0.0.1:{port}" for port in self._ports)

    @property
    def proxied_bootstrap(self):
        """Like bootstrap, through the proxies."""
        return ",".join(f"127.0.0.1:{proxy.port}" for proxy in self._proxies)

    def proxy(self, node=1):
        return self._proxies[node - 1]

    @property
    def proxies(self):
        return list(self._proxies)

    @property
    def nodes(self):
        """The Process of each node, for its log and its memory."""
        return list(self._nodes)

    @property
    def kafka(self):
        """A Kafka client of this cluster, shared by all who ask."""
        if self._kafka is None:
            self._kafka = Kafka(self.bootstrap)
        return self._kafka

    def alive(self):
        return all(node.alive() for node in self._nodes)

    def __repr__(self):
        return f"Cluster({self.name}, {self.version}, {self.bootstrap})"

    # Set-up of a node

    def _make_node(self, index, config):
        folder = self.folder / f"node-{index + 1}"
        data = folder / "data"
        data.mkdir(parents=True)
        (data / "meta.properties").write_text(
            f"version=1\ncluster.id={self._cluster_id}\nnode.id={index + 1}\ndirectory.id={_random_id()}\n",
            encoding="ascii")
        shutil.copy(_bootstrap_checkpoint(self.version), data / "bootstrap.checkpoint")
        properties = folder / "server.properties"
        settings = {**self._node_settings(index), "log.dirs": data, **config}
        properties.write_text("".join(f"{k}={v}\n" for k, v in settings.items()), encoding="ascii")
        command = env.java_command("kafka.Kafka", self.version, heap="320m") + [properties]
        return Process(f"{self.name}-{index + 1}", command, folder)

    def _node_settings(self, index):
        brokers = len(self._ports)
        listeners = {"PLAINTEXT": self._ports[index], "CONTROLLER": self._controllers[index]}
        advertised = {"PLAINTEXT": self._ports[index]}
        if self._proxies:
            listeners["PROXY"] = self._behind_proxy[index]
            advertised["PROXY"] = self._proxies[index].port
        return {
            "process.roles": "broker,controller",
            "node.id": index + 1,
            "controller.quorum.voters": ",".join(f"{i + 1}@127.0.0.1:{p}" for i, p in enumerate(self._controllers)),
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXY:PLAINTEXT",
            "listeners": ",".join(f"{name}://127.0.0.1:{port}" for name, port in listeners.items()),
            "advertised.listeners": ",".join(f"{name}://127.0.0.1:{port}" for name, port in advertised.items()),
            "auto.create.topics.enable": "false",
            "default.replication.factor": min(brokers, 3),
            "min.insync.replicas": 1,
            "num.partitions": 1,
            "offsets.topic.num.partitions": 5,
            "offsets.topic.replication.factor": min(brokers, 3),
            "transaction.state.log.num.partitions": 2,
            "transaction.state.log.replication.factor": min(brokers, 3),
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.replication.factor": min(brokers, 3),
            "share.coordinator.state.topic.min.isr": 1,
            "broker.session.timeout.ms": 3000,  # until it is over, a node that was killed may not come back
            "broker.heartbeat.interval.ms": 500,
            "log.retention.ms": -1,  # tests write records with old timestamps
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 1000,
            "num.network.threads": 2,
            "num.io.threads": 4,
            "log.cleaner.dedupe.buffer.size": 4194304,
            "log.cleaner.backoff.ms": 500,
            "controlled.shutdown.retry.backoff.ms": 500,
        }


def start_all(*clusters):
    """Starts several clusters side by side and waits for all of them."""
    for cluster in clusters:
        cluster.spawn()
    for cluster in clusters:
        cluster.wait_ready()


def _bootstrap_checkpoint(version):
    """The file beside meta.properties that says which features a new cluster has.

    It is the same for all nodes and clusters of a version, so the storage tool, a JVM's start, runs once.
    """
    if version not in _format_templates:
        folder = env.new_folder("format")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        properties = folder / "server.properties"
        properties.write_text(
            "process.roles=broker,controller\nnode.id=1\ncontroller.quorum.voters=1@127.0.0.1:1\n"
            "controller.listener.names=CONTROLLER\nlisteners=PLAINTEXT://127.0.0.1:2,CONTROLLER://127.0.0.1:1\n"
            f"log.dirs={folder / 'data'}\n", encoding="ascii")
        done = subprocess.run([*env.java_command("kafka.tools.StorageTool", version), "format",
                               "-t", _random_id(), "-c", properties],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"Kafka {version}'s storage tool ended with status {done.returncode}:\n{done.stdout}")
        _format_templates[version] = folder / "data" / "bootstrap.checkpoint"
    return _format_templates[version]


def _random_id():
    """A Kafka UUID: 22 characters of URL-safe base64, without a leading dash as the tools want it."""
    text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
    return re.sub(r"^-", "A", text)


def _take(port):
    if not reserve(port):
        raise RuntimeError(f"port {port} is not free")
    return port
