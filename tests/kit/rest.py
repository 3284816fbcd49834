# SPDX-License-Identifier: Apache-2.0
"""A client of the Connect REST API: one request, one answer, as it came."""

import http.client
import json
from typing import NamedTuple
from urllib.parse import quote, urlencode

_TIMEOUT_S = 100  # a worker gives up after 90 s


class Answer(NamedTuple):
    status: int
    body: object  # parsed JSON; text when it is none; None when empty
    headers: dict  # names in lower case

    @property
    def message(self):
        """What an error says, or the text of a body that is no error object."""
        return self.body.get("message") if isinstance(self.body, dict) else self.body


class RestError(AssertionError):
    """An answer of another status than was expected."""

    def __init__(self, what, answer):
        super().__init__(f"{what}: {answer.status} {answer.body}")
        self.answer = answer


class Rest:
    """The API of one worker at host:port, over HTTPS with a TLS context. A connection for each request."""

    def __init__(self, port, host="127.0.0.1", tls=None):
        self.host, self.port, self._tls = host, port, tls

    def ask(self, method, *path, body=None, timeout=_TIMEOUT_S, headers=(), **query):
        """The answer, whatever its status. Elements of path are encoded; OSError if nobody listens."""
        target = "/" + "/".join(quote(str(p), safe="") for p in path)
        if query:
            target += "?" + urlencode({k: str(v).lower() if isinstance(v, bool) else v for k, v in query.items()})
        data = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} if data is not None else {}
        connection = self._connection(timeout)
        try:
            connection.request(method, target, data, {**sent, **dict(headers)})
            response = connection.getresponse()
            return Answer(response.status, _parsed(response.read()), {k.lower(): v for k, v in response.getheaders()})
        finally:
            connection.close()

    def _connection(self, timeout):
        if self._tls:
            return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self._tls)
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def get(self, *path, **query):
        """The body of a 200; RestError otherwise."""
        answer = self.ask("GET", *path, **query)
        if answer.status != 200:
            raise RestError(f"GET {'/'.join(map(str, path))} at port {self.port}", answer)
        return answer.body


def _parsed(data):
    if not data:
        return None
    try:
        return json.loads(data)
    except ValueError:
        return data.decode("utf-8", errors="replace")
