"""A web process that is killed in the midst of a request; else no crowd would ever be served by a mortal one."""

from __future__ import annotations

import random
from collections.abc import Mapping
from urllib.parse import urlsplit

from sqlalchemy import event

from hotline import runtime as runtimes
from hotline.settings import Settings
from hotline.simulator.courier import Answer, ConnectFailed
from hotline.simulator.wire import WsgiSender
from hotline.web import create_app

STATEMENTS = 30  # about as many as a long request asks of the database
SECOND_TRIES = ("/voice/fallback", "/voice/resume")


class Killed(BaseException):
    """The process ends here: no handler of the product sees it."""


class Web:
    """Brings webhooks to the web process of the moment. One that is killed is followed by another, which knows nothing.

    Between two statements nothing leaves the process, so dying before one of them stands for every instruction.
    """

    def __init__(self, settings: Settings, dice: random.Random) -> None:
        self._settings, self._dice = settings, dice
        self._dies_soon = False
        self._left: int | None = None  # statements until the end of the process
        self.killed = 0
        self._begins()

    def kill_soon(self) -> None:
        """The process dies in the next request: before one of its statements, or before its answer is sent.

        Not in the second try of a request that was lost: there the carrier ends the call by itself (contract 2.9).
        """
        self._dies_soon = True

    def close(self) -> None:
        """The last process ends."""
        self._runtime.engine.dispose()
        self._runtime.redis.close()

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Answer:
        """Make one request; ConnectFailed where the process died over it."""
        dies = self._dies_soon and urlsplit(url).path not in SECOND_TRIES
        if dies:
            self._left = self._dice.randint(0, STATEMENTS)
        try:
            answer = self._sender(method, url, headers, body, timeout)
        except Killed:
            answer = None
        if answer is not None and not dies:
            return answer
        self._dies_soon, self._left = False, None
        self.killed += 1
        self.close()
        self._begins()
        raise ConnectFailed("the web process died")

    def _begins(self) -> None:
        self._runtime = runtimes.make(self._settings)
        self._sender = WsgiSender(create_app(self._runtime), self._settings.base_url)
        event.listen(self._runtime.engine, "before_cursor_execute", self._counts)

    def _counts(self, *_statement: object) -> None:
        if self._left is None:
            return
        if self._left == 0:
            raise Killed
        self._left -= 1
