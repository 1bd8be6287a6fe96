"""Another firm's system that takes webhooks: keeps what it was told, and answers as it is told to."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from hotline.settings import Settings
from tests import servers

HANGS_UP = 0  # in place of a status: the connection is closed without an answer
PATH = "/hotline?token=a-key-of-the-receiver"


@dataclass(frozen=True)
class Told:
    """One request, as it came."""

    path: str
    signature: str
    body: bytes

    @property
    def event(self) -> Any:
        """What it says."""
        return json.loads(self.body)

    def is_signed_with(self, secret: str) -> bool:
        """As docs/api.md says how to check: time and body, with the secret, in any of the signatures."""
        time, *signatures = self.signature.split(",")
        right = hmac.new(secret.encode(), time.removeprefix("t=").encode() + b"." + self.body, "sha256").hexdigest()
        return f"v1={right}" in signatures


class Receiver(ThreadingHTTPServer):
    """The system. `answers`: the statuses of its next answers; it takes everything where nothing is said."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.told: list[Told] = []
        self.answers: list[int] = []

    @property
    def origin(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        """The address under which it is subscribed."""
        return self.origin + PATH

    @property
    def types(self) -> list[str]:
        """What it was told of, in order."""
        return [one.event["type"] for one in self.told]


class _Request(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append(Told(self.path, self.headers["Hotline-Signature"], body))
        status = self.server.answers.pop(0) if self.server.answers else 204
        if status == HANGS_UP:
            return
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"{self.server.origin}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Receiver]:
    """The system, until the block ends."""
    with servers.serving(Receiver()) as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A system of the test's own."""
    with serving() as made:
        yield made


@pytest.fixture
def settings(settings: Settings, receiver: Receiver) -> Settings:
    """The settings of the tests; webhooks may go to the system of this test."""
    return settings.model_copy(update={"hotline_webhook_hosts_also": receiver.origin})
