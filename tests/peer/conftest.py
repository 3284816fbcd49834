# SPDX-License-Identifier: Apache-2.0
"""Peer tests: Java and ours take turns, or read what the other has written. Fixtures are in ../conftest.py."""

from pathlib import Path

import pytest
from kit.worker import run_java_tool


@pytest.fixture(scope="session")
def remote_offsets():
    """Asks Java's RemoteClusterUtils: (bootstrap, alias, group) -> {(topic, partition): translated offset}."""
    program = Path(__file__).parent / "RemoteOffsets.java"

    def ask(bootstrap, alias, group):
        answer = run_java_tool(str(program), bootstrap, alias, group)
        lines = [line.split() for line in answer.splitlines() if line.startswith("offset ")]
        return {(topic, int(partition)): int(offset) for _, topic, partition, offset in lines}

    return ask
