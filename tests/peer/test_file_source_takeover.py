# SPDX-License-Identifier: Apache-2.0
"""A file source that Java began goes on with us, and the other way round: nothing twice, nothing lost."""

import pytest
from kit.connect import Lines

JSON = "org.apache.kafka.connect.json.JsonConverter"


@pytest.mark.timeout(400)
def test_java_ours_java(connect):
    cluster = connect("java")
    lines = Lines(cluster, "handed")
    cluster.create("handed", lines.config)
    for kind in ("java", "ours", "java"):
        if cluster.workers[0].kind != kind:
            cluster.workers[0].stop_cleanly()
            cluster.replace(cluster.workers[0], kind)
            lines.write(50)  # while nobody runs
            cluster.start()
        lines.write(50)
        lines.wait_arrived()
        cluster.wait_running("handed")
    assert len(lines.arrived()) == lines.written, "a clean hand-over repeats nothing"


@pytest.mark.timeout(400)
@pytest.mark.parametrize("schemas", [True, False])
def test_both_write_the_same_json(connect, schemas):
    """The same file, read by either kind, becomes the same bytes."""
    text = 'plain\n"quoted" \\ \t\ncaf\u00e9 \U0001f426 \u2028\n\n\x01\x7f\n'
    written = {}
    for kind in ("java", "ours"):
        cluster = connect(kind)
        lines = Lines(cluster, "same")
        lines.path.write_text(text, encoding="utf-8")
        cluster.create("same", {**lines.config, "value.converter": JSON, "key.converter": JSON,
                                "value.converter.schemas.enable": schemas, "key.converter.schemas.enable": schemas})
        written[kind] = [(r.key, r.value) for r in cluster.cluster.kafka.read(lines.topic, count=5)]
    assert written["ours"] == written["java"]
