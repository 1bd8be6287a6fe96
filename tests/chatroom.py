"""A small chat platform: keeps what robots were told, and answers as it is told to; without it none could be tried."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hotline.chats import Address, Kind
from hotline.settings import Settings
from tests import servers

PATHS = {
    Kind.FEISHU: "/open-apis/bot/v2/hook/the-group-of-the-tests",
    Kind.DINGTALK: "/robot/send?access_token=the-group-of-the-tests",
    Kind.WECOM: "/cgi-bin/webhook/send?key=the-group-of-the-tests",
}
WELL: dict[str, Any] = {"code": 0, "errcode": 0, "msg": "success"}
HANGS_UP = 0  # in place of a status: the connection is closed without an answer


@dataclass(frozen=True)
class Told:
    """One request: where it went, with what query and what body."""

    path: str
    query: dict[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """What the group reads."""
        return str((self.body.get("content") or self.body["text"]).get("text") or self.body["text"]["content"])


class Room(ThreadingHTTPServer):
    """The platform. `answers`: what is answered next, as status and body; all is well where nothing is said."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.told: list[Told] = []
        self.answers: list[tuple[int, bytes]] = []

    @property
    def origin(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def texts(self) -> list[str]:
        """What the group has read, in order."""
        return [one.text for one in self.told]

    def robot(self, kind: Kind = Kind.FEISHU, secret: str | None = None) -> Address:
        """A robot in it."""
        return Address(kind, self.origin + PATHS[kind], secret)

    def answers_with(self, status: int = 200, body: bytes | None = None, **fields: Any) -> None:
        """So it answers the next message."""
        self.answers.append((status, json.dumps(fields).encode() if body is None else body))


class _Request(BaseHTTPRequestHandler):
    server: Room

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        where = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(where.query, strict_parsing=bool(where.query)).items()}
        self.server.told.append(Told(where.path, query, json.loads(body)))
        status, answer = self.server.answers.pop(0) if self.server.answers else (200, json.dumps(WELL).encode())
        if status == HANGS_UP:
            return
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"{self.server.origin}/elsewhere")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Room]:
    """The platform, until the block ends."""
    with servers.serving(Room()) as made:
        yield made


@pytest.fixture
def room() -> Iterator[Room]:
    """A platform of the test's own."""
    with serving() as made:
        yield made


@pytest.fixture
def settings(settings: Settings, room: Room) -> Settings:
    """The settings of the tests; robots may be called at the platform of this test."""
    return settings.model_copy(update={"hotline_robot_hosts_also": room.origin})
