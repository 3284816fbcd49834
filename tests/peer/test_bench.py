# SPDX-License-Identifier: Apache-2.0
"""`make bench` works: both kinds are measured, and the table, the figures and the picture are there. What the
figures of so short a run say is nothing.
"""

import json
import os
import subprocess
import sys

import pytest
from kit import env

pytestmark = pytest.mark.ours_only


def test_a_short_run_of_the_benchmark(tmp_path):
    command = [sys.executable, env.ROOT / "tests" / "bench" / "run.py", "--short", "--rounds", "1", "--out", tmp_path]
    for case in ("first record", "catch-up 1 KB lz4", "idle", "latency", "REST"):
        command += ["--case", case]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=400,
                          env=os.environ)
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "bench.json").read_text())["results"]
    assert set(results) == {"first record", "catch-up 1 KB lz4", "idle", "latency at 1,000 records/s", "REST: a status"}
    for figures in results.values():
        for name, row in figures.items():
            assert row["ours"]["median"] >= 0 and row["java"]["median"] > 0 and "ratio" in row, name
            assert name in done.stdout
    assert (tmp_path / "bench.svg").read_text().startswith("<svg")
