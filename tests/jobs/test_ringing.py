"""Colleagues are rung until one signs; if this broke, a cold radiator would stay cold (FLT-2, EMG-2)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from hotline.domain import calls, dispatches
from hotline.domain.act import COMMAND
from hotline.domain.cases import Kind
from hotline.domain.dispatches import Answer
from hotline.domain.staff import Shift
from tests.jobs.workshop import Workshop

MINUTE = timedelta(minutes=1)


def test_the_engineer_on_duty_is_rung_and_gets_the_link(shop: Workshop) -> None:
    shop.fault()
    shop.works()
    shop.phone(shop.cast.wang).rings(within=5)
    (text,) = shop.phone(shop.cast.wang).receives("请签收").texts
    assert "/sheet/" in text.body
    assert "供暖报修" in text.body
    (call,) = shop.calls()
    assert call.sid == shop.entry("place-call").carrier_sid
    assert shop.states()["ring-dispatch"] == "done"


def test_the_link_in_the_text_opens_the_offer(shop: Workshop) -> None:
    shop.fault()
    shop.works()
    (text,) = shop.phone(shop.cast.wang).receives("请签收").texts
    token = text.body.partition("/sheet/")[2].split()[0]
    with shop.runtime.act(COMMAND) as act:
        assert dispatches.by_link(act, token).id == shop.offers()[0].id


def test_the_text_with_the_link_names_nothing_personal(shop: Workshop) -> None:
    shop.fault()
    shop.works()
    (text,) = shop.phone(shop.cast.wang).receives("请签收").texts
    for personal in (shop.cast.chen.name, shop.cast.chen.number.national, "501"):
        assert personal not in text.body


def test_when_nobody_answers_the_next_one_is_rung(shop: Workshop) -> None:
    shop.fault()
    shop.works_for(2 * MINUTE)
    first, second, *_ = shop.offers()
    assert (first.staff_id, first.answer) == (shop.cast.wang.id, Answer.NO_ANSWER)
    assert second.staff_id == shop.cast.zhao.id


def test_a_call_that_lives_on_without_a_key_is_ended_and_the_next_is_rung(shop: Workshop) -> None:
    """An answering machine listens for ever; it must not keep the matter (design rule 8)."""
    shop.phone(shop.cast.wang).habit("answers")
    shop.fault()
    shop.works_for(4 * MINUTE)
    first, second, *_ = shop.offers()
    assert first.answer == Answer.NO_ANSWER
    assert second.staff_id == shop.cast.zhao.id
    assert shop.phone(shop.cast.wang).state == "idle"


def test_when_all_were_rung_the_supervisor_is_told_once_that_nobody_signed(shop: Workshop) -> None:
    shop.fault()
    shop.works_for(30 * MINUTE)
    told = [text.body for text in shop.texts(shop.cast.sun) if "均未签收" in text.body]
    assert len(told) == 1
    rung = {offer.staff_id for offer in shop.offers()}
    assert rung == {one.id for one in (shop.cast.wang, shop.cast.zhao, shop.cast.sun, shop.cast.qian, shop.cast.feng)}


def test_an_emergency_rings_on_until_somebody_signs(shop: Workshop) -> None:
    shop.fault(kind=Kind.EMERGENCY)
    shop.works_for(20 * MINUTE)
    assert len(shop.offers()) > 5
    shop.signs()
    rung = len(shop.offers())
    shop.works_for(5 * MINUTE)
    assert len(shop.offers()) == rung


def test_a_matter_signed_for_before_its_ring_is_not_rung(shop: Workshop) -> None:
    shop.fault()
    shop.works_for(MINUTE + timedelta(seconds=10))
    shop.signs(0)
    shop.works_for(5 * MINUTE)
    assert len(shop.offers()) == 1


def test_signing_by_the_link_stops_the_telephone_that_rings(shop: Workshop) -> None:
    shop.fault()
    shop.works()
    phone = shop.phone(shop.cast.wang).rings(within=5)
    shop.signs()
    shop.works()
    assert phone.state == "idle"
    assert shop.states()["end-call"] == "done"


def test_a_call_still_waiting_for_its_pace_is_dropped_when_somebody_signs(shop: Workshop) -> None:
    shop.fault()
    shop.fault()
    shop.works()
    assert [call.sid is not None for call in shop.calls()] == [True, False]
    shop.signs()
    shop.works_for(timedelta(seconds=5))
    waiting = shop.calls()[1]
    assert (waiting.sid, waiting.state, waiting.cause) == (None, calls.State.FAILED, "not wanted any more")


def test_two_faults_at_once_are_rung_a_second_apart(shop: Workshop) -> None:
    shop.fault()
    shop.fault()
    shop.works()
    deferred = shop.entries("place-call")[1]
    assert deferred.state == "due"
    assert deferred.due_at - shop.at.now == timedelta(seconds=1)
    assert deferred.failures == 0
    shop.passes(timedelta(seconds=1))
    shop.works()
    assert all(entry.state == "done" for entry in shop.entries("place-call"))


def test_with_nobody_on_duty_the_ladder_is_rung(shop: Workshop) -> None:
    with shop.runtime.act(COMMAND) as act:
        act.session.execute(delete(Shift))
    shop.fault()
    shop.works()
    assert [offer.staff_id for offer in shop.offers()] == [shop.cast.sun.id]


def test_a_number_that_the_carrier_refuses_passes_the_matter_on_and_the_supervisor_is_told(shop: Workshop) -> None:
    shop.exchange.faults.refuse(shop.cast.wang.number.e164, 21211)
    shop.fault()
    shop.works_for(timedelta(seconds=20))
    first, second = shop.offers()
    assert (first.answer, second.staff_id) == (Answer.NO_ANSWER, shop.cast.zhao.id)
    assert shop.calls()[0].cause == "number-wrong (21211)"
    assert sum("未能送达" in text.body for text in shop.texts(shop.cast.sun)) == 2  # the call and the text
