"""What was kept long enough is destroyed once a second person approves, never what is held; the log stays whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from hotline.domain import (
    anonymity,
    calls,
    cases,
    companies,
    customers,
    disposals,
    erasures,
    holds,
    news,
    outbox,
    record_classes,
    recordings,
    transcripts,
    turns,
)
from hotline.domain.act import COMMAND
from hotline.domain.call_words import CallWord
from hotline.domain.calls import Call
from hotline.domain.cases import Case, Kind
from hotline.domain.companies import Company
from hotline.domain.customers import CustomerPlace
from hotline.domain.disposals import Disposal, Item, State
from hotline.domain.news import Recording
from hotline.domain.outbox import OutboxEntry
from hotline.domain.outbox import State as Owed
from hotline.errors import Conflict, Invalid, NotFound, Refused
from hotline.jobs import keeping
from hotline.runtime import Runtime
from tests import given
from tests.jobs import kept
from tests.jobs.kept import told as told
from tests.jobs.workshop import Workshop
from tests.world import ONE_FACTOR, Cast, Firm, Person

YEAR = timedelta(days=366)
WHY = "保存期已满"


def due(runtime: Runtime, cast: Cast) -> dict[str, int]:
    with runtime.look(COMMAND) as act:
        notes, classes = anonymity.Notes(act), [one for one in record_classes.CLASSES if one.due]
        found = {one.name: record_classes.count(act, cast.heat.id, one, notes, most=9) for one in classes}
    return {name: n for name, n in found.items() if n}


def keeps(runtime: Runtime, firm: Firm, **kept: str) -> None:
    """A company's own figures of retention."""
    with runtime.act(COMMAND) as act:
        own = {**ONE_FACTOR, "records": {"retention": kept}}
        act.session.get_one(Company, firm.id).overrides = own


def drawn(runtime: Runtime) -> Disposal:
    """The newest list of the heating company."""
    with runtime.look(COMMAND) as act:
        return disposals.listed(act, companies.coded(act, "heat").id, most=1)[0]


def decides(runtime: Runtime, who: Person, *, approve: bool = True, answer: str = WHY) -> None:
    with runtime.act(COMMAND) as act:
        person = given.person(act, who)
        companies.get(act, person.company_id)
        disposals.decide(act, drawn(runtime).id, by=person, approve=approve, answer=answer)


def test_nothing_is_due_before_its_time_and_each_class_has_its_own(shop: Workshop, told: int) -> None:
    shop.at.passes(timedelta(days=729))
    assert due(shop.runtime, shop.cast) == {}
    keeping.draw_up(shop.runtime)
    with shop.runtime.look(COMMAND) as act:
        assert disposals.listed(act, None, most=9) == []
    shop.at.passes(timedelta(days=3))
    assert due(shop.runtime, shop.cast) == {"recording": 1, "call": 1, "case": 1, "customer": 1}


def test_whom_a_company_serves_is_kept_however_long_they_are_silent(shop: Workshop, told: int) -> None:
    shop.at.passes(2 * YEAR)
    today, expected = shop.at.now.date(), {("HT-1", None): 0, ("HT-1", 0): 0, ("HT-1", -1): 1, (None, None): 1}
    found = {}
    for agreement, days in expected:
        ends = None if days is None else today + timedelta(days=days)
        with shop.runtime.act(COMMAND) as act:
            act.session.execute(update(CustomerPlace).values(agreement=agreement, agreement_ends=ends))
        found[agreement, days] = due(shop.runtime, shop.cast).get("customer", 0)
    assert found == expected, "an agreement without an end has not ended"


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
    [(_kind, fields)] = [one for one in kept.house(shop.runtime) if one[0] == "disposal-done"]
    assert fields["gone"] == {"recording": 1, "call": 1, "case": 1, "customer": 1}
    assert fields["digest"] == drawn(shop.runtime).digest
    assert drawn(shop.runtime).state == State.DONE
    assert kept.is_unaltered(shop.runtime)
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
    held = kept.hold(shop.runtime, shop.cast, told, whole_customer=whole_customer)
    shop.works()
    with shop.runtime.look(COMMAND) as act:
        assert disposals.counts(act, drawn(shop.runtime).id).total() == 4
        assert {state for _kind, state in disposals.counts(act, drawn(shop.runtime).id)} == {Item.KEPT}
        assert act.session.get_one(Case, told).outcome is not None
    assert due(shop.runtime, shop.cast) == {}
    kept.lifts(shop.runtime, held, shop.cast.qian)
    assert due(shop.runtime, shop.cast)["customer"] == 1


def test_a_hold_has_a_reason_is_placed_once_and_lifted_by_a_manager_alone(shop: Workshop, told: int) -> None:
    held = kept.hold(shop.runtime, shop.cast, told)
    with pytest.raises(Conflict):
        kept.hold(shop.runtime, shop.cast, told)
    for who in (shop.cast.sun, shop.cast.hu):
        with pytest.raises(Refused):
            kept.lifts(shop.runtime, held, who)
    kept.lifts(shop.runtime, held, shop.cast.qian)
    with pytest.raises(Conflict):
        kept.lifts(shop.runtime, held, shop.cast.qian)
    kinds = [kind for kind, fields in kept.house(shop.runtime) if fields.get("hold") == held]
    assert kinds == ["hold-placed", "hold-lifted"]


def test_raw_news_of_a_held_matter_is_kept_past_its_time(shop: Workshop, told: int) -> None:
    with shop.runtime.act(COMMAND) as act:
        call = calls.locked(act, act.session.get_one(Case, told).call_id or 0)
        news.keep(act, kind="turn", sid="CA9", mark="1", call=call, params="{}")
    kept.hold(shop.runtime, shop.cast, told, whole_customer=True)
    shop.at.passes(YEAR)
    with shop.runtime.act(COMMAND) as act:
        news.dispose(act, but=holds.held_calls(act))
        assert act.session.scalar(select(news.CarrierNews.id)) is not None
        news.dispose(act, but=select(Call.id).where(Call.id < 0))
        assert act.session.scalar(select(news.CarrierNews.id)) is None


def test_a_customer_goes_when_every_company_that_knows_them_is_done_with_them(shop: Workshop, told: int) -> None:
    keeps(shop.runtime, shop.cast.heat, records="1 year", recordings="2 years")
    keeps(shop.runtime, shop.cast.home, records="3 years", recordings="1 year")
    shop.at.passes(YEAR)
    with shop.runtime.act(COMMAND) as act:
        at_home = given.call(act, shop.cast, sid="CA" + "7" * 32, firm=shop.cast.home, who=shop.cast.chen)
        turns.record(act, at_home, said=["ask"], heard="speech", words="门禁坏了", led_to="farewell")
        calls.progress(act, at_home, state=calls.State.ENDED, sequence=9, ended_by="them", cause=None)
    shop.at.passes(YEAR)
    assert due(shop.runtime, shop.cast) == {"recording": 1, "call": 1, "case": 1}, "the sister company needs the key"
    shop.at.passes(YEAR)
    assert "customer" not in due(shop.runtime, shop.cast)
    shop.at.passes(YEAR)
    assert due(shop.runtime, shop.cast)["customer"] == 1
    keeps(shop.runtime, shop.cast.heat, records="1 year", recordings="5 years")
    assert due(shop.runtime, shop.cast) == {"call": 1, "case": 1}, "the sounds are sealed with the key"


def test_a_company_whose_figures_do_not_load_stops_its_own_list_alone(
    shop: Workshop, told: int, caplog: pytest.LogCaptureFixture
) -> None:
    with shop.runtime.act(COMMAND) as act:
        at_home = given.call(act, shop.cast, sid="CA" + "7" * 32, firm=shop.cast.home, who=shop.cast.chen)
        turns.record(act, at_home, said=["ask"], heard="speech", words="门禁坏了", led_to="farewell")
        calls.progress(act, at_home, state=calls.State.ENDED, sequence=9, ended_by="them", cause=None)
    keeps(shop.runtime, shop.cast.heat, records="soon")
    shop.at.passes(2 * YEAR)
    keeping.draw_up(shop.runtime)
    with shop.runtime.look(COMMAND) as act:
        [made] = disposals.listed(act, None, most=9)
        assert made.company_id == shop.cast.home.id
        assert disposals.counts(act, made.id) == {("call", Item.LISTED): 1}, "what heating wants of Chen nobody knows"
    assert "records.retention.records" in caplog.text


def test_what_was_said_stays_while_any_matter_that_was_told_in_the_call_is_open(shop: Workshop, told: int) -> None:
    with shop.runtime.act(COMMAND) as act:
        call_id = act.session.get_one(Case, told).call_id
        given.case(act, shop.cast).call_id = call_id
        act.session.get_one(Recording, "RE1").case_id = None
    shop.at.passes(2 * YEAR)
    assert due(shop.runtime, shop.cast) == {"case": 1}


def test_what_was_said_stays_while_an_anonymous_matter_that_was_told_in_the_call_is_open_or_held(
    shop: Workshop, told: int
) -> None:
    with shop.runtime.act(COMMAND) as act:
        call = calls.locked(act, act.session.get_one(Case, told).call_id or 0)
        companies.get(act, shop.cast.heat.id)
        act.session.get_one(Case, told).call_id = None
        matter = given.case(act, shop.cast, kind=Kind.COMPLAINT)
        matter.anonymous, matter.customer_id = True, None
        anonymity.note(act, call, matter.id)
        news.keep(act, kind="turn", sid="CA9", mark="1", call=call, params="{}")
    shop.at.passes(2 * YEAR)
    assert due(shop.runtime, shop.cast) == {"case": 1}
    held = kept.hold(shop.runtime, shop.cast, matter.id)
    with shop.runtime.act(COMMAND) as act:
        cases.mark_closed(act, cases.get(act, matter.id), by=shop.cast.lin.id, outcome="查过了")
    with shop.runtime.act(COMMAND) as act:
        assert due(shop.runtime, shop.cast) == {"case": 1}
        news.dispose(act, but=holds.held_calls(act))
        assert act.session.scalar(select(news.CarrierNews.id)) is not None
    kept.lifts(shop.runtime, held, shop.cast.qian)
    assert due(shop.runtime, shop.cast) == {"recording": 1, "call": 1, "case": 1, "customer": 1}


def test_the_carriers_copy_goes_though_its_removal_was_given_up_and_ours_is_gone(shop: Workshop, told: int) -> None:
    with shop.runtime.act(COMMAND) as act:
        call_id = act.session.get_one(Recording, "RE1").call_id
        row = Recording(sid="RE" + "a" * 32, call_id=call_id, case_id=told, state="completed", seconds=3, at=act.at)
        act.session.add(row)
        recordings.prepare(act, row)
        recordings.kept(act, row, "0" * 64)
        outbox.post(act, "delete-recording", key=f"delete-{row.sid}", recording=row.sid)
        act.session.flush()
        act.session.execute(update(OutboxEntry).values(state=Owed.ABANDONED))
    with shop.runtime.act(COMMAND) as act:
        erasures.discard(act, recordings.get(act, row.sid))
    shop.works()
    with shop.runtime.look(COMMAND) as act:
        assert act.session.get_one(Recording, row.sid).removed_at == shop.at.now
