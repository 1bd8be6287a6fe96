"""A worker process that dies at a chosen line; without it a crash between two lines could not be tried."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Any

from redis import Redis
from werkzeug.serving import BaseWSGIServer, make_server

import hotline
from hotline.carrier.twilio import TwilioCarrier
from hotline.db import make_engine
from hotline.jobs import work
from hotline.runtime import Runtime
from hotline.simulator.server import create_app
from tests.jobs.workshop import Workshop

# Every line of ours that runs between taking an entry and being done with it; counting characters goes on for
# hundreds of lines in which nothing is written or asked, so one line stands for all of those.
ROOT = os.path.dirname(hotline.__file__)
TRACED = tuple(os.path.join(ROOT, place) for place in ("jobs/", "carrier/", "runtime.py", "domain/outbox.py"))
PASSED_OVER = os.path.join(ROOT, "jobs/segments.py")


class Ward:
    """Lets workers be born and die, each in a process of its own; the carrier lives on, reached over HTTP."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._server: BaseWSGIServer = make_server("127.0.0.1", 0, create_app(shop.exchange))
        self._server.timeout = 0.005

    def close(self) -> None:
        """Close the carrier's door."""
        self._server.server_close()

    def lines(self, entry_id: int, attempt: int) -> int:
        """Perform an entry to its end in a worker of its own; how many of our lines ran."""
        reader, writer = os.pipe()
        status = self._born(lambda: os.write(writer, str(self._perform(entry_id, attempt, die_at=0)).encode()))
        os.close(writer)
        with os.fdopen(reader) as told:
            lines = told.read()
        assert status == 0, f"the worker ended with {status}"
        return int(lines)

    def dies(self, entry_id: int, attempt: int, *, at: int) -> None:
        """Perform an entry in a worker that is killed before its line number `at`."""
        status = self._born(lambda: self._perform(entry_id, attempt, die_at=at))
        assert os.WIFSIGNALED(status), f"line {at} was never reached"
        assert os.WTERMSIG(status) == signal.SIGKILL

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

    def _perform(self, entry_id: int, attempt: int, *, die_at: int) -> int:
        work.serve(self._own_house(), self._own_client())
        counted = 0

        def on_line(_frame: FrameType, event: str, _arg: Any) -> Any:
            nonlocal counted
            if event == "line":
                counted += 1
                if counted == die_at:
                    os.kill(os.getpid(), signal.SIGKILL)
            return on_line

        def on_call(frame: FrameType, _event: str, _arg: Any) -> Any:
            file = frame.f_code.co_filename
            return on_line if file.startswith(TRACED) and file != PASSED_OVER else None

        sys.settrace(on_call)
        work.perform(entry_id, attempt)
        sys.settrace(None)
        return counted

    def _own_house(self) -> Runtime:
        parent = self._shop.runtime
        engine = make_engine(parent.settings.database, busy_ms=5000)
        return Runtime(parent.settings, engine, Redis.from_url(parent.settings.redis), parent.prompts)

    def _own_client(self) -> TwilioCarrier:
        account = replace(self._shop.runtime.settings.carrier, api_base=f"http://127.0.0.1:{self._server.server_port}")
        return TwilioCarrier(account, self._shop.runtime.figures.carrier)
