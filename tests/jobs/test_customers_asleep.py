"""News for a customer waits for the morning and comes as one text; without these tests it would come at night."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from hotline.domain import cases
from hotline.domain.act import COMMAND
from hotline.domain.outbox import State
from hotline.jobs import work
from hotline.simulator.faults import Trouble
from tests import given
from tests.jobs.workshop import Workshop
from tests.world import SHANGHAI

NIGHT = datetime(2026, 11, 18, 22, tzinfo=SHANGHAI)
EVENING = datetime(2026, 11, 18, 21, tzinfo=SHANGHAI)  # when the quiet hours begin
MORNING = datetime(2026, 11, 19, 8, tzinfo=SHANGHAI)


def owe(shop: Workshop, case_id: int, text: str, about: int = 1) -> None:
    """The customer of a case is owed a text, and the workers do what is due."""
    with shop.runtime.act(COMMAND) as act:
        assert cases.text_customer(act, cases.get(act, case_id), text, about=about)
    shop.works()


def case(shop: Workshop) -> int:
    with shop.runtime.act(COMMAND) as act:
        return given.case(act, shop.cast).id


def bodies(shop: Workshop) -> list[str]:
    """What was sent, be it delivered or not; the staff is told of nothing here."""
    return [text.body for text in shop.exchange.board.messages.values()]


def test_what_was_decided_at_night_is_told_in_the_morning(shop: Workshop) -> None:
    shop.at.set(NIGHT)
    owe(shop, case(shop), "extension-told")
    assert bodies(shop) == []
    shop.at.set(MORNING - timedelta(seconds=1))
    shop.works()
    assert bodies(shop) == []
    shop.at.set(MORNING)
    shop.works()
    assert ["需要更长时间" in body for body in bodies(shop)] == [True]


def test_owners_who_changed_twice_at_night_are_told_as_one_in_the_words_of_the_morning(shop: Workshop) -> None:
    shop.at.set(NIGHT)
    first, other = case(shop), case(shop)
    owe(shop, first, "owner-changed", about=1)
    owe(shop, other, "owner-changed", about=1)
    shop.at.passes(timedelta(hours=1))
    owe(shop, first, "owner-changed", about=2)
    with shop.runtime.act(COMMAND) as act:
        cases.get(act, first).owner_id = shop.cast.sun.id
    shop.at.set(MORNING)
    shop.works()
    assert sorted(["孙丽" in body for body in bodies(shop)]) == [False, True]
    assert [entry.state for entry in shop.entries("send-text")] == [State.DROPPED, State.DONE, State.DONE]


@pytest.mark.parametrize("order", [1, -1])
def test_two_that_workers_looked_at_at_once_at_night_come_as_one_in_the_morning(shop: Workshop, order: int) -> None:
    case_id = case(shop)
    shop.at.set(NIGHT)
    with shop.runtime.act(COMMAND) as act:
        for about in (1, 2):
            assert cases.text_customer(act, cases.get(act, case_id), "owner-changed", about=about)
    for entry_id, attempt in reversed(shop.claim()):  # the later one does not see that the other waits
        work.perform(entry_id, attempt)
    assert [entry.state for entry in shop.entries("send-text")] == [State.DUE, State.DUE]
    shop.at.set(MORNING)
    for entry_id, attempt in shop.claim()[::order]:
        work.perform(entry_id, attempt)
    assert len(bodies(shop)) == 1
    assert [entry.state for entry in shop.entries("send-text")] == [State.DROPPED, State.DONE]


@pytest.mark.parametrize("text", ["repair-signed", "repair-on-the-way"])
def test_an_engineer_who_sets_out_at_night_is_announced_and_one_who_signed_is_not(shop: Workshop, text: str) -> None:
    shop.at.set(NIGHT)
    owe(shop, case(shop), text)
    assert len(bodies(shop)) == (text == "repair-on-the-way")


def test_what_may_have_gone_out_in_the_evening_is_looked_for_at_night_and_not_sent_again(shop: Workshop) -> None:
    case_id = case(shop)
    shop.passes(EVENING - shop.at.now - timedelta(seconds=5))
    shop.exchange.faults.order(Trouble.REST_SILENT_LATE)
    owe(shop, case_id, "extension-told")
    shop.works_for(timedelta(seconds=40))
    assert shop.at.now > EVENING
    assert len(bodies(shop)) == 1
    assert [entry.state for entry in shop.entries("send-text")] == [State.DONE]
