# SPDX-License-Identifier: Apache-2.0
"""The REST API of ours and of Java's worker: the same requests, the same answers.

The requests are in tests/peer/rest, a file for each resource. They go, one after the other, to both, each in a
Connect cluster of its own on one Kafka; then status, headers and body are compared. What is another for each worker is
masked. What may differ all the same is in ACCEPTED, with the reason.

REST_SCRIPTS=states,offsets picks files; REST_DUMP=FOLDER keeps all answers.
"""

import json
import os
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest
from kit import http_script
from kit.wait import wait_until

_FOLDER = Path(__file__).parent / "rest"
_SETTLE_S = 20  # for what follows an answer
_SPREAD_S = 2  # for what one worker has read to be read by all
_LOCAL = ("plugins", "validate", "http", "loggers")  # answered by whoever is asked
_ONCE = ("mirror_offsets",)  # whoever forwards them: it is the connector that answers
_FORWARDED = ("connectors", "config", "states", "offsets", "internal", "mirror")

# Headers that clients look at.
_HEADERS = ("content-type", "location", "allow", "vary", "access-control-allow-origin", "www-authenticate")

# Classes that Java has and this worker has not yet: left out of lists, on both sides.
_NOT_YET = re.compile(r"org\.apache\.kafka\.connect\.(transforms\.|file\.FileStreamSink)")


class Accepted(NamedTuple):
    """A difference that is meant."""

    where: str  # regular expression for "file: title"
    drop: tuple  # what is not compared: status, headers, body, or names of members of either
    why: str
    says: str = ""  # only where Java's message matches
    status: int = None  # what ours answers, where the status is not compared


_JVM = "a class of the JVM that is no plugin; here there is none"
_KNOWN = "the message goes on with the classes that there are"

ACCEPTED = [
    Accepted(r"", ("documentation",), "the texts are our own"),
    Accepted(r"^http: root", ("commit",), "tells the product from Kafka's"),
    Accepted(r"", ("message",), "what a JSON parser says", says=r"\[Source: "),
    Accepted(r"", ("message",), "a null pointer's text", says=r"Cannot invoke "),
    Accepted(r"", ("content-type",), "Java's router does not say that its errors are JSON", says=r"^HTTP 4\d\d "),
    Accepted(r"^http: (encoded (slash|percent|backslash|tab)|raw (brackets|braces|pipe))$",
             ("status", "content-type", "body"), "every name can be addressed, as with 3.x", status=404),
    Accepted(r"^mirror: raw arrow$|^connectors: delete, percent$", ("status", "content-type", "body"),
             "likewise"),
    Accepted(r"^http: (two slashes|an empty name)$", ("status", "content-type", "body"),
             "an unknown path, as with 3.x", status=404),
    Accepted(r"^validate: empty class, path matches$", ("status", "content-type", "body"),
             "an unknown path, as with 3.x", status=404),
    Accepted(r"^http: (encoded null|bad escape|escape .*)$", ("content-type", "body"), "an error is JSON here"),
    Accepted(r"^validate: validate with a content type that is none$", ("content-type", "body"),
             "the page of Java's HTTP server has no length and is cut off"),
    Accepted(r"^plugins: keys of a class that is no plugin$", ("status", "error_code", "message"), _JVM, status=404),
    Accepted(r"^validate: abstract connector$", ("message",), _JVM),
    Accepted(r"^validate: .* converter (java\.lang\.String|org\.apache\.kafka\.connect\.storage\.Converter)$",
             ("value", "errors", "visible"), _JVM),
    Accepted(r"^validate: transforms is abstract$", ("value", "errors"), _JVM),
    Accepted(r"^validate: producer override class$", ("status", "body"), _JVM, status=200),
    Accepted(r"^validate: a (RegexRouter|predicate)", ("error_count", "configs"), "no transforms here yet"),
    Accepted(r"^connectors: create: lone surrogate$", ("status", "error_code", "message"),
             "no text of UTF-8 can hold one, so it is no JSON", status=500),
    Accepted(r"^connectors: create: no class, others$", ("message",),
             "the map's order: keys of one bucket are in the body's order in Java"),
    Accepted(r"^connectors: expanded, (all|status)$", ("nulls",),
             "Java's connector fails with a ClassCastException over the null that was accepted"),
    Accepted(r"^connectors: expanded, (all|info|status|unknown)$", ("a/b%c d;e+ä",),
             "a follower of Java's cannot hand the tasks of such a name to a leader of Java's, whose server refuses %25"),
    Accepted(r"^offsets: alter: nested$|^mirror_offsets: .*: offset is a list$", ("message",),
             "the class is asked first"),
    Accepted(r"^mirror_offsets: .*: too large$", ("message",), "a number of more than 64 bits is none of ours"),
    Accepted(r"^internal: tasks, signature no base64$", ("message",), "what a decoder says"),
    Accepted(r"^validate: unknown class again$", ("message",), "Java remembers the failure, and says so"),
    Accepted(r"^validate: (.* )?offsets topic$|^validate: all overrides$", ("error_count", "errors"),
             "offsets are in the worker's own topic only, and a connector that asks for another is refused"),
    Accepted(r"^validate: Mirror\w+ classes$", ("errors",), _KNOWN),
    Accepted(r"^validate: mirror (filter classes by alias|policy of the wrong kind)$",
             ("error_count", "value", "errors"), "aliases are known too; what is no policy is refused at once"),
]


@pytest.fixture
def sides(connect, us_west, monkeypatch):
    """Makes two Connect clusters of the given kinds of workers, with what the scripts need."""
    monkeypatch.setenv("TERN_SECRET", "s3cret")
    providers = {"config.providers": "file,env"}
    for name, cls in (("file", "FileConfigProvider"), ("env", "EnvVarConfigProvider")):
        providers[f"config.providers.{name}.class"] = f"org.apache.kafka.common.config.provider.{cls}"

    def make(theirs, ours):
        made = [connect(*kinds, cluster=us_west, start=False, raw=providers) for kinds in (theirs, ours)]
        for side in made:
            (side.folder / "lines.txt").write_text("one\ntwo\nthree\n", encoding="ascii")
            us_west.kafka.create_topic(side.name("lines"))
            for worker in side.workers:  # one by one: the first leads
                side.start(worker)
        return made

    return make


@pytest.mark.timeout(900)
def test_alone(sides):
    """A worker that is its cluster's only one."""
    java, ours = sides(["java"], ["ours"])
    _compare_all(_LOCAL + _FORWARDED + _ONCE, (java, java.workers[0]), (ours, ours.workers[0]))


@pytest.mark.timeout(900)
def test_through_a_follower(sides):
    """Requests that the leader has to answer, put to the other."""
    java, ours = sides(["java", "java"], ["ours", "ours"])
    _compare_all(_FORWARDED, (java, _follower(java)), (ours, _follower(ours)))


def _follower(side):
    return next(worker for worker in side.workers if worker is not side.leader())


# Playing

def _compare_all(names, theirs, ours, also=()):
    """also: what is accepted beside ACCEPTED."""
    picked = os.environ.get("REST_SCRIPTS")
    faults, count = [], 0
    for name in names:
        if picked and name not in picked.split(","):
            continue
        for step, (a, b) in _answers(name, theirs, ours):
            count += 1
            faults += _differences(f"{name}: {step.title}", step, a, b, also)
    assert not faults, f"{len(faults)} differences in {count} requests:\n" + "\n".join(faults)
    assert count > 20


def _answers(name, *sides):
    """Steps with the answers of both sides; one request after the other, for a side may wait for itself only."""
    scripts = [http_script.load(_FOLDER / f"{name}.http", _variables(side)) for side, _ in sides]
    dump = os.environ.get("REST_DUMP")
    for steps in zip(*scripts):
        answers = [_view(step, _played(step, side, worker), side) for step, (side, worker) in zip(steps, sides)]
        if dump:
            with open(Path(dump) / f"{os.environ['PYTEST_CURRENT_TEST'].split('::')[-1].split()[0]}-{name}.jsonl", "a", encoding="utf-8") as out:
                out.write(json.dumps([steps[0].where, steps[0].title, *answers]) + "\n")
        yield steps[0], answers


def _played(step, side, worker):
    """The answer to one request, when a restart is over, and what was waited for is seen by every worker.

    Each worker answers from the statuses that it has read so far, and the leader plans restarts by them: what comes
    next would tell how far it has read.
    """
    restarts = step.method == "POST" and step.path.partition("?")[0].endswith("/restart")
    before = len(side.status_records()) if restarts else 0
    reply = http_script.play(step, worker.port, deadline=_SETTLE_S)
    if restarts and reply.status in (202, 204):
        _wait_restarted(side, _restarted(step, reply), before)
    if step.path.endswith("/status") and step.directive("until"):
        for other in side.workers:
            http_script.play(step, other.port, deadline=_SPREAD_S)
    return reply


def _restarted(step, reply):
    """The keys of the statuses of what an accepted request restarts."""
    path = [unquote(part) for part in step.path.partition("?")[0].strip("/").split("/")]
    if reply.status == 204:  # connectors/NAME/restart, or connectors/NAME/tasks/N/restart
        return {f"status-task-{path[1]}-{path[3]}" if path[2] == "tasks" else f"status-connector-{path[1]}"}
    body = reply.json()
    keys = {f"status-task-{path[1]}-{t['id']}" for t in body["tasks"] if t["state"] == "RESTARTING"}
    return keys | ({f"status-connector-{path[1]}"} if body["connector"]["state"] == "RESTARTING" else set())


def _wait_restarted(side, keys, before):
    """Until each has a newer status than those before that is not of the way there."""

    def over():
        now = dict(side.status_records()[before:])
        return all(now.get(key) and now[key].state not in ("UNASSIGNED", "RESTARTING") for key in keys), now

    wait_until(over, _SETTLE_S, f"{keys} have restarted", every=0.1)


def _variables(side):
    return {"folder": side.folder, "prefix": side.name(""), "bootstrap": side.cluster.bootstrap,
            "group": side.group_id}


# Comparing

def _view(step, reply, side):
    """An answer without what differs from worker to worker."""
    masks = [(worker.worker_id, "{worker}") for worker in side.workers]
    masks += [(str(side.folder), "{folder}"), (side.group_id, "{group}"), (side.name(""), "{prefix}")]
    masks.append((side.cluster.bootstrap, "{bootstrap}"))

    def masked(text):
        for value, name in masks:
            text = text.replace(value, name)
        text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "{time}", text)
        return re.sub(r"(PluginDesc\{klass=class ([^,]+),.*?\})(, )?",
                      lambda m: "" if _NOT_YET.match(m.group(2)) else m.group(0), text)

    headers = {name: masked(value) for name, value in reply.headers if name in _HEADERS}
    if "allow" in headers:
        headers["allow"] = ",".join(sorted(headers["allow"].split(",")))
    body = http_script.Reply(reply.status, (), masked(reply.body.decode("utf-8", "replace")).encode()).json()
    if headers.get("content-type", "").startswith("text/html"):
        body = "<page>"
    elif headers.get("content-type") == "text/plain":
        body = sorted(body.split(", ")) if body else body
    return {"status": reply.status, "headers": headers, "body": _settled(step, body)}


def _settled(step, body):
    """A body with its unordered arrays sorted, classes left out that are not there yet, and times masked."""
    if isinstance(body, list) and all(isinstance(item, str) for item in body):
        body = sorted(body)
    for path in step.directive("unordered"):
        body[path] = sorted(body[path], key=json.dumps)
    return _without_absent(body)


def _without_absent(value):
    """Also without the version of what is about to restart: an answer is made from the status that was read last, and
    the one before may still say that the former instance has ended, without a version. Java's leader races likewise.
    """
    if isinstance(value, list):
        return [_without_absent(item) for item in value if not _is_absent(item)]
    if isinstance(value, dict):
        return {name: _masked_member(name, _without_absent(item)) for name, item in value.items()
                if not (name == "version" and value.get("state") == "RESTARTING")}
    return value


def _is_absent(item):
    text = item.get("class") if isinstance(item, dict) else item
    return isinstance(text, str) and bool(_NOT_YET.match(text))


def _masked_member(name, value):
    if name == "last_modified" and value:
        return "{time}"
    if name == "trace" and value:
        return value.split("\n")[0]  # what user interfaces show
    return value


def _differences(where, step, theirs, ours, also):
    says = theirs["body"].get("message") if isinstance(theirs["body"], dict) else ""
    drop, found = set(), []
    for accepted in (*ACCEPTED, *also):
        if re.search(accepted.where, where) and (not accepted.says or re.search(accepted.says, says or "")):
            drop.update(accepted.drop)
            if accepted.status not in (None, ours["status"]) and ours["status"] != theirs["status"]:
                found.append(f"status: ours {ours['status']}, not {accepted.status}")
    for part in ("status", "headers", "body"):
        if part not in drop:
            found += _walk(part, theirs[part], ours[part], drop)
    return [f"{where} ({step.where})\n    {one}" for one in found[:6]]


def _walk(path, theirs, ours, drop):
    """Where two values differ, one line for each place."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        names = [n for n in dict.fromkeys([*theirs, *ours]) if n not in drop]
        return [line for n in names
                for line in _walk(f"{path}.{n}", theirs.get(n, "<none>"), ours.get(n, "<none>"), drop)]
    if isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        return [line for i, (a, b) in enumerate(zip(theirs, ours)) for line in _walk(f"{path}.{i}", a, b, drop)]
    return [] if theirs == ours else [f"{path}: Java {_short(theirs)}, ours {_short(ours)}"]


def _short(value):
    return json.dumps(value, ensure_ascii=False)[:400]


@pytest.mark.timeout(900)
def test_ours_follows_java(sides):
    """Two workers of which one is Java, which leads: ours forwards to it, and hands its answers on."""
    java, mixed = sides(["java", "java"], ["java", "ours"])
    assert mixed.leader() is mixed.workers[0]
    _compare_all(_FORWARDED, (java, _follower(java)), (mixed, mixed.workers[1]), [
        Accepted(r"^states: restart what has failed$", ("tasks",),
                 "Java's leader writes the request, then looks what has failed; ours may have restarted it by then"),
    ])


@pytest.mark.timeout(900)
def test_java_follows_ours(sides):
    java, mixed = sides(["java", "java"], ["ours", "java"])
    assert mixed.leader() is mixed.workers[0]
    _compare_all(_FORWARDED, (java, _follower(java)), (mixed, mixed.workers[1]))
