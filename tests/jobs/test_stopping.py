"""Processes that are asked to stop; if this broke, every deployment would leave work lying until its lease runs out."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from rq import Queue as RqQueue
from werkzeug.serving import make_server

from hotline.domain.act import COMMAND
from hotline.domain.outbox import Queue, State
from hotline.simulator.server import create_app
from tests import given
from tests.jobs.test_worker import DISPATCH, ROUTINE, process, until
from tests.jobs.workshop import Workshop

TEXTS = 5


class SlowCarrier:
    """The exchange behind a door that is shut until it is opened; it tells when somebody knocks."""

    def __init__(self, shop: Workshop) -> None:
        self._app = create_app(shop.exchange)
        self.knocked, self.opened = threading.Event(), threading.Event()
        self._server = make_server("127.0.0.1", 0, self._serve, threaded=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def _serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.knocked.set()
        assert self.opened.wait(60)
        return self._app(environ, start_response)

    def run(self) -> None:
        self._server.serve_forever()

    def close(self) -> None:
        self.opened.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def carrier(shop: Workshop) -> Iterator[SlowCarrier]:
    made = SlowCarrier(shop)
    thread = threading.Thread(target=made.run)
    thread.start()
    yield made
    made.close()
    thread.join()


def owe_texts(shop: Workshop, many: int) -> None:
    with shop.runtime.act(COMMAND) as act:
        case_id = given.case(act, shop.cast).id
    for _ in range(many):
        shop.owe("send-text", case_id=case_id, to="staff", who=shop.cast.sun.id, text="nobody-signed")


def states(shop: Workshop) -> list[str]:
    return [entry.state for entry in shop.entries("send-text")]


def lying(shop: Workshop) -> list[str]:
    """The jobs on the routine queue, taken and not begun ones among them."""
    queue = RqQueue(Queue.ROUTINE, connection=shop.runtime.redis)
    return [*queue.job_ids, *map(str, shop.runtime.redis.lrange(queue.intermediate_queue_key, 0, -1))]


def test_the_last_worker_finishes_what_it_does_and_hands_back_what_lies_on_its_queue(
    shop: Workshop, carrier: SlowCarrier
) -> None:
    owe_texts(shop, TEXTS)
    assert shop.dispatcher.turn() == TEXTS
    with process(shop, ROUTINE, carrier.address) as worker:
        assert carrier.knocked.wait(60)
        worker.send_signal(signal.SIGTERM)
        carrier.opened.set()
        assert worker.wait(60) == 0
    assert states(shop) == [State.DONE] + [State.DUE] * (TEXTS - 1)
    assert len(shop.exchange.board.messages) == 1
    assert lying(shop) == []
    assert shop.dispatcher.turn() == TEXTS - 1


def test_a_worker_that_leaves_others_behind_leaves_them_the_work(shop: Workshop, carrier: SlowCarrier) -> None:
    owe_texts(shop, TEXTS)
    assert shop.dispatcher.turn() == TEXTS
    with process(shop, ROUTINE, carrier.address) as worker, process(shop, ROUTINE, carrier.address):
        until(lambda: len(lying(shop)) == TEXTS - 2)  # each has one at hand
        worker.send_signal(signal.SIGTERM)
        carrier.opened.set()
        assert worker.wait(60) == 0
        until(lambda: states(shop) == [State.DONE] * TEXTS)
    assert [entry.attempts for entry in shop.entries("send-text")] == [1] * TEXTS


def test_a_dispatcher_that_is_stopped_leaves_nothing_claimed_that_it_did_not_hand_out(shop: Workshop) -> None:
    for _ in range(200):
        shop.owe("end-call", call=0)
    with process(shop, DISPATCH, "http://127.0.0.1:1") as dispatcher:
        until(lambda: lying(shop))
        dispatcher.send_signal(signal.SIGTERM)
        assert dispatcher.wait(60) == 0
    claimed = [entry for entry in shop.entries("end-call") if entry.state == State.CLAIMED]
    assert sorted(lying(shop)) == sorted(f"outbox-{entry.id}-{entry.attempts}" for entry in claimed)
