"""One effect through every kind of trouble; if this broke, an effect would be lost or done twice (rule 3)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hotline.carrier import Carrier, CarrierError
from hotline.domain import outbox
from hotline.domain.act import CLOCK, COMMAND, Act
from hotline.domain.outbox import OutboxEntry, State
from hotline.jobs import work
from hotline.jobs.effects import Effect, Handler
from hotline.jobs.handlers import HANDLERS
from hotline.runtime import Runtime
from hotline.simulator.faults import Trouble
from tests import given
from tests.jobs.workshop import Workshop

SECOND = timedelta(seconds=1)


@pytest.fixture
def case_id(shop: Workshop) -> int:
    """A case in which nothing is owed or promised; what is owed from here on is the test's."""
    with shop.runtime.act(COMMAND) as act:
        return given.case(act, shop.cast).id


def text_to_sun(shop: Workshop, case_id: int) -> int:
    return shop.owe("send-text", case_id=case_id, to="staff", who=shop.cast.sun.id, text="nobody-signed")


def entry(shop: Workshop, entry_id: int) -> OutboxEntry:
    (found,) = [one for one in shop.entries() if one.id == entry_id]
    return found


def asked(shop: Workshop) -> list[str]:
    """The texts that the carrier took, whether or not they have arrived."""
    return [text.body for text in shop.exchange.board.messages.values()]


def test_what_the_carrier_took_is_done_and_its_id_is_kept(shop: Workshop, case_id: int) -> None:
    owed = text_to_sun(shop, case_id)
    shop.works()
    assert entry(shop, owed).state == State.DONE
    assert entry(shop, owed).carrier_sid in shop.exchange.board.messages


def test_what_the_carrier_was_too_busy_for_is_tried_again_after_a_wait(shop: Workshop, case_id: int) -> None:
    shop.exchange.faults.order(Trouble.REST_BUSY)
    owed = text_to_sun(shop, case_id)
    shop.works()
    waiting = entry(shop, owed)
    assert (waiting.state, waiting.failures, waiting.problem) == (State.DUE, 1, "too-many-requests (20429)")
    assert waiting.submitted_at is None
    back_off = shop.runtime.figures.outbox.back_off[0].span
    assert back_off <= waiting.due_at - shop.at.now <= back_off * 1.25
    shop.works_for(10 * SECOND)
    assert len(asked(shop)) == 1


@pytest.mark.parametrize("trouble", [Trouble.REST_SILENT_LATE, Trouble.REST_BROKEN_LATE])
def test_what_was_done_though_no_answer_came_is_found_and_not_repeated(
    shop: Workshop, case_id: int, trouble: Trouble
) -> None:
    shop.exchange.faults.order(trouble)
    owed = text_to_sun(shop, case_id)
    shop.works()
    assert entry(shop, owed).state == State.DUE
    shop.works_for(40 * SECOND)
    assert entry(shop, owed).state == State.DONE
    assert list(shop.exchange.board.messages) == [entry(shop, owed).carrier_sid]


@pytest.mark.parametrize("trouble", [Trouble.REST_SILENT, Trouble.REST_BROKEN])
def test_what_was_surely_not_done_is_asked_for_again_after_a_look(
    shop: Workshop, case_id: int, trouble: Trouble
) -> None:
    shop.exchange.faults.order(trouble)
    text_to_sun(shop, case_id)
    shop.works_for(25 * SECOND)
    assert asked(shop) == []
    shop.works_for(15 * SECOND)
    assert len(asked(shop)) == 1


def test_a_call_that_was_placed_though_no_answer_came_is_adopted(shop: Workshop) -> None:
    shop.exchange.faults.order(Trouble.REST_SILENT_LATE, matching="Calls")
    shop.fault()
    shop.works_for(40 * SECOND)
    (call,) = shop.calls()
    assert call.sid == shop.entry("place-call").carrier_sid
    assert list(shop.exchange.board.calls) == [call.sid]


def two_unknown_calls(shop: Workshop) -> list[str]:
    """Two calls to one number, of neither of which an answer came; the carrier's ids of them, in their order."""
    shop.exchange.faults.order(Trouble.REST_SILENT_LATE, times=2, matching="Calls")
    shop.fault()
    shop.fault()
    shop.works_for(5 * SECOND)
    return list(shop.exchange.board.calls)


def test_of_two_unknown_calls_to_one_number_none_is_adopted_and_the_next_colleague_is_rung(shop: Workshop) -> None:
    sids = two_unknown_calls(shop)
    shop.works_for(80 * SECOND)
    first, second, *others = shop.calls()
    assert (len(sids), first.sid, second.sid) == (2, None, None)
    assert {call.staff_id for call in others} == {shop.cast.zhao.id, shop.cast.sun.id}  # one dispatch each


def test_news_of_one_of_two_unknown_calls_tells_both_apart(shop: Workshop) -> None:
    first, second = two_unknown_calls(shop)
    shop.works_for(30 * SECOND)
    with shop.runtime.act(CLOCK) as act:
        act.session.merge(shop.calls()[1]).sid = first
    shop.works_for(40 * SECOND)
    assert [call.sid for call in shop.calls()[:2]] == [second, first]


def test_a_call_whose_webhook_came_first_counts_as_placed(shop: Workshop) -> None:
    shop.exchange.faults.order(Trouble.REST_SILENT_LATE, matching="Calls")
    shop.fault()
    shop.works()
    (sid,) = shop.exchange.board.calls
    with shop.runtime.act(CLOCK) as act:
        act.session.merge(shop.calls()[0]).sid = sid
    shop.works_for(40 * SECOND)
    assert shop.entry("place-call").carrier_sid == sid
    assert len(shop.exchange.board.calls) == 1


def test_a_look_that_fails_is_repeated_and_nothing_is_asked_for_twice(shop: Workshop, case_id: int) -> None:
    shop.exchange.faults.order(Trouble.REST_SILENT_LATE)
    shop.exchange.faults.order(Trouble.REST_BROKEN, times=2)
    owed = text_to_sun(shop, case_id)
    shop.works_for(150 * SECOND)
    assert entry(shop, owed).state == State.DONE
    assert len(asked(shop)) == 1


def test_what_the_carrier_refuses_for_good_is_given_up_and_the_supervisor_told_once(
    shop: Workshop, case_id: int
) -> None:
    shop.exchange.faults.refuse(shop.cast.chen.number.e164, 21211)
    owed = shop.owe("send-text", case_id=case_id, to="customer", who=shop.cast.chen.id, text="case-opened")
    shop.works_for(10 * SECOND)
    assert (entry(shop, owed).state, entry(shop, owed).problem) == (State.FAILED, "number-wrong (21211)")
    assert len(asked(shop)) == 1
    assert "未能送达" in asked(shop)[0]


def test_telling_what_failed_ends_at_the_top_where_nobody_can_be_told(shop: Workshop, case_id: int) -> None:
    for leader in (shop.cast.sun, shop.cast.qian, shop.cast.feng):
        shop.exchange.faults.refuse(leader.number.e164, 21211)
    text_to_sun(shop, case_id)
    shop.works_for(40 * SECOND)
    assert {one.kind: one.state for one in shop.entries()} == dict.fromkeys(("send-text", "tell-staff"), State.FAILED)


def test_after_so_many_failures_an_effect_is_given_up(shop: Workshop, case_id: int) -> None:
    limit = shop.runtime.figures.outbox.attempts
    shop.exchange.faults.order(Trouble.REST_BUSY, times=limit)
    owed = text_to_sun(shop, case_id)
    for _ in range(limit):
        shop.works()
        shop.at.passes(timedelta(hours=2))
    assert (entry(shop, owed).state, entry(shop, owed).failures) == (State.FAILED, limit)


def test_an_outage_in_which_nothing_was_tried_gives_nothing_up(shop: Workshop, case_id: int) -> None:
    """Handed out again and again while no worker lives: that is no failure of the effect."""
    owed = text_to_sun(shop, case_id)
    for _ in range(3 * shop.runtime.figures.outbox.attempts):
        assert shop.claim()
        shop.at.passes(timedelta(minutes=2))
    shop.works()
    assert entry(shop, owed).state == State.DONE


def test_an_urgent_effect_never_waits_longer_than_its_limit(shop: Workshop, case_id: int) -> None:
    with shop.runtime.act(COMMAND) as act:
        outbox.post(act, "end-call", urgent=True, case_id=case_id, call=0)
    figures = shop.runtime.figures.outbox
    shop.change("end-call", lambda row: setattr(row, "failures", figures.attempts - 2))
    put_in("end-call", Handler(lambda *_: Effect(refusing(CarrierError("busy")))), shop)
    assert shop.entry("end-call").due_at - shop.at.now <= figures.urgent_wait.span * 1.25


def test_the_second_worker_of_the_same_attempt_finds_nothing_to_do(shop: Workshop, case_id: int) -> None:
    text_to_sun(shop, case_id)
    ((owed, attempt),) = shop.claim()
    for _ in range(3):
        work.perform(owed, attempt)
    assert len(asked(shop)) == 1


def test_a_worker_that_comes_back_after_its_lease_changes_nothing(shop: Workshop, case_id: int) -> None:
    owed = text_to_sun(shop, case_id)
    ((_, late),) = shop.claim()
    shop.at.passes(timedelta(minutes=2))
    ((_, attempt),) = shop.claim()
    work.perform(owed, late)
    assert asked(shop) == []
    work.perform(owed, attempt)
    assert len(asked(shop)) == 1


def test_an_answer_that_comes_after_the_lease_is_left_to_whoever_has_the_entry_now(
    shop: Workshop, case_id: int
) -> None:
    owed = text_to_sun(shop, case_id)
    ((_, attempt),) = shop.claim()
    slow = SlowCarrier(shop)
    work.serve(shop.runtime, slow)
    work.perform(owed, attempt)
    assert entry(shop, owed).carrier_sid is None
    work.serve(shop.runtime, shop.carrier)
    shop.works_for(60 * SECOND)
    assert (entry(shop, owed).state, entry(shop, owed).carrier_sid) == (State.DONE, slow.sid)


def test_an_error_of_ours_is_tried_again_and_its_words_are_not_logged(
    shop: Workshop, case_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(_runtime: Runtime, _act: Act, _entry: OutboxEntry) -> State:
        raise ZeroDivisionError(shop.cast.chen.number.e164)

    owed = shop.owe("end-call", case_id=case_id, call=0)
    with caplog.at_level(logging.DEBUG):
        put_in("end-call", Handler(breaks), shop)
    assert (entry(shop, owed).state, entry(shop, owed).problem) == (State.DUE, "ZeroDivisionError")
    assert "in breaks" in caplog.text
    assert shop.cast.chen.number.e164 not in caplog.text


def test_an_effect_whose_consequence_cannot_be_drawn_is_given_up_and_told(
    shop: Workshop, case_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(_runtime: Runtime, _act: Act, _entry: OutboxEntry, _problem: str) -> None:
        raise ZeroDivisionError(shop.cast.chen.number.e164)

    owed = shop.owe("end-call", case_id=case_id, call=0)
    shop.change("end-call", lambda row: setattr(row, "failures", shop.runtime.figures.outbox.attempts - 1))
    refused = Handler(lambda *_: Effect(refusing(CarrierError("busy"))), failed=breaks)
    put_in("end-call", refused, shop)
    assert entry(shop, owed).state == State.FAILED
    shop.works_for(5 * SECOND)
    assert sum("未能送达" in body for body in asked(shop)) == 1
    assert shop.cast.chen.number.e164 not in caplog.text


def test_what_our_own_rules_refuse_is_given_up_at_once(shop: Workshop, case_id: int) -> None:
    owed = shop.owe("send-text", case_id=case_id, to="staff", who=4711, text="nobody-signed")
    shop.works()
    assert entry(shop, owed).state == State.FAILED
    assert entry(shop, owed).problem == "NotFound: there is no member of staff 4711"


def test_a_kind_that_nobody_knows_is_given_up_and_told(shop: Workshop, case_id: int) -> None:
    owed = shop.owe("paint-the-fence", case_id=case_id)
    shop.works_for(5 * SECOND)
    assert entry(shop, owed).state == State.FAILED
    assert len(asked(shop)) == 1


def put_in(kind: str, handler: Handler, shop: Workshop) -> None:
    """Perform what is due with one handler in another's place."""
    work.serve(shop.runtime, shop.carrier, HANDLERS | {kind: handler})
    shop.works()


def refusing(error: CarrierError) -> Callable[[Carrier], str]:
    def ask(_carrier: Carrier) -> str:
        raise error

    return ask


class SlowCarrier:
    """Takes a text, and answers after the lease has run out and another worker has claimed the entry."""

    def __init__(self, shop: Workshop) -> None:
        self.shop, self.sid = shop, ""

    def send_text(self, **text: str) -> str:
        self.sid = self.shop.carrier.send_text(**text)
        self.shop.at.passes(timedelta(seconds=61))
        assert self.shop.claim()
        return self.sid

    def __getattr__(self, name: str) -> Any:
        return getattr(self.shop.carrier, name)
