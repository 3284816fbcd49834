# SPDX-License-Identifier: Apache-2.0
"""The config, offset and status topics of a Connect cluster, read as its workers read them."""

import json
from typing import NamedTuple


class Status(NamedTuple):
    state: str
    trace: str
    worker_id: str
    generation: int
    written_at_ms: int


class InternalTopics:
    """Those three topics on one kit.cluster.Cluster. They need not exist yet."""

    def __init__(self, cluster, configs, offsets, status):
        self._cluster = cluster
        self.configs_topic, self.offsets_topic, self.status_topic = configs, offsets, status

    # Statuses

    def status_records(self):
        """[(key, Status or None for a tombstone)] of connectors and tasks as written, oldest first in a partition."""
        result = []
        for record in self._table_records(self._cluster, self.status_topic):
            key = (record.key or b"").decode("utf-8", errors="replace")
            if key.startswith(("status-connector-", "status-task-")):
                now = None if record.value is None else _status(record)
                result.append((key, now))
        return result

    def statuses(self, as_written=False):
        """{record key: Status} as a reader of the status topic has it; deleted ones are left out.

        A reader does not let a task's UNASSIGNED hide a RUNNING of the same generation. With as_written the
        last record of each key counts, whatever it says.
        """
        result = {}
        for key, now in self.status_records():
            if now is None:
                result.pop(key, None)
                continue
            before = result.get(key)
            late = (not as_written and before and key.startswith("status-task-") and now.state == "UNASSIGNED"
                    and before.state == "RUNNING" and before.generation >= now.generation)
            if not late:
                result[key] = now
        return result

    def connector_status(self, connector):
        return self.statuses().get(f"status-connector-{connector}")

    def task_statuses(self, connector):
        """{task number: Status}"""
        prefix = f"status-task-{connector}-"
        return {int(k[len(prefix):]): s for k, s in self.statuses().items() if k.startswith(prefix)}

    # Configs and offsets

    def connector_configs(self):
        """{connector: properties} from the config topic."""
        return {k.removeprefix("connector-"): v["properties"]
                for k, v in self._json_table(self._cluster, self.configs_topic).items() if k.startswith("connector-")}

    def task_configs(self, connector):
        """[properties] of the tasks that the last commit record counts."""
        table = self._json_table(self._cluster, self.configs_topic)
        count = table.get(f"commit-{connector}", {"tasks": 0})["tasks"]
        return [table[f"task-{connector}-{n}"]["properties"] for n in range(count)]

    def committed_offsets(self, connector):
        """[(source partition, source offset)] of a connector, one for each key of the offset topic."""
        table = self._json_table(self._cluster, self.offsets_topic)
        return [(json.loads(key)[1], value) for key, value in table.items() if json.loads(key)[0] == connector]

    def end_of_configs(self):
        """The config offset of a worker that has read everything, as long as nobody writes transactions."""
        return self._cluster.kafka.end_offsets(self.configs_topic)[0]

    @staticmethod
    def _table_records(cluster, topic):
        if topic not in cluster.kafka.list_topics():
            return []
        return cluster.kafka.read(topic)

    def _json_table(self, cluster, topic):
        """The latest value of each key, parsed; a tombstone removes the key, what is no JSON is left out."""
        table = {}
        for record in self._table_records(cluster, topic):
            try:
                key = record.key.decode()
                value = None if record.value is None else json.loads(record.value)
            except (AttributeError, ValueError):
                continue
            if value is None:
                table.pop(key, None)
            else:
                table[key] = value
        return table


def _status(record):
    now = json.loads(record.value)
    return Status(now["state"], now["trace"], now["worker_id"], now["generation"], record.timestamp)
