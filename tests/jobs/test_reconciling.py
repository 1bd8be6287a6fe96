"""What may have been done is looked for at the carrier; else somebody would be rung or texted twice, or never."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from hotline.carrier import Sent
from hotline.domain import dead_letters
from hotline.domain.act import COMMAND
from hotline.domain.outbox import State
from hotline.jobs import work
from hotline.simulator.faults import Trouble
from tests import given
from tests.jobs.workshop import Workshop

SECOND = timedelta(seconds=1)


def calls_to_wang(shop: Workshop) -> int:
    return [leg.called for leg in shop.exchange.board.calls.values()].count(shop.cast.wang.number.e164)


def owe_the_same_text(shop: Workshop, times: int) -> list[int]:
    """Texts to Sun that say the same word for word; their entries."""
    with shop.runtime.act(COMMAND) as act:
        case_id = given.case(act, shop.cast).id
    return [
        shop.owe("send-text", case_id=case_id, to="staff", who=shop.cast.sun.id, text="nobody-signed")
        for _ in range(times)
    ]


def settled(shop: Workshop, ids: list[int]) -> tuple[set[str], set[str | None]]:
    """The states of entries, and the carrier's ids that they have."""
    found = [one for one in shop.entries("send-text") if one.id in ids]
    return {one.state for one in found}, {one.carrier_sid for one in found}


@pytest.mark.parametrize("trouble", [Trouble.REST_SILENT_LATE, Trouble.REST_BROKEN_LATE])
def test_a_call_that_was_placed_though_no_good_answer_came_is_adopted(shop: Workshop, trouble: Trouble) -> None:
    shop.exchange.faults.order(trouble, matching="Calls")
    shop.fault()
    shop.works_for(35 * SECOND)
    assert calls_to_wang(shop) == 1
    assert shop.calls()[0].sid in shop.exchange.board.calls


@pytest.mark.parametrize("wrong", [timedelta(hours=1), -timedelta(hours=1)])
def test_a_call_of_which_nothing_is_known_is_adopted_though_our_clock_was_wrong_and_is_set_right(
    shop: Workshop, wrong: timedelta
) -> None:
    shop.exchange.faults.order(Trouble.REST_BROKEN_LATE, matching="Calls")
    shop.at.passes(wrong)
    shop.fault()
    shop.works()
    shop.at.passes(-wrong)
    work.clock_was_set(shop.runtime, -wrong)
    shop.works_for(35 * SECOND)
    assert calls_to_wang(shop) == 1
    assert shop.calls()[0].sid in shop.exchange.board.calls


@pytest.mark.parametrize("trouble", [Trouble.REST_SILENT, Trouble.REST_BROKEN, Trouble.REST_BUSY])
def test_a_call_that_was_not_placed_is_placed_after_all_and_once(shop: Workshop, trouble: Trouble) -> None:
    shop.exchange.faults.order(trouble, matching="Calls")
    shop.fault()
    shop.works_for(35 * SECOND)
    assert calls_to_wang(shop) == 1
    assert shop.calls()[0].sid in shop.exchange.board.calls


def test_of_two_texts_that_say_the_same_the_lost_one_is_sent_again(shop: Workshop) -> None:
    shop.exchange.faults.order(Trouble.REST_SILENT, matching="Messages")
    shop.exchange.faults.order(Trouble.REST_SILENT_LATE, matching="Messages")
    ids = owe_the_same_text(shop, 2)
    shop.works_for(70 * SECOND)
    assert settled(shop, ids) == ({State.DONE}, set(shop.exchange.board.messages))
    assert len(shop.exchange.board.messages) == 2


class Together:
    """The carrier, whose list of texts two workers get at the same instant."""

    def __init__(self, shop: Workshop) -> None:
        self._shop, self._both, self._times = shop, threading.Barrier(2), 0

    def find_texts(self, *, to: str, since: datetime) -> list[Sent]:
        found = self._shop.carrier.find_texts(to=to, since=since)
        self._both.wait(20)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shop.carrier, name)


def test_two_workers_that_look_at_once_do_not_adopt_the_same_text(shop: Workshop) -> None:
    shop.exchange.faults.order(Trouble.REST_SILENT, matching="Messages")
    shop.exchange.faults.order(Trouble.REST_SILENT_LATE, matching="Messages")
    ids = owe_the_same_text(shop, 2)
    shop.works()
    shop.passes(31 * SECOND)
    work.serve(shop.runtime, Together(shop))
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda claimed: work.perform(*claimed), shop.claim()))
    work.serve(shop.runtime, shop.carrier)
    shop.works_for(60 * SECOND)
    assert settled(shop, ids) == ({State.DONE}, set(shop.exchange.board.messages))
    assert len(shop.exchange.board.messages) == 2


def test_whoever_has_an_unknown_text_tried_again_does_not_send_it_twice(shop: Workshop) -> None:
    """Given up while the carrier's list could not be had; by then it had the text."""
    shop.exchange.faults.order(Trouble.REST_SILENT_LATE, matching="Messages")
    shop.exchange.faults.order(Trouble.REST_BROKEN, times=20, matching="Messages")
    (owed,) = owe_the_same_text(shop, 1)
    for _ in range(12):
        shop.works()
        shop.at.passes(timedelta(hours=2))
    assert settled(shop, [owed])[0] == {State.FAILED}
    shop.exchange.faults.clear()
    with shop.runtime.act(COMMAND) as act:
        dead_letters.try_again(act, owed, "运营商恢复了")
    shop.works()
    assert settled(shop, [owed])[0] == {State.DONE}
    assert [one.sid for one in shop.exchange.board.messages.values() if "未能送达" not in one.body] == list(
        settled(shop, [owed])[1]
    )
