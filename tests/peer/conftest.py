# SPDX-License-Identifier: Apache-2.0
"""Peer tests: Java and ours take turns, or read what the other has written. Fixtures are in ../conftest.py."""

from pathlib import Path

import pytest
from kit.worker import run_java_tool


@pytest.fixture(scope="session")
def remote_offsets_text():
    """Asks Java's RemoteClusterUtils: (bootstrap, alias, group) -> the lines of RemoteOffsets.java."""
    program = Path(__file__).parent / "RemoteOffsets.java"
    return lambda bootstrap, alias, group: run_java_tool(str(program), bootstrap, alias, group)


@pytest.fixture(scope="session")
def remote_offsets(remote_offsets_text):
    """The same, as {(topic, partition): translated offset}."""

    def ask(bootstrap, alias, group):
        answer = remote_offsets_text(bootstrap, alias, group)
        lines = [line.split() for line in answer.splitlines() if line.startswith("offset ")]
        return {(topic, int(partition)): int(offset) for _, topic, partition, offset in lines}

    return ask
