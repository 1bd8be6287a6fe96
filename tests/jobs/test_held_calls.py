"""A call of which there is no matter is held as such, and its caller is forgotten by it; else neither ever could be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.domain import (
    anonymity,
    call_words,
    calls,
    cases,
    companies,
    customers,
    disposals,
    erasures,
    holds,
    news,
    record_classes,
    recordings,
    turns,
)
from hotline.domain.act import COMMAND, Act
from hotline.domain.call_words import CallWord
from hotline.domain.calls import Call
from hotline.domain.disposals import Item
from hotline.domain.news import Recording
from hotline.domain.staff import Staff
from hotline.domain.turns import Turn
from hotline.errors import Conflict, Invalid, NotFound, Refused
from hotline.jobs import keeping
from hotline.runtime import Runtime
from tests import given
from tests.console import departments
from tests.jobs import kept
from tests.jobs.workshop import Workshop
from tests.verified import the_log_agrees as the_log_agrees
from tests.world import Cast, Person

YEARS = timedelta(days=3 * 366)
WHY = "电话里扬言伤人，公安要调取"


def threatens(shop: Workshop, *, known: bool = True, sid: str = "CA" + "1" * 32) -> int:
    """Chen, or somebody whose number was withheld, rang, said something that was recorded, and hung up. The call."""
    with shop.runtime.act(COMMAND) as act:
        call = given.call(act, shop.cast, sid=sid, who=shop.cast.chen if known else None)
        turns.record(act, call, said=["ask"], heard="speech", words="等着瞧", led_to="farewell")
        call_words.index(act, call.id, call.customer_id, "等着瞧")
        news.keep(act, kind="turn", sid=sid, mark="1", call=call, params="{}")
        row = Recording(sid=f"RE{call.id}", call_id=call.id, state="completed", seconds=3, at=act.at)
        act.session.add(row)
        recordings.prepare(act, row)
        shop.runtime.sounds.keep(row.file or "", b"sealed sound")
        recordings.kept(act, row, "0" * 64)
        row.removed_at = act.at
        calls.progress(act, call, state=calls.State.ENDED, sequence=9, ended_by="them", cause=None)
        return call.id


def as_(act: Act, who: Person) -> Staff:
    """Somebody of the cast, their company's standard chosen."""
    person = given.person(act, who)
    companies.get(act, person.company_id)
    return person


def hold(runtime: Runtime, cast: Cast, call_id: int, *, whole_customer: bool = False) -> int:
    with runtime.act(COMMAND) as act:
        by, call = as_(act, cast.sun), act.session.get_one(Call, call_id)
        return holds.place(act, call, whole_customer=whole_customer, by=by, reason=WHY).id


def asks(runtime: Runtime, cast: Cast, call_id: int) -> int:
    with runtime.act(COMMAND) as act:
        by, call = as_(act, cast.sun), act.session.get_one(Call, call_id)
        return erasures.ask(act, call, by=by, reason=WHY).id


def erases(runtime: Runtime, cast: Cast, erasure_id: int) -> None:
    with runtime.act(COMMAND) as act:
        erasures.decide(act, erasure_id, by=as_(act, cast.qian), approve=True, answer=WHY)


def due(runtime: Runtime, cast: Cast) -> set[str]:
    with runtime.look(COMMAND) as act:
        notes, classes = anonymity.Notes(act), [one for one in record_classes.CLASSES if one.due]
        return {one.name for one in classes if record_classes.count(act, cast.heat.id, one, notes, most=9)}


def left(act: Act, call_id: int) -> list[object]:
    """What there is still of a call: its sound, the words of its turns, what it is found by, what the carrier sent."""
    return [
        act.session.scalar(select(Recording.sha256).where(Recording.call_id == call_id)),
        act.session.scalar(select(Turn.words).where(Turn.call_id == call_id)),
        act.session.scalar(select(CallWord.word).where(CallWord.call_id == call_id).limit(1)),
        act.session.scalar(select(news.CarrierNews.id).where(news.CarrierNews.call_id == call_id)),
    ]


@pytest.mark.parametrize(
    ("known", "whole_customer", "what"),
    [
        (True, False, {"recording", "call", "customer"}),
        (True, True, {"recording", "call", "customer"}),
        (False, False, {"recording", "call"}),  # Chen, who is somebody else then, may go
    ],
)
def test_a_call_without_a_matter_that_is_held_stays_though_its_list_was_approved(
    shop: Workshop, known: bool, whole_customer: bool, what: set[str]
) -> None:
    runtime, cast = shop.runtime, shop.cast
    call_id = threatens(shop, known=known)
    shop.at.passes(YEARS)
    assert due(runtime, cast) >= what
    keeping.draw_up(runtime)
    with runtime.act(COMMAND) as act:
        [drawn] = disposals.listed(act, cast.heat.id, most=9)
        disposals.decide(act, drawn.id, by=as_(act, cast.qian), approve=True, answer="保存期已满")
    held = hold(runtime, cast, call_id, whole_customer=whole_customer)
    shop.works()
    with runtime.act(COMMAND) as act:
        assert {kind for kind, state in disposals.counts(act, drawn.id) if state == Item.KEPT} == what
        news.dispose(act, but=holds.held_calls(act))
    with runtime.look(COMMAND) as act:
        assert None not in left(act, call_id)
    assert due(runtime, cast) == set()
    with pytest.raises(Conflict, match="held already"):
        hold(runtime, cast, call_id, whole_customer=whole_customer)
    kept.lifts(runtime, held, cast.qian)
    assert due(runtime, cast) == what, "not those who went meanwhile"
    whose = cast.chen.id if whole_customer else None
    named = {"hold": held, "case": None, "call": call_id, "customer": whose}
    entries = {kind: fields for kind, fields in kept.house(runtime) if kind.startswith("hold-")}
    assert entries == {
        "hold-placed": {**named, "by": cast.sun.id},
        "hold-lifted": {**named, "by": cast.qian.id},
    }
    with runtime.act(COMMAND) as act:
        news.dispose(act, but=holds.held_calls(act))
    with runtime.look(COMMAND) as act:
        assert left(act, call_id)[3] is None


def test_a_hold_by_a_matter_says_as_before_which(shop: Workshop) -> None:
    with shop.runtime.act(COMMAND) as act:
        case_id = given.case(act, shop.cast).id
    held = kept.hold(shop.runtime, shop.cast, case_id)
    [fields] = [fields for kind, fields in kept.house(shop.runtime) if kind == "hold-placed"]
    assert fields == {"hold": held, "case": case_id, "call": None, "customer": None, "by": shop.cast.sun.id}


def test_a_caller_of_whom_there_is_no_matter_is_forgotten_by_their_call(shop: Workshop) -> None:
    runtime, cast = shop.runtime, shop.cast
    call_id = threatens(shop)
    held = hold(runtime, cast, call_id)
    with pytest.raises(Refused, match=f"hold {held}"):
        asks(runtime, cast, call_id)
    kept.lifts(runtime, held, cast.qian)
    asked = asks(runtime, cast, call_id)
    with pytest.raises(Conflict, match="asked already"):
        asks(runtime, cast, call_id)
    held = hold(runtime, cast, threatens(shop, sid="CA" + "2" * 32))
    with pytest.raises(Refused, match=f"hold {held}"):
        erases(runtime, cast, asked)
    kept.lifts(runtime, held, cast.qian)
    erases(runtime, cast, asked)
    shop.works()
    with runtime.look(COMMAND) as act:
        assert customers.get(act, cast.chen.id).key is None
        sound, words, found_by, _raw = left(act, call_id)
        assert (sound, found_by) == (None, None)
        with pytest.raises(NotFound):
            calls.unseal(act, act.session.get_one(Call, call_id), str(words))
    [fields] = [fields for kind, fields in kept.house(runtime) if kind == "erasure-asked"]
    assert fields == {"erasure": asked, "customer": cast.chen.id, "case": None, "call": call_id, "by": cast.sun.id}
    for does in (asks, hold):
        with pytest.raises(Conflict, match="erased already"):
            does(runtime, cast, call_id)


def test_by_a_call_of_nobody_known_nobody_is_erased_and_nobody_held(shop: Workshop) -> None:
    call_id = threatens(shop, known=False)
    with pytest.raises(Invalid, match="nobody is known"):
        asks(shop.runtime, shop.cast, call_id)
    with pytest.raises(Invalid, match="nobody is known"):
        hold(shop.runtime, shop.cast, call_id, whole_customer=True)


def test_an_anonymous_call_is_held_and_leads_to_nobody(shop: Workshop) -> None:
    runtime, cast = shop.runtime, shop.cast
    with runtime.act(COMMAND) as act:
        about = given.case(act, cast)
        cases.mark_closed(act, about, by=cast.lin.id, outcome="答复了")
    complaint = departments.complains(runtime, cast, anonymous=True)
    with runtime.act(COMMAND) as act:
        cases.mark_closed(act, cases.get(act, complaint.id), by=cast.lin.id, outcome="查过了")
        call = act.session.scalars(select(Call).where(Call.unnamed)).one()
        calls.progress(act, call, state=calls.State.ENDED, sequence=9, ended_by="them", cause=None)
        call_id = call.id
    with pytest.raises(Invalid, match="nobody is known"):
        asks(runtime, cast, call_id)
    with pytest.raises(Invalid, match="nobody is known"):
        hold(runtime, cast, call_id, whole_customer=True)
    held = hold(runtime, cast, call_id)
    with runtime.act(COMMAND) as act:
        by, matter = as_(act, cast.sun), cases.get(act, about.id)
        asked = erasures.ask(act, matter, by=by, reason=WHY).id
        assert erasures.against(act, cast.chen.id).holds == [], "who asks learns of no anonymous call"
    shop.at.passes(YEARS)
    assert due(runtime, cast) == {"case"}
    with pytest.raises(Refused) as refused:
        erases(runtime, cast, asked)
    assert (refused.value.key, str(held) in str(refused.value)) == ("others", False)
    kept.lifts(runtime, held, cast.qian)
    assert due(runtime, cast) == {"case", "call", "customer"}
    erases(runtime, cast, asked)
