# SPDX-License-Identifier: Apache-2.0
"""The files of examples/, run as they are but for addresses and names."""

import json

import pytest
from kit.connect import ConnectWorker
from kit.env import ROOT
from kit.ports import free_port, release
from kit.wait import wait_until

EXAMPLES = ROOT / "examples"


@pytest.fixture
def worker(us_west, tmp_path, evidence):
    port = free_port()
    text = (EXAMPLES / "connect-distributed.properties").read_text(encoding="utf-8")
    for old, new in {"localhost:9092": us_west.bootstrap, "localhost:8083": f"127.0.0.1:{port}",
                     "connect-": f"example-{port}-"}.items():
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "connect-distributed.properties"
    path.write_text(text, encoding="utf-8")
    worker = ConnectWorker(path, "example", port)
    evidence.own(worker)
    worker.start()
    yield worker.wait_ready()
    worker.kill9()
    release(port)


def test_a_file_becomes_a_topic(worker, us_west, tmp_path):
    body = json.loads((EXAMPLES / "file-source.json").read_text(encoding="utf-8"))
    body["config"]["file"] = str(tmp_path / "test.txt")
    body["config"]["topic"] = us_west.kafka.create_topic(f"example-{worker.port}")
    (tmp_path / "test.txt").write_text("foo\nbar\n", encoding="utf-8")

    def created():
        answer = worker.rest.ask("POST", "connectors", body=body)
        return answer.status == 201, answer

    wait_until(created, 60, "the connector is created", every=0.2)
    assert [r.value for r in us_west.kafka.read(body["config"]["topic"], count=2)] == [b"foo", b"bar"]
    worker.stop_cleanly()
