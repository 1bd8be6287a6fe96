"""A worker process that dies at a chosen moment; without it a crash between two effects could not be tried."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from redis import ConnectionPool, Redis
from sqlalchemy import event
from werkzeug.serving import BaseWSGIServer, make_server

from hotline.carrier.twilio import TwilioCarrier
from hotline.jobs import work
from hotline.runtime import Runtime
from hotline.simulator.server import create_app
from tests.jobs.workshop import Workshop

END = "the end"


class Ward:
    """Lets workers be born and die, each in a process of its own; the carrier lives on, reached over HTTP.

    A process that dies leaves nothing behind but what went out of it: a commit, a request to the carrier, a Redis
    command. A statement that is not committed vanishes with it. So all lines from one of these to the next are one
    moment, and dying before each, and at the end, is dying at any line.
    """

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._server: BaseWSGIServer = make_server("127.0.0.1", 0, create_app(shop.exchange))
        self._server.timeout = 0.005

    def close(self) -> None:
        """Close the carrier's door."""
        self._server.server_close()

    def moments(self, entry_id: int, attempt: int) -> list[str]:
        """Perform an entry to its end in a worker of its own; before what it could have died, in order."""
        reader, writer = os.pipe()
        status = self._born(lambda: os.write(writer, json.dumps(self._perform(entry_id, attempt)).encode()))
        os.close(writer)
        with os.fdopen(reader) as told:
            moments = told.read()
        assert status == 0, f"the worker ended with {status}"
        return list(json.loads(moments))

    def dies(self, entry_id: int, attempt: int, *, at: int) -> None:
        """Perform an entry in a worker that is killed at a moment, counted from 0."""
        status = self._born(lambda: self._perform(entry_id, attempt, die_at=at))
        assert os.WIFSIGNALED(status), f"moment {at} was never reached"
        assert os.WTERMSIG(status) == signal.SIGKILL

    def may_die(self, entry_id: int, attempt: int, *, at: int) -> bool:
        """The same; True where the moment came, False where the worker was done before."""
        return os.WIFSIGNALED(self._born(lambda: self._perform(entry_id, attempt, die_at=at)))

    def _born(self, life: Callable[[], object]) -> int:
        """Fork, and serve the carrier's door until the child is gone; its wait status. No thread is alive here."""
        self._shop.runtime.engine.dispose()  # no connection may cross the fork
        child = os.fork()
        if child == 0:
            try:
                life()
                os._exit(0)
            finally:
                os._exit(1)
        while True:
            self._server.handle_request()
            gone, status = os.waitpid(child, os.WNOHANG)
            if gone:
                return status

    def _perform(self, entry_id: int, attempt: int, die_at: int | None = None) -> list[str]:
        moments = list[str]()

        def goes_out(what: str) -> None:
            moments.append(what)
            if len(moments) - 1 == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

        work.serve(self._own_house(goes_out), self._own_client(goes_out))
        work.perform(entry_id, attempt)
        goes_out(END)
        return moments

    def _own_house(self, goes_out: Callable[[str], None]) -> Runtime:
        """The parent's engine, which knows its statements already; its connections are the child's own."""
        parent = self._shop.runtime
        event.listen(parent.engine, "commit", lambda _connection: goes_out("commit"))
        return Runtime(parent.settings, parent.engine, _Told(parent.settings.redis, goes_out), parent.prompts)

    def _own_client(self, goes_out: Callable[[str], None]) -> TwilioCarrier:
        def heard(happens: str, _details: tuple[Any, ...]) -> None:
            if happens == "http.client.send":
                goes_out("request")

        sys.addaudithook(heard)  # it stays for as long as the process lives, which is not long
        account = replace(self._shop.runtime.settings.carrier, api_base=f"http://127.0.0.1:{self._server.server_port}")
        return TwilioCarrier(account, self._shop.runtime.figures.carrier)


class _Told(Redis):
    """Tells which command goes out before it does."""

    def __init__(self, url: str, goes_out: Callable[[str], None]) -> None:
        super().__init__(connection_pool=ConnectionPool.from_url(url))
        self._goes_out = goes_out

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """See Redis."""
        self._goes_out(f"redis {args[0]}")
        return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
