# SPDX-License-Identifier: Apache-2.0
"""The REST API of running workers, as the tools use it that point at it.

What Java answers to the same requests is compared by tests/peer; this is about sockets, several workers,
credentials, and the order of things.
"""

import base64
import json
import socket
import threading

import pytest
from kit.connect import Lines, file_source
from kit.wait import wait_until

pytestmark = pytest.mark.ours_only

_BY_BATCH = 25


def _talk(port, *parts):
    """What the worker at port says to these bytes until it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        for part in parts:
            connection.sendall(part.encode())
        data = b""
        while more := connection.recv(65536):
            data += more
    return data.decode()


def _error(answer, status, message=None):
    assert answer.status == status, answer
    assert list(answer.body) == ["error_code", "message"] and answer.body["error_code"] == status, answer
    assert answer.headers["content-type"] == "application/json"
    if message:
        assert answer.message == message


def test_as_tools_use_it(connect):
    """Strimzi, kcctl, kafbat, Redpanda Console, Terraform: spec of what each depends on, one after the other."""
    workers = connect("ours")
    rest = workers.workers[0].rest
    lines = Lines(workers, "tools")
    lines.connector = "a->b.Lines"
    config = {**{k: str(v) for k, v in lines.config.items()}, "batch.size": "2000", "unknown": "${file:/x:y} 1.50"}

    # GET /: the version is numbers, so that kcctl can tell features
    root = rest.get()
    assert [int(n) for n in root["version"].split(".")[:2]] >= [3, 7]
    assert set(root) == {"version", "commit", "kafka_cluster_id"} and root["kafka_cluster_id"]

    # Java's HttpClient tries HTTP/2
    answer = _talk(workers.workers[0].port, "GET /connectors HTTP/1.1\r\nHost: x\r\n"
                   "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                   "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n\r\n"
                   "GET /connectors HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.count("HTTP/1.1 200 OK") == 2, answer

    # Strimzi creates with initial_state; config values keep their text, numbers too
    created = rest.ask("POST", "connectors", "", body={"name": lines.connector, "config": config | {"extra": 5},
                                                       "initial_state": "RUNNING"})
    assert created.status == 201 and created.body["config"] == config | {"extra": "5", "name": lines.connector}
    assert created.headers["location"].endswith("/connectors/a-%3Eb.Lines")
    _error(rest.ask("POST", "connectors", body={"name": lines.connector, "config": config}), 409,
           f"Connector {lines.connector} already exists")
    workers.wait_running(lines.connector)
    assert workers.ask("GET", "connectors", lines.connector, "config") == created.body["config"]
    answer = _talk(workers.workers[0].port, "GET /connectors/a->b.Lines/config/ HTTP/1.1\r\nHost: x\r\n"
                   "Content-Type: application/json\r\nConnection: close\r\n\r\n")
    assert "200 OK" in answer and '"${file:/x:y} 1.50"' in answer, answer

    # expand: info and status of every connector
    answer = _talk(workers.workers[0].port, "GET /connectors?expand=info&expand=status HTTP/1.1\r\nHost: x\r\n"
                   "Connection: close\r\n\r\n")
    both = json.loads(answer.partition("\r\n\r\n")[2])[lines.connector]
    assert list(both) == ["info", "status"] and both["info"]["config"] == created.body["config"]
    assert both["status"]["connector"]["worker_id"] == workers.workers[0].worker_id
    assert set(both["status"]["connector"]) == {"state", "worker_id", "version"}
    assert [t["id"] for t in both["status"]["tasks"]] == [t["task"] for t in both["info"]["tasks"]] == [0]

    # exact statuses
    lines.write(_BY_BATCH)
    lines.wait_arrived()
    assert rest.get("connectors", lines.connector, "topics") == {lines.connector: {"topics": [lines.topic]}}
    for what in ("pause", "resume"):
        answer = rest.ask("PUT", "connectors", lines.connector, what)
        assert (answer.status, answer.body) == (202, None), answer


def test_through_any_worker(connect):
    """Whoever is asked, leader or follower, answers the same; one that may not forward says so."""
    workers = connect("ours", "ours")
    leader = workers.leader()
    follower = next(w for w in workers.workers if w is not leader)
    lines = Lines(workers, "named")
    lines.connector = "a/b c;d"
    created = follower.rest.ask("POST", "connectors", body={"name": lines.connector,
                                                            "config": {k: str(v) for k, v in lines.config.items()}})
    assert created.status == 201, created
    assert created.headers["location"] == f"{follower.url}connectors/a/b%20c;d"
    workers.wait_running(lines.connector)
    for worker in workers.workers:  # one of them is not the owner
        workers.restart(lines.connector, via=worker, expect=204)
        workers.restart(lines.connector, task=0, via=worker, expect=204)
    for method, *path in (("DELETE",), ("PUT", "stop"), ("DELETE", "offsets")):
        answer = follower.rest.ask(method, "connectors", lines.connector, *path, forward=False)
        _error(answer, 409, "Cannot complete request because of a conflicting operation (e.g. worker rebalance)")
    _error(follower.rest.ask("DELETE", "connectors", "nope"), 404, "Connector nope not found")
    _error(follower.rest.ask("POST", "connectors", body={"name": lines.connector, "config": created.body["config"]}),
           409, f"Connector {lines.connector} already exists")
    assert follower.rest.ask("PATCH", "connectors", lines.connector, "config", body={"x": 1.5}).status == 200
    wait_until(lambda: follower.rest.ask("GET", "connectors", lines.connector, "config").body.get("x") == "1.5", 30,
               "the change has arrived")
    workers.delete(lines.connector, via=follower)


def test_credentials_go_along(connect, tmp_path):
    """Basic authentication from a JAAS file; a follower forwards with the credentials of who asks."""
    package = "org.apache.kafka.connect.rest.basic.auth.extension"
    (tmp_path / "users").write_text("ann=s3cret\n", encoding="ascii")
    (tmp_path / "jaas.conf").write_text(f'KafkaConnect {{ {package}.PropertyFileLoginModule required '
                                        f'file="{tmp_path}/users"; }};\n', encoding="ascii")
    workers = connect("ours", "ours", start=False, raw={
        "rest.extension.classes": f"{package}.BasicAuthSecurityRestExtension",
        "java.security.auth.login.config": tmp_path / "jaas.conf",
    })
    known = {"Authorization": "Basic " + base64.b64encode(b"ann:s3cret").decode()}
    for worker in workers.workers:
        worker.start()
    for worker in workers.workers:
        wait_until(lambda w=worker: w.rest.ask("GET", "health", headers=known).status == 200, 60, "it is healthy",
                   every=0.2)
    workers.wait_joined()
    lines = Lines(workers, "known")
    body = {"name": lines.connector, "config": {k: str(v) for k, v in lines.config.items()}}
    for worker in workers.workers:
        for path in (("connectors",), ("health",), ("admin", "loggers")):
            answer = worker.rest.ask("GET", *path)
            assert (answer.status, answer.body) == (401, "User cannot access the resource."), answer
        assert worker.rest.ask("GET", "nope").status == 404
    for worker in workers.workers:
        answer = worker.rest.ask("POST", "connectors", body={**body, "name": f"{worker.port}"}, headers=known)
        assert answer.status == 201, answer


def test_slow_clients_and_a_stop(connect):
    """Clients that hold connections open, without a request, in one, or with a body that never comes, keep nobody
    out, and hold up no stop.
    """
    worker = connect("ours").workers[0]
    held = []
    for n in range(300):
        held.append(socket.create_connection(("127.0.0.1", worker.port), timeout=30))
        held[-1].sendall((b"", b"GET /connect", b"PUT /connectors/x/config HTTP/1.1\r\nHost: x\r\n"
                          b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")[n % 3])
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(worker.rest.ask("GET", "connectors").status))
               for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 20
    assert worker.stop() == 0
    for connection in held:
        connection.close()


def test_a_write_survives_a_crash_right_after_its_answer(connect):
    cluster = connect("ours")
    worker = cluster.workers[0]
    config = file_source(cluster.folder / "none.txt", cluster.name("crash"))

    def crash():
        worker.kill9()
        cluster.start(worker)

    cluster.create("crash", config)
    crash()
    assert cluster.ask("GET", "connectors", "crash", "config")["file"] == str(config["file"])
    cluster.put("crash", {**config, "batch.size": 7})
    crash()
    assert cluster.ask("GET", "connectors", "crash", "config")["batch.size"] == "7"
    cluster.change("crash", "pause")
    crash()
    wait_until(lambda: (cluster.status("crash")["connector"]["state"] == "PAUSED", cluster.status("crash")), 30,
               "it is paused")
    cluster.delete("crash")
    crash()
    assert cluster.ask("GET", "connectors") == []
