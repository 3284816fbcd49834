# SPDX-License-Identifier: Apache-2.0
"""Other people's tools read what we write: Java's console consumer, RemoteClusterUtils, kcat."""

import json
import re
import shutil
import subprocess

import pytest
from kit.kafka import Record
from kit.wait import wait_until
from kit.worker import mirror_client, run_java_tool, write_properties

_CONSOLE_CONSUMER = "org.apache.kafka.tools.consumer.ConsoleConsumer"
_GROUPS = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"
_FORMATTERS = "org.apache.kafka.connect.mirror.formatters"
_T0 = 1_700_000_000_000


@pytest.fixture
def mirrored(pair, mirror, tmp_path):
    """A flow that has mirrored four records and translated a group; the worker has stopped cleanly."""
    topic, group = pair.create_topic("orders", partitions=2), pair.name("group")
    pair.east.kafka.produce(topic, [
        Record(b"a", b"one", (("h", b"1"), ("h", b"2")), _T0, 0),
        Record(b"b", b"two", (), _T0 + 1, 0),
        Record(None, b"three", (), _T0 + 2, 1),
        Record(b"d", None, (("n", None),), _T0 + 3, 1),
    ])
    pair.east.kafka.commit_group(group, {(topic, 0): 1, (topic, 1): 2})
    worker = mirror(pair.properties(sync_group_offsets_enabled=True)).wait_started(pair.there)
    remote = pair.there.remote(topic)
    wait_until(lambda: pair.west.kafka.group_offsets(group).keys() == {(remote, 0), (remote, 1)}, 60,
               "the group's offsets are synced", every=0.2)
    wait_until(lambda: pair.there.heartbeats(topic=pair.there.remote("heartbeats")), 30, "mirrored heartbeats")
    worker.stop_cleanly()
    pair.topic, pair.group, pair.remote = topic, group, remote
    pair.client_file = tmp_path / "client.properties"
    write_properties(pair.client_file, pair.properties())
    return pair


def _consume(cluster, topic, *args):
    """Lines of Java's console consumer over a whole topic."""
    text = run_java_tool(_CONSOLE_CONSUMER, "--bootstrap-server", cluster.bootstrap, "--topic", topic,
                         "--from-beginning", "--max-messages", str(cluster.kafka.count(topic)),
                         "--timeout-ms", "20000", *args)
    return text.splitlines()


def test_java_console_consumer_reads_records(mirrored):
    properties = ("print.key", "print.value", "print.timestamp", "print.headers", "print.partition")
    lines = _consume(mirrored.west, mirrored.remote, *[w for p in properties for w in ("--property", p + "=true")])
    records = sorted(line for line in lines if line.startswith("CreateTime:"))
    assert records == [
        f"CreateTime:{_T0}\tPartition:0\th:1,h:2\ta\tone",
        f"CreateTime:{_T0 + 1}\tPartition:0\tNO_HEADERS\tb\ttwo",
        f"CreateTime:{_T0 + 2}\tPartition:1\tNO_HEADERS\tnull\tthree",
        f"CreateTime:{_T0 + 3}\tPartition:1\tn:null\td\tnull",
    ]


def test_java_formatters_read_our_internal_records(mirrored):
    flow, group, remote = mirrored.there, mirrored.group, mirrored.remote
    checkpoints = _consume(mirrored.west, flow.checkpoints_topic, "--formatter", f"{_FORMATTERS}.CheckpointFormatter")
    expected = [f"Checkpoint{{consumerGroupId={c.group}, topicPartition={c.topic}-{c.partition}, "
                f"upstreamOffset={c.upstream}, downstreamOffset={c.downstream}, metadata={c.metadata}}}"
                for c in flow.checkpoints()]
    assert expected and set(expected) <= set(checkpoints)
    assert any(f"consumerGroupId={group}, topicPartition={remote}-0, upstreamOffset=1," in c for c in checkpoints)

    syncs = _consume(mirrored.east, flow.offset_syncs_topic, "--formatter", f"{_FORMATTERS}.OffsetSyncFormatter")
    assert {f"OffsetSync{{topicPartition={mirrored.topic}-{p}, upstreamOffset=0, downstreamOffset=0}}"
            for p in (0, 1)} <= set(syncs)

    beats = _consume(mirrored.west, "heartbeats", "--formatter", f"{_FORMATTERS}.HeartbeatFormatter")
    own = [b for b in beats if f"sourceClusterAlias={flow.source_alias}, targetClusterAlias={flow.target_alias}" in b]
    assert own and all(re.search(r"timestamp=\d{13}}$", b) for b in own)


def test_java_remote_cluster_utils_translate(mirrored, remote_offsets):
    answer = remote_offsets(mirrored.west.bootstrap, mirrored.east_alias, mirrored.group)
    last = mirrored.there.last_checkpoints(mirrored.group)
    assert answer == {tp: checkpoint.downstream for tp, checkpoint in last.items()} and len(answer) == 2


def test_our_client_says_what_java_says(mirrored, remote_offsets_text):
    """connect-mirror-client and RemoteClusterUtils on the same cluster."""
    bootstrap, alias = mirrored.west.bootstrap, mirrored.east_alias
    java = [line.split() for line in remote_offsets_text(bootstrap, alias, mirrored.group).splitlines()]
    offsets = mirror_client("--bootstrap-server", bootstrap, "offsets", "--remote", alias, "--group", mirrored.group)
    rows = [line.split("\t") for line in offsets.stdout.splitlines()]
    assert sorted(["offset", *row[1:4]] for row in rows) == sorted(w for w in java if w[0] == "offset") and rows
    hops = mirror_client("--bootstrap-server", bootstrap, "hops", alias)
    assert ["hops", hops.stdout.strip()] in java
    upstream = json.loads(mirror_client("--bootstrap-server", bootstrap, "upstream", "--json").stdout)["clusters"]
    assert ",".join(upstream) == next(w[1] for w in java if w[0] == "upstream")
    assert alias in upstream
    pattern = mirrored.group[:-1] + "."
    by_pattern = json.loads(mirror_client("--bootstrap-server", bootstrap, "--json", "offsets", "--remote", alias,
                                          "--group-regex", pattern).stdout)["offsets"]
    assert {(o["topic"], o["partition"]): o["offset"] for o in by_pattern if o["group"] == mirrored.group} == \
        {(row[1], int(row[2])): int(row[3]) for row in rows}


def test_our_client_lists_topics(mirrored):
    flow, ask = mirrored.there, ("--config", mirrored.client_file, "--cluster", mirrored.west_alias)
    assert flow.checkpoints_topic in mirror_client(*ask, "checkpoints").stdout.splitlines()
    heartbeats = mirror_client(*ask, "heartbeats").stdout.splitlines()
    assert {"heartbeats", flow.remote("heartbeats")} <= set(heartbeats)
    topics = mirror_client(*ask, "topics", mirrored.east_alias).stdout.splitlines()
    assert {mirrored.remote, flow.remote("heartbeats")} <= set(topics)
    assert topics == sorted(topics) and all(t.startswith(mirrored.east_alias + ".") for t in topics)
    assert set(topics) <= set(mirror_client(*ask, "topics").stdout.splitlines())


def test_our_client_fails_in_one_line(mirrored):
    ask = ("--bootstrap-server", mirrored.west.bootstrap, "--timeout-ms", "20000")
    none = mirror_client(*ask, "offsets", "--remote", "nowhere", "--group", "g", status=1)
    assert none.stderr == ("connect-mirror-client: there is no topic 'nowhere.checkpoints.internal': "
                           "no checkpoints of a cluster 'nowhere' here\n")
    regex = mirror_client(*ask, "offsets", "--remote", mirrored.east_alias, "--group-regex", "(", status=1)
    assert regex.stderr.startswith("connect-mirror-client: invalid regex '('") and regex.stderr.count("\n") == 1
    away = mirror_client("--bootstrap-server", "127.0.0.1:1", "--timeout-ms", "500", "upstream", status=1)
    assert away.stderr.startswith("connect-mirror-client: ") and away.stderr.count("\n") == 1
    assert "127.0.0.1:1" in away.stderr and "500 ms" in away.stderr
    assert mirror_client(*ask, "offsets", "--remote", mirrored.east_alias, "--group", "unknown").stdout == ""


def test_java_group_tool_shows_the_synced_group(mirrored):
    text = run_java_tool(_GROUPS, "--bootstrap-server", mirrored.west.bootstrap, "--describe", "--group",
                         mirrored.group)
    rows = [line.split() for line in text.splitlines() if line.startswith(mirrored.group)]
    offsets = {(row[1], int(row[2])): int(row[3]) for row in rows}
    assert offsets == mirrored.west.kafka.group_offsets(mirrored.group)


def test_kcat_reads_records(mirrored):
    kcat = shutil.which("kcat")
    assert kcat, "kcat is not installed: make deps"
    done = subprocess.run([kcat, "-C", "-b", mirrored.west.bootstrap, "-t", mirrored.remote, "-e", "-q", "-Z",
                           "-f", r"%p|%o|%T|%h|%k|%s\n"], stdout=subprocess.PIPE, text=True, check=True, timeout=30)
    assert sorted(done.stdout.splitlines()) == [
        f"0|0|{_T0}|h=1,h=2|a|one",
        f"0|1|{_T0 + 1}||b|two",
        f"1|0|{_T0 + 2}||NULL|three",
        f"1|1|{_T0 + 3}|n=NULL|d|NULL",
    ]
