"""What was kept long enough is destroyed once a second person approves, never what is held; the log stays whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline import sounds
from hotline.domain import (
    audit,
    call_words,
    calls,
    cases,
    companies,
    customers,
    disposals,
    erasures,
    holds,
    news,
    promises,
    record_classes,
    recordings,
    transcripts,
    turns,
    verifying,
)
from hotline.domain.act import COMMAND
from hotline.domain.call_words import CallWord
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.disposals import Disposal, Item, State
from hotline.domain.news import Recording
from hotline.errors import Conflict, HotlineError, Invalid, NotFound, Refused
from hotline.jobs import keeping
from hotline.runtime import Runtime
from tests import given
from tests.jobs.workshop import Workshop
from tests.world import Cast, Person

YEAR = timedelta(days=366)
WHY = "保存期已满"


@pytest.fixture
def told(shop: Workshop) -> int:
    """Chen rang about a cold radiator, said something that was recorded and written down; all is settled. The case."""
    with shop.runtime.act(COMMAND) as act:
        call = given.call(act, shop.cast, who=shop.cast.chen)
        turns.record(act, call, said=["ask"], heard="speech", words="暖气不热", led_to="farewell")
        matter, _order = given.fault(act, shop.cast)
        call.case_id, matter.call_id = matter.id, call.id
        calls.progress(act, call, state=calls.State.ENDED, sequence=9, ended_by="them", cause=None)
        matter.details = {"sealed_wish": cases.seal(act, matter, "晚上来"), "source": "phone"}
        call.put(sealed_looks=calls.seal(act, call, "漏水"), passed="yes")
        row = Recording(sid="RE1", call_id=call.id, case_id=matter.id, state="completed", seconds=3, at=act.at)
        act.session.add(row)
        recordings.prepare(act, row)
        shop.runtime.sounds.keep(row.file or "", b"sealed sound")
        recordings.kept(act, row, "0" * 64)
        row.removed_at = act.at
        transcripts.keep(act, row, [transcripts.Turn(0, 1, "", "暖气不热")], "folder", language="zh-CN")
        call_words.index(act, call.id, shop.cast.chen.id, "暖气不热")
        for promise in promises.of_case(act, matter.id):
            promises.excuse(act, promise, None, why="customer-erased")
        cases.mark_closed(act, matter, by=shop.cast.lin.id, outcome="修好了")
        return matter.id


def due(runtime: Runtime, cast: Cast) -> dict[str, int]:
    with runtime.look(COMMAND) as act:
        found = {
            one.name: record_classes.count(act, cast.heat.id, one, most=9) for one in record_classes.CLASSES if one.due
        }
    return {name: n for name, n in found.items() if n}


def drawn(runtime: Runtime) -> Disposal:
    """The newest list of the heating company."""
    with runtime.look(COMMAND) as act:
        return disposals.listed(act, companies.coded(act, "heat").id, most=1)[0]


def decides(runtime: Runtime, who: Person, *, approve: bool = True, answer: str = WHY) -> None:
    with runtime.act(COMMAND) as act:
        person = given.person(act, who)
        companies.get(act, person.company_id)
        disposals.decide(act, drawn(runtime).id, by=person, approve=approve, answer=answer)


def house(runtime: Runtime) -> list[tuple[str, dict[str, object]]]:
    with runtime.look(COMMAND) as act:
        return [(one.kind, one.fields) for one in audit.entries(act.session, "house")]


def is_unaltered(runtime: Runtime) -> bool:
    with runtime.look(COMMAND) as act:
        return verifying.verify(act.session).unaltered


def hold(runtime: Runtime, cast: Cast, case_id: int, *, whole_customer: bool = False) -> int:
    with runtime.act(COMMAND) as act:
        matter = cases.get(act, case_id)
        companies.get(act, matter.company_id)
        by = given.person(act, cast.sun)
        return holds.place(act, matter, whole_customer=whole_customer, by=by, reason="法院调取").id


def test_nothing_is_due_before_its_time_and_each_class_has_its_own(shop: Workshop, told: int) -> None:
    shop.at.passes(timedelta(days=729))
    assert due(shop.runtime, shop.cast) == {}
    keeping.draw_up(shop.runtime)
    with shop.runtime.look(COMMAND) as act:
        assert disposals.listed(act, None, most=9) == []
    shop.at.passes(timedelta(days=3))
    assert due(shop.runtime, shop.cast) == {"recording": 1, "call": 1, "case": 1, "customer": 1}


def test_a_list_is_approved_by_a_manager_who_did_not_draw_it_up(shop: Workshop, told: int) -> None:
    shop.at.passes(2 * YEAR)
    with shop.runtime.act(COMMAND) as act:
        manager = given.person(act, shop.cast.qian)
        disposals.draw_up(act, shop.cast.heat.id, by=manager, most=100)
    with pytest.raises(Refused):
        decides(shop.runtime, shop.cast.qian)
    with pytest.raises(Refused):
        decides(shop.runtime, shop.cast.sun)
    with pytest.raises(Invalid):
        decides(shop.runtime, shop.cast.feng, answer=" ")
    with pytest.raises(Conflict), shop.runtime.act(COMMAND) as act:
        disposals.draw_up(act, shop.cast.heat.id, by=None, most=100)
    decides(shop.runtime, shop.cast.feng, approve=False)
    shop.works()
    assert drawn(shop.runtime).state == State.REFUSED
    assert due(shop.runtime, shop.cast)["recording"] == 1
    with pytest.raises(Conflict):
        decides(shop.runtime, shop.cast.feng)


def test_what_was_approved_is_destroyed_and_the_log_says_how_many_and_verifies(shop: Workshop, told: int) -> None:
    shop.at.passes(2 * YEAR)
    keeping.draw_up(shop.runtime)
    keeping.draw_up(shop.runtime)
    with shop.runtime.look(COMMAND) as act:
        assert len(disposals.listed(act, None, most=9)) == 2, "the property company served Chen, too"
    decides(shop.runtime, shop.cast.qian)
    shop.works()
    with shop.runtime.look(COMMAND) as act:
        case, row = act.session.get_one(Case, told), act.session.get_one(Recording, "RE1")
        call = act.session.get_one(Call, row.call_id)
        assert (case.details, case.outcome, call.slots["passed"]) == ({"source": "phone"}, None, "yes")
        assert not any("sealed" in name for name in call.slots)
        assert [turn.words for turn in turns.of_call(act, call.id)] == [None]
        assert act.session.scalar(select(CallWord.word).limit(1)) is None
        assert transcripts.of_recording(act, row) is None
        assert (row.state, row.sha256) == (recordings.DISCARDED, None)
        with pytest.raises(NotFound):
            shop.runtime.sounds.read(row.file or "")
        assert customers.get(act, shop.cast.chen.id).key is None
        items = disposals.counts(act, drawn(shop.runtime).id)
    assert items == {(name, Item.GONE): 1 for name in ("recording", "call", "case", "customer")}
    [(_kind, fields)] = [one for one in house(shop.runtime) if one[0] == "disposal-done"]
    assert fields["gone"] == {"recording": 1, "call": 1, "case": 1, "customer": 1}
    assert fields["digest"] == drawn(shop.runtime).digest
    assert drawn(shop.runtime).state == State.DONE
    assert is_unaltered(shop.runtime)
    assert due(shop.runtime, shop.cast) == {}


def test_a_large_list_is_carried_out_in_small_acts(shop: Workshop, told: int) -> None:
    shop.at.passes(2 * YEAR)
    keeping.draw_up(shop.runtime)
    decides(shop.runtime, shop.cast.qian)
    turned = 0
    more = True
    while more:
        with shop.runtime.act(COMMAND) as act:
            more = disposals.carry_out(act, drawn(shop.runtime).id, most=1)
        turned += 1
    assert turned == 5
    assert drawn(shop.runtime).state == State.DONE


@pytest.mark.parametrize("whole_customer", [False, True])
def test_what_is_held_stays_though_its_list_was_approved(shop: Workshop, told: int, whole_customer: bool) -> None:
    shop.at.passes(2 * YEAR)
    keeping.draw_up(shop.runtime)
    decides(shop.runtime, shop.cast.qian)
    held = hold(shop.runtime, shop.cast, told, whole_customer=whole_customer)
    shop.works()
    with shop.runtime.look(COMMAND) as act:
        assert disposals.counts(act, drawn(shop.runtime).id).total() == 4
        assert {state for _kind, state in disposals.counts(act, drawn(shop.runtime).id)} == {Item.KEPT}
        assert act.session.get_one(Case, told).outcome is not None
    assert due(shop.runtime, shop.cast) == {}
    lifts(shop.runtime, held, shop.cast.qian)
    assert due(shop.runtime, shop.cast)["customer"] == 1


def lifts(runtime: Runtime, hold_id: int, who: Person) -> None:
    with runtime.act(COMMAND) as act:
        person = given.person(act, who)
        companies.get(act, person.company_id)
        holds.lift(act, hold_id, by=person, why="案件已经审结")


def test_a_hold_has_a_reason_is_placed_once_and_lifted_by_a_manager_alone(shop: Workshop, told: int) -> None:
    held = hold(shop.runtime, shop.cast, told)
    with pytest.raises(Conflict):
        hold(shop.runtime, shop.cast, told)
    for who in (shop.cast.sun, shop.cast.hu):
        with pytest.raises(Refused):
            lifts(shop.runtime, held, who)
    lifts(shop.runtime, held, shop.cast.qian)
    with pytest.raises(Conflict):
        lifts(shop.runtime, held, shop.cast.qian)
    kinds = [kind for kind, fields in house(shop.runtime) if fields.get("hold") == held]
    assert kinds == ["hold-placed", "hold-lifted"]


def test_raw_news_of_a_held_matter_is_kept_past_its_time(shop: Workshop, told: int) -> None:
    with shop.runtime.act(COMMAND) as act:
        call = calls.locked(act, act.session.get_one(Case, told).call_id or 0)
        news.keep(act, kind="turn", sid="CA9", mark="1", call=call, params="{}")
    hold(shop.runtime, shop.cast, told, whole_customer=True)
    shop.at.passes(YEAR)
    with shop.runtime.act(COMMAND) as act:
        news.dispose(act, but=holds.held_calls())
        assert act.session.scalar(select(news.CarrierNews.id)) is not None
        news.dispose(act, but=select(Call.id).where(Call.id < 0))
        assert act.session.scalar(select(news.CarrierNews.id)) is None


def asks(runtime: Runtime, who: Person, case_id: int, reason: str = "客户书面要求删除") -> int:
    with runtime.act(COMMAND) as act:
        matter = cases.get(act, case_id)
        companies.get(act, matter.company_id)
        return erasures.ask(act, matter, by=given.person(act, who), reason=reason).id


def answers(runtime: Runtime, who: Person, erasure_id: int, *, approve: bool = True) -> None:
    with runtime.act(COMMAND) as act:
        person = given.person(act, who)
        companies.get(act, person.company_id)
        erasures.decide(act, erasure_id, by=person, approve=approve, answer="核对过身份")


def test_a_customer_is_erased_when_a_second_person_approves_and_every_chain_verifies(shop: Workshop, told: int) -> None:
    asked = asks(shop.runtime, shop.cast.sun, told)
    with pytest.raises(Refused):
        answers(shop.runtime, shop.cast.sun, asked)
    with pytest.raises(Conflict):
        asks(shop.runtime, shop.cast.sun, told)
    answers(shop.runtime, shop.cast.qian, asked)
    shop.works()
    with shop.runtime.look(COMMAND) as act:
        case, row = act.session.get_one(Case, told), act.session.get_one(Recording, "RE1")
        assert customers.find(act, shop.cast.chen.number) is None
        for sealed in (case.details["sealed_wish"], case.outcome or ""):
            with pytest.raises(NotFound, match="erased"):
                cases.unseal(act, case, sealed)
        with pytest.raises(NotFound):
            shop.runtime.sounds.read(row.file or "")
        assert act.session.scalar(select(CallWord.word).limit(1)) is None
        assert "customer-erased" in [entry.kind for entry in audit.entries(act.session, case.chain)]
    assert is_unaltered(shop.runtime)
    with pytest.raises(Conflict):
        asks(shop.runtime, shop.cast.sun, told)


def test_a_request_can_be_refused_and_made_again(shop: Workshop, told: int) -> None:
    asked = asks(shop.runtime, shop.cast.sun, told)
    answers(shop.runtime, shop.cast.qian, asked, approve=False)
    with pytest.raises(Conflict):
        answers(shop.runtime, shop.cast.qian, asked)
    assert asks(shop.runtime, shop.cast.sun, told) != asked


def test_an_open_matter_a_hold_and_a_call_stand_against_it_also_after_it_was_asked(shop: Workshop, told: int) -> None:
    asked = asks(shop.runtime, shop.cast.sun, told)
    with shop.runtime.act(COMMAND) as act:
        matter = given.case(act, shop.cast)
        number, open_case = matter.number, matter.id
    with pytest.raises(Refused, match=number):
        answers(shop.runtime, shop.cast.qian, asked)
    with shop.runtime.act(COMMAND) as act:
        cases.mark_closed(act, cases.get(act, open_case), by=shop.cast.lin.id, outcome="答复了")
    held = hold(shop.runtime, shop.cast, open_case)
    with pytest.raises(Refused, match=f"hold {held}"):
        answers(shop.runtime, shop.cast.qian, asked)
    lifts(shop.runtime, held, shop.cast.qian)
    with shop.runtime.act(COMMAND) as act:
        ringing = given.call(act, shop.cast, sid="CA" + "7" * 32, who=shop.cast.chen).id
    with pytest.raises(Refused, match="on the telephone"):
        answers(shop.runtime, shop.cast.qian, asked)
    with shop.runtime.act(COMMAND) as act:
        calls.progress(
            act, calls.locked(act, ringing), state=calls.State.ENDED, sequence=9, ended_by="them", cause=None
        )
    answers(shop.runtime, shop.cast.qian, asked)


@pytest.mark.parametrize("wrong", ["anonymous", "no-reason"])
def test_nobody_known_and_no_reason_are_refused(shop: Workshop, told: int, wrong: str) -> None:
    with shop.runtime.act(COMMAND) as act:
        act.session.get_one(Case, told).anonymous = wrong == "anonymous"
    with pytest.raises(HotlineError):
        asks(shop.runtime, shop.cast.sun, told, reason="要" if wrong == "no-reason" else WHY)


def test_a_sound_goes_from_its_store(shop: Workshop) -> None:
    name = sounds.new_name()
    shop.runtime.sounds.keep(name, b"x")
    shop.runtime.sounds.remove(name)
    with pytest.raises(NotFound):
        shop.runtime.sounds.read(name)
