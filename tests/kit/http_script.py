# SPDX-License-Identifier: Apache-2.0
"""Scripts of HTTP requests, played against a server, one after the other.

A script is an .http file as editors know them:

    ### title of a request
    # a remark
    # @until 200 connector.state=RUNNING #tasks=1
    PUT /connectors/a/config
    Content-Type: application/json

    {"connector.class": "..."}

The body is what follows the first blank line, without the line ends around it. {{name}} is replaced by a variable.
Content-Type is application/json when a body is given and no header says otherwise; "Content-Type:" alone sends none.
Directives stand on lines of their own before the request line:

    @until STATUS CONDITION...   repeats the request until the answer is so; a.b=text compares a member of the
                                 JSON body, #a=n the length of one, "has text" and "lacks text" look for text in the body
    @unordered MEMBER            the array at that member has no order ("." is the whole body)
    @hex                         the body is written in hexadecimal
    @raw                         request line, headers and body are sent as they stand, and nothing else
"""

import http.client
import json
import re
import socket
import time
from pathlib import Path
from typing import NamedTuple

_TIMEOUT_S = 100
_POLL_S = 0.1


class Step(NamedTuple):
    where: str  # file:line
    title: str
    method: str
    path: str
    headers: tuple
    body: bytes  # None: none
    directives: tuple  # (word, rest)

    def directive(self, word):
        """The rest of the line of each directive of that name."""
        return [rest for name, rest in self.directives if name == word]


class Reply(NamedTuple):
    status: int
    headers: tuple  # (name in lower case, value), as they came
    body: bytes

    def header(self, name):
        return next((v for n, v in self.headers if n == name), None)

    def json(self):
        """The parsed body; its text when it is no JSON; None when it is empty."""
        if not self.body:
            return None
        try:
            return json.loads(self.body)
        except ValueError:
            return self.body.decode("utf-8", errors="replace")


def load(path, variables):
    """The steps of one script."""
    text = Path(path).read_text(encoding="utf-8")
    for name, value in variables.items():
        text = text.replace("{{" + name + "}}", str(value))
    left = re.search(r"\{\{\w+\}\}", text)
    assert not left, f"{path}: no variable {left.group(0)}"
    line, steps = 1, []
    for block in re.split(r"^(?=###)", text, flags=re.M):
        if block.startswith("###"):
            steps.append(_step(f"{Path(path).name}:{line}", block))
        line += block.count("\n")
    return steps


def _step(where, block):
    head, _, body = block.partition("\n\n")
    title, *lines = head.rstrip("\n").split("\n")
    directives = [tuple((line[3:].split(" ", 1) + [""])[:2]) for line in lines if line.startswith("# @")]
    lines = [line for line in lines if not line.startswith("#")]
    assert lines, f"{where}: no request"
    method, path = lines[0].split(" ", 1)
    headers = tuple(tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:])
    body = body.strip("\n")
    data = None if not body else bytes.fromhex(body) if ("hex", "") in directives else body.encode("utf-8")
    if ("raw", "") in directives:
        data = ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8") + (data or b"")
    return Step(where, title.strip("# "), method, path, headers, data, tuple(directives))


def send(step, port, host="127.0.0.1"):
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
    try:
        if step.directive("raw"):
            return _send_raw(step, connection)
        connection.putrequest(step.method, step.path, skip_accept_encoding=True)
        given = {name.lower() for name, _ in step.headers}
        if step.body is not None and "content-type" not in given:
            connection.putheader("Content-Type", "application/json")
        if "content-length" not in given and "transfer-encoding" not in given and (
                step.body is not None or step.method in ("PUT", "POST", "PATCH")):
            connection.putheader("Content-Length", str(len(step.body or b"")))
        for name, value in step.headers:
            if value:
                connection.putheader(name, value.encode("utf-8"))
        connection.endheaders(step.body)
        return _reply(connection.getresponse())
    finally:
        connection.close()


def _send_raw(step, connection):
    connection.connect()
    connection.sock.sendall(step.body)
    response = http.client.HTTPResponse(connection.sock, method=step.method)
    response.begin()
    return _reply(response)


def _reply(response):
    try:
        body = response.read()
    except (http.client.HTTPException, socket.timeout) as e:
        body = f"<{type(e).__name__}>".encode()
    return Reply(response.status, tuple((n.lower(), v) for n, v in response.getheaders()), body)


def play(step, port, deadline=60):
    """Sends a step; with @until again and again. The last reply, also when the condition never came true."""
    until = step.directive("until")
    end = time.monotonic() + deadline
    while True:
        reply = send(step, port)
        if all(_holds(condition, reply) for condition in until) or time.monotonic() > end:
            return reply
        time.sleep(_POLL_S)


def _holds(condition, reply):
    status, *rest = condition.split(" ", 1)
    if int(status) != reply.status:
        return False
    body, rest = reply.json(), rest[0] if rest else ""
    if rest.startswith(("has ", "lacks ")):
        word, text = rest.split(" ", 1)
        return (text in reply.body.decode("utf-8", errors="replace")) == (word == "has")
    for one in rest.split():
        name, _, wanted = one.partition("=")
        found = _member(body, name.lstrip("#"))
        if str(len(found) if name.startswith("#") and found is not None else found) != wanted:
            return False
    return True


def _member(body, path):
    for name in path.split("."):
        if isinstance(body, list) and name.isdigit() and int(name) < len(body):
            body = body[int(name)]
        elif isinstance(body, dict):
            body = body.get(name)
        elif name:
            return None
    return body
