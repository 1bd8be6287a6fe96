"""Colleagues are rung until one signs; if this broke, a cold radiator would stay cold (FLT-2, EMG-2)."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import delete, select, update

from hotline.domain import calls, cases, companies, dispatches
from hotline.domain.act import COMMAND
from hotline.domain.cases import Kind
from hotline.domain.dispatches import Answer
from hotline.domain.outbox import Queue
from hotline.domain.staff import Shift, Staff
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


def test_no_telephone_waits_behind_a_text(shop: Workshop) -> None:
    shop.fault(kind=Kind.EMERGENCY)
    shop.works()
    queues = {entry.kind: entry.queue for entry in shop.entries()}
    assert (queues["place-call"], queues["text-link"]) == (Queue.URGENT, Queue.ROUTINE)


def test_the_text_with_the_link_names_nothing_personal(shop: Workshop) -> None:
    shop.fault()
    shop.works()
    (text,) = shop.phone(shop.cast.wang).receives("请签收").texts
    told = re.sub("/sheet/[^ ]+", "", text.body)  # the link's secret may hold any three digits
    assert told != text.body
    for personal in (shop.cast.chen.name, shop.cast.chen.number.national, "501"):
        assert personal not in told


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


def nobody_signed(shop: Workshop) -> int:
    """How often the supervisor was told so."""
    return sum("均未签收" in text.body for text in shop.texts(shop.cast.sun))


def test_when_all_were_rung_the_supervisor_is_told_and_after_a_pause_the_round_begins_again(shop: Workshop) -> None:
    shop.fault()
    shop.works_for(32 * MINUTE)
    assert (len(shop.offers()), nobody_signed(shop)) == (20, 2)
    pauses = [after.rung_at - before.rung_at for before, after in pairwise(shop.offers())]
    assert [n for n, pause in enumerate(pauses, 1) if pause >= 5 * MINUTE] == [10]
    rung = {offer.staff_id for offer in shop.offers()}
    assert rung == {one.id for one in (shop.cast.wang, shop.cast.zhao, shop.cast.sun, shop.cast.qian, shop.cast.feng)}


def test_where_nobody_can_be_rung_it_is_said_and_looked_for_again(shop: Workshop) -> None:
    with shop.runtime.act(COMMAND) as act:
        phones = {person.id: person.phone for person in act.session.scalars(select(Staff))}
        act.session.execute(update(Staff).values(phone=None))
    shop.fault()
    shop.works()
    with shop.runtime.act(COMMAND) as act:
        act.session.get_one(Staff, shop.cast.wang.id).phone = phones[shop.cast.wang.id]
    shop.works_for(6 * MINUTE)
    assert [offer.staff_id for offer in shop.offers()][:1] == [shop.cast.wang.id]


def test_nobody_is_rung_for_a_closed_case(shop: Workshop) -> None:
    case_id = shop.fault(kind=Kind.EMERGENCY)
    shop.works()
    with shop.runtime.act(COMMAND) as act:
        case = cases.get(act, case_id)
        companies.get(act, case.company_id)
        cases.mark_closed(act, case, by=shop.cast.sun.id, outcome="false alarm")
    shop.works_for(5 * MINUTE)
    assert len(shop.offers()) == 1
    assert shop.entries("ring-dispatch")[-1].state == "dropped"


def test_an_emergency_is_rung_before_the_repairs_that_wait(shop: Workshop) -> None:
    for _ in range(10):
        shop.fault()
    shop.works()
    shop.fault(kind=Kind.EMERGENCY)
    shop.works_for(timedelta(seconds=1), timedelta(seconds=1))
    emergency = shop.calls()[-1]
    assert emergency.sid is not None
    assert sum(call.sid is not None for call in shop.calls()) == 2


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
    first, second = shop.entries("place-call")[:2]
    assert (first.state, second.state) == ("done", "dropped")  # Wang is on the line already: the next is rung
    shop.works_for(timedelta(seconds=10))
    assert shop.offers()[-1].staff_id == shop.cast.zhao.id


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
