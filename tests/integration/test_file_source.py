# SPDX-License-Identifier: Apache-2.0
"""The file source in a distributed worker: converters, offsets, errors that are tolerated, and that are not."""

import json

import pytest
from kit.connect import Lines, file_source
from kit.wait import wait_until

JSON = "org.apache.kafka.connect.json.JsonConverter"
INTEGER = "org.apache.kafka.connect.converters.IntegerConverter"


@pytest.fixture
def worker(connect):
    """A Connect cluster of one worker."""
    return connect("ours")


def _values(connect, topic, count):
    return [r.value for r in connect.cluster.kafka.read(topic, count=count)]


def test_lines_arrive_and_go_on_after_a_crash(worker):
    lines = Lines(worker, "crash")
    worker.create("crash", lines.config)
    lines.write(1000)
    lines.wait_arrived()
    wait_until(lambda: worker.offsets("crash") != [], 30, "offsets are committed")
    worker.workers[0].kill9()
    lines.write(500)
    worker.start(worker.workers[0])
    lines.write(500)
    seen = lines.wait_arrived()
    assert len(seen) == 2000, "what was committed is not sent again"
    for what in (r"\[crash\|worker\] Creating connector crash", r"\[crash\|task-0\] Creating task crash-0",
                 r"INFO Kafka Connect worker initialization took \d+ms", r"INFO Herder started"):
        worker.workers[0].wait_log(what)  # the context that Java gives these lines
    partition, offset = worker.offsets("crash")[0]
    assert partition == {"filename": str(lines.path)}
    assert 0 < offset["position"] <= lines.path.stat().st_size
    worker.delete("crash")


@pytest.mark.parametrize("before, after", [(1, 1), (3, 1)])
def test_a_topic_that_is_deleted_is_waited_for(worker, before, after):
    """As Java's producer, whose records wait for their topic, the task runs on; nothing is lost meanwhile."""
    kafka = worker.cluster.kafka
    topic = kafka.create_topic(worker.name(f"gone-{before}"), before)
    lines = Lines(worker, f"gone-{before}", topic=topic)
    worker.create(lines.connector, lines.config)
    lines.write(20)
    wait_until(lambda: sum(1 for _ in kafka.read(topic)) == 20, 30, "all lines have arrived")
    kafka.delete_topic(topic)
    lines.write(20)
    worker.workers[0].wait_log("what was to go there is sent again", 60)
    lines.write(20)
    assert worker.status(lines.connector)["tasks"][0]["state"] == "RUNNING"
    kafka.create_topic(topic, after)
    lines.write(20)
    wait_until(lambda: (lines.arrived()[-1:] == [79], lines.arrived()[-5:]), 60, "the rest has arrived")
    assert lines.arrived() == list(range(20, 80))
    worker.delete(lines.connector)


@pytest.mark.parametrize("schemas", [True, False])
def test_a_line_as_json(worker, schemas):
    name = f"json-{str(schemas).lower()}"
    path, topic = worker.folder / name, worker.cluster.kafka.create_topic(worker.name(name))
    path.write_text('caf\u00e9 "x"\n\U0001f426\n', encoding="utf-8")
    worker.create(name, file_source(path, topic, **{"value.converter": JSON,
                                                     "value.converter.schemas.enable": schemas}))
    first, second = _values(worker, topic, 2)
    envelope = b'{"schema":{"type":"string","optional":false},"payload":%s}'
    # as Java writes it: characters beyond the basic plane are escaped, others are not
    texts = ['"caf\u00e9 \\"x\\""'.encode(), b'"\\uD83D\\uDC26"']
    assert [first, second] == [envelope % t if schemas else t for t in texts]
    assert json.loads(second) == ({"schema": {"type": "string", "optional": False}, "payload": "\U0001f426"}
                                  if schemas else "\U0001f426")
    worker.delete(name)


def test_a_record_that_cannot_be_converted_fails_the_task(worker):
    lines = Lines(worker, "strict")
    lines.write(3)
    worker.create("strict", {**lines.config, "value.converter": INTEGER, "errors.log.enable": True,
                              "errors.log.include.messages": True})

    def failed():
        status = worker.status("strict") or {"tasks": []}
        return [t["state"] for t in status["tasks"]] == ["FAILED"], status

    status = wait_until(failed, 60, "the task fails")
    trace = status["tasks"][0]["trace"]
    assert trace.startswith("org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler")
    assert ("Caused by: org.apache.kafka.connect.errors.DataException: Failed to serialize to integer "
            "(was class java.lang.String): ") in trace
    assert status["connector"]["state"] == "RUNNING"
    log = worker.workers[0].log()
    assert ("Error encountered in task strict-0. Executing stage 'VALUE_CONVERTER' with class '" + INTEGER +
            "', where source record is = SourceRecord{sourcePartition={filename=" + str(lines.path) +
            "}, sourceOffset={position=7}} ConnectRecord{topic='" + lines.topic +
            "', kafkaPartition=null, key=null, keySchema=null, value=line 0, valueSchema=Schema{STRING}, "
            "timestamp=") in log
    worker.delete("strict")


def test_what_is_tolerated_is_left_out(worker):
    lines = Lines(worker, "lenient")
    lines.write(3)
    worker.create("lenient", {**lines.config, "value.converter": INTEGER, "errors.tolerance": "all",
                               "errors.log.enable": True})
    worker.wait_running("lenient")
    text = "Error encountered in task lenient-0. Executing stage 'VALUE_CONVERTER' with class '" + INTEGER + "'."
    wait_until(lambda: worker.workers[0].log().count(text) == 3, 60, "three records are reported")
    worker.wait_running("lenient")
    assert lines.arrived() == []
    worker.delete("lenient")


def test_a_bad_converter_setting_is_named(worker):
    answer = worker.running()[0].rest.ask(
        "POST", "connectors",
        body={"name": "bad", "config": {"connector.class": "FileStreamSource", "topic": "t", "file": "/x",
                                        "value.converter": JSON, "value.converter.decimal.format": "ROMAN"}})
    assert answer.status in (201, 400), answer
    if answer.status == 400:
        assert "decimal.format" in answer.message
        return

    def failed():
        status = worker.status("bad") or {"tasks": []}
        return [t["state"] for t in status["tasks"]] == ["FAILED"], status

    status = wait_until(failed, 60, "the task fails")
    assert "Invalid value ROMAN for configuration decimal.format" in status["tasks"][0]["trace"]
    worker.delete("bad")
