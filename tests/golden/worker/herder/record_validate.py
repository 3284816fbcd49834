#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes validate.json from what a Java worker answered in tests/peer/test_rest_conformance.py.

    REST_SCRIPTS=validate,plugins REST_DUMP=FOLDER make integration K="test_rest_conformance and alone"
    tests/golden/worker/herder/record_validate.py FOLDER >tests/golden/worker/herder/validate.json
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from kit import http_script  # noqa: E402  pylint: disable=wrong-import-position

_REST = Path(__file__).resolve().parents[3] / "peer" / "rest"
_ABOUT = ("PUT /connector-plugins/{class}/config/validate, and GET /connector-plugins/{class}/config, of a distributed "
          "worker of Apache Kafka 4.3.1 whose group is {group} and whose key and value converter is ByteArrayConverter; "
          "configs and keys are indexes into pool; documentation left out, and classes that are not here yet")


class Pool:
    """Objects, each of them once."""

    def __init__(self):
        self.all = []
        self._index = {}

    def add(self, thing):
        key = json.dumps(thing, sort_keys=True)
        if key not in self._index:
            self._index[key] = len(self.all)
            self.all.append(thing)
        return self._index[key]


def main(folder):
    pool, cases, plugins = Pool(), [], []
    for step, answer in _answers(folder, "validate"):
        config = _config(step)
        if config is not None and answer["status"] in (200, 500):
            cases.append(_case(step, config, answer, pool))
    for step, answer in _answers(folder, "plugins"):
        if step.path.endswith("/config") and step.method == "GET" and answer["status"] == 200:
            keys = [pool.add(_bare(key)) for key in answer["body"]]
            plugins.append({"plugin": step.path.split("/")[2], "keys": keys})
    parts = [("pool", pool.all), ("cases", cases), ("plugins", plugins)]
    print('{"about": ' + json.dumps(_ABOUT), end="")
    for name, rows in parts:
        print(f',\n"{name}": [\n' + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]", end="")
    print("}")


def _answers(folder, name):
    """Steps with what Java answered."""
    names = ("folder", "prefix", "bootstrap", "group")
    steps = http_script.load(_REST / f"{name}.http", {n: "{" + n + "}" for n in names})
    lines = (Path(folder) / f"test_alone-{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(step, json.loads(line)[2]) for step, line in zip(steps, lines)]


def _config(step):
    """A body that is a map of strings without variables; None for others."""
    try:
        body = json.loads(step.body or b"")
    except ValueError:
        return None
    texts = isinstance(body, dict) and all(v is None or isinstance(v, str) for v in body.values())
    return body if texts and "${" not in json.dumps(body) else None


def _case(step, config, answer, pool):
    body = answer["body"]
    case = {"title": step.title, "config": config, "status": answer["status"]}
    if answer["status"] != 200:
        return {**case, "message": body["message"]}
    entries = [pool.add({"definition": _bare(e["definition"]), "value": e["value"]}) for e in body["configs"]]
    return {**case, "name": body["name"], "error_count": body["error_count"], "groups": body["groups"],
            "configs": entries}


def _bare(definition):
    return definition and {name: value for name, value in definition.items() if name != "documentation"}


if __name__ == "__main__":
    main(sys.argv[1])
