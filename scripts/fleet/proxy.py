"""Stands for the proxy in front of `web`, with the rules that the README asks for; else one dead machine would show."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

CONNECT, ANSWER = 1.0, 4.0  # seconds that a machine has; then the next one is asked
LONGEST = 30.0  # seconds for what may not be asked of another
REPEATABLE = "/voice/"  # a webhook that comes twice is answered twice and counts once
_HOP = {"connection", "keep-alive", "transfer-encoding", "host", "content-length", "server", "date"}
Backend = tuple[str, int]


class Proxy(ThreadingHTTPServer):
    """Asks one machine after the other, each time beginning with the next."""

    daemon_threads = True

    def __init__(self, address: Backend, machines: Sequence[Backend], answer: float = ANSWER) -> None:
        super().__init__(address, _Request)
        self.answer = answer
        self._machines, self._turn = list(machines), count()
        self.passed_on = 0  # requests that went to another machine than the first asked

    def order(self) -> list[Backend]:
        """Whom to ask, in which order."""
        first = next(self._turn) % len(self._machines)
        return self._machines[first:] + self._machines[:first]

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked has hung up: nothing to say."""


class _Request(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        for place, machine in enumerate(self.server.order()):
            self.server.passed_on += place > 0
            answer = self._ask(machine, body)
            if answer is not None:
                self._give(*answer)
                return
        self._give(HTTPStatus.BAD_GATEWAY, [], b"")

    def _ask(self, machine: Backend, body: bytes) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """The answer of one machine; None where another may be asked."""
        again = self.path.startswith(REPEATABLE)
        connection = http.client.HTTPConnection(*machine, timeout=CONNECT)
        try:
            connection.connect()
        except OSError:
            return None
        try:
            connection.sock.settimeout(self.server.answer if again else LONGEST)
            connection.request(self.command, self.path, body or None, self._headers())
            given = connection.getresponse()
            return given.status, given.getheaders(), given.read()
        except (OSError, http.client.HTTPException):
            return None if again else (HTTPStatus.BAD_GATEWAY, [], b"")
        finally:
            connection.close()

    def _headers(self) -> dict[str, str]:
        passed = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        return {**passed, "Host": self.headers["Host"], "X-Forwarded-For": self.client_address[0]}

    def _give(self, status: int, headers: Sequence[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in _HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: addresses may hold a sheet's secret."""


@contextmanager
def proxy(address: Backend, machines: Sequence[Backend], answer: float = ANSWER) -> Iterator[Proxy]:
    """It asks for as long as the block lasts; `answer`: seconds that a machine has under /voice/."""
    with Proxy(address, machines, answer) as made:
        thread = threading.Thread(target=made.serve_forever, args=[0.05])
        thread.start()
        try:
            yield made
        finally:
            made.shutdown()
            thread.join()


def listens(machine: Backend) -> bool:
    """Does its web server take a connection?"""
    try:
        with socket.create_connection(machine, CONNECT):
            return True
    except OSError:
        return False
