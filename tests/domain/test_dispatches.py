"""Somebody is rung until somebody signs: only a key signs, and an emergency never gives up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.domain import audit, calls, cases, companies, dispatches, promises, signatures, staff
from hotline.domain.act import COMMAND, Act
from hotline.domain.cases import Case, Kind
from hotline.domain.dispatches import Answer, Dispatch, Offer
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.promises import Verdict
from hotline.domain.staff import Duty
from hotline.errors import Conflict, NotFound
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast, HandClock, Person


@pytest.fixture
def case(runtime: Runtime, cast: Cast) -> Case:
    """A cold radiator, reported, with repair's dispatch begun."""
    with runtime.act(COMMAND) as act:
        return given.fault(act, cast)[0]


def its_dispatch(act: Act, case: Case) -> Dispatch:
    companies.get(act, case.company_id)
    return dispatches.of_case(act, case.id)[0]


def ring(runtime: Runtime, case: Case) -> Offer:
    """Ring whoever is next, as the worker does."""
    with runtime.act(COMMAND) as act:
        dispatch = its_dispatch(act, case)
        person = given.rung_next(act, dispatch, cases.get(act, case.id))
        assert person is not None
        return _offer(act, dispatch, person)


def _offer(act: Act, dispatch: Dispatch, person: staff.Staff) -> Offer:
    company = companies.get(act, person.company_id)
    call = calls.place(
        act,
        company,
        colleague=person,
        case_id=dispatch.case_id,
        owner_id=person.id,
        our_number=companies.number_of(act, company),
        first_step="repair-offer",
        words_version=given.WORDS,
        slots={"dispatch": dispatch.id},
    )
    return dispatches.offer(act, dispatch, person, call)


def answer(runtime: Runtime, case: Case, offer: Offer, what: Answer) -> None:
    with runtime.act(COMMAND) as act:
        its_dispatch(act, case)
        dispatches.answer(act, dispatches.get_offer(act, offer.id), what)


def sign(runtime: Runtime, case: Case, offer: Offer) -> None:
    with runtime.act(COMMAND) as act:
        its_dispatch(act, case)
        signatures.sign(act, dispatches.get_offer(act, offer.id))


def rings_owed(runtime: Runtime, state: State = State.DUE) -> list[OutboxEntry]:
    with runtime.look(COMMAND) as act:
        query = select(OutboxEntry).where(OutboxEntry.kind == "ring-dispatch", OutboxEntry.state == state)
        return list(act.session.scalars(query.order_by(OutboxEntry.id)))


def verdicts(runtime: Runtime, case: Case) -> dict[str, str]:
    with runtime.look(COMMAND) as act:
        return {promise.rule: promise.verdict for promise in promises.of_case(act, case.id)}


def test_a_reported_fault_owes_a_ring_at_once(runtime: Runtime, case: Case, at: HandClock) -> None:
    (entry,) = rings_owed(runtime)
    assert (entry.due_at, entry.queue, entry.case_id) == (at.now, "urgent", case.id)


def test_duty_is_rung_first_then_up_the_ladder_each_as_often_as_the_standard_says(
    runtime: Runtime, cast: Cast, case: Case
) -> None:
    round_ = [cast.wang, cast.zhao, cast.sun, cast.qian, cast.feng]
    rung = []
    for _ in range(10):
        offer = ring(runtime, case)
        rung.append(offer.staff_id)
        answer(runtime, case, offer, Answer.NO_ANSWER)
    assert rung == [person.id for person in round_] * 2
    with runtime.look(COMMAND) as act:
        assert given.rung_next(act, its_dispatch(act, case), cases.get(act, case.id)) is None
        assert [offer.n for offer in dispatches.offers(act, 1)] == list(range(1, 11))


def test_an_emergency_rings_on_and_on(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        case = given.fault(act, cast, kind=Kind.EMERGENCY)[0]
    for _ in range(11):
        offer = ring(runtime, case)
        answer(runtime, case, offer, Answer.NO_KEY)
    assert offer.staff_id == cast.wang.id


def test_who_has_no_telephone_is_passed_over(runtime: Runtime, cast: Cast, case: Case) -> None:
    with runtime.act(COMMAND) as act:
        given.person(act, cast.wang).phone = None
    assert ring(runtime, case).staff_id == cast.zhao.id


def test_nobody_to_ring_is_said(runtime: Runtime, cast: Cast, case: Case) -> None:
    with runtime.act(COMMAND) as act:
        for person in act.session.scalars(select(staff.Staff)):
            person.phone = None
    with runtime.look(COMMAND) as act:
        assert given.rung_next(act, its_dispatch(act, case), cases.get(act, case.id)) is None


@pytest.mark.parametrize("what", [Answer.DECLINED, Answer.NO_KEY, Answer.NO_ANSWER])
def test_who_does_not_sign_lets_the_next_be_rung_after_a_pause(
    runtime: Runtime, case: Case, at: HandClock, what: Answer
) -> None:
    offer = ring(runtime, case)
    answer(runtime, case, offer, what)
    answer(runtime, case, offer, Answer.NO_ANSWER)  # late news of the same ring
    owed = rings_owed(runtime)
    assert [entry.key for entry in owed] == ["ring-1-1", "ring-1-2"]
    assert owed[1].due_at == at.now + timedelta(seconds=5)
    with runtime.look(COMMAND) as act:
        assert dispatches.get_offer(act, offer.id).answer == what


def test_hearing_it_is_no_signature(runtime: Runtime, case: Case) -> None:
    offer = ring(runtime, case)
    answer(runtime, case, offer, Answer.HEARD)
    assert verdicts(runtime, case)["FLT-2.sign"] == Verdict.OPEN
    answer(runtime, case, offer, Answer.NO_KEY)
    assert len(rings_owed(runtime)) == 2


def test_a_ring_keeps_the_promise_to_notify(runtime: Runtime, case: Case, at: HandClock) -> None:
    at.passes(timedelta(seconds=60))
    with runtime.act(COMMAND) as act:
        dispatches.notified(act, its_dispatch(act, case))
    at.passes(timedelta(seconds=60))
    with runtime.act(COMMAND) as act:
        dispatches.notified(act, its_dispatch(act, case))
        assert its_dispatch(act, case).notified_at == at.now - timedelta(seconds=60)
    assert verdicts(runtime, case) == {"FLT-2.notify": Verdict.KEPT, "FLT-2.sign": Verdict.OPEN}


def test_a_signature_keeps_both_promises_and_stops_the_ringing(runtime: Runtime, cast: Cast, case: Case) -> None:
    first = ring(runtime, case)
    answer(runtime, case, first, Answer.DECLINED)
    second = ring(runtime, case)
    sign(runtime, case, second)
    assert verdicts(runtime, case) == {"FLT-2.notify": Verdict.KEPT, "FLT-2.sign": Verdict.KEPT}
    with runtime.look(COMMAND) as act:
        kept = cases.get(act, case.id)
        assert (kept.handler_id, kept.owner_id) == (cast.zhao.id, cast.lin.id)
        assert "signed" in [entry.kind for entry in audit.entries(act.session, case.chain)]


def test_what_another_signed_is_not_signed_again(runtime: Runtime, case: Case) -> None:
    first, second = ring(runtime, case), ring(runtime, case)
    answer(runtime, case, first, Answer.HEARD)  # still listening while the other signs
    sign(runtime, case, second)
    sign(runtime, case, second)  # the same key pressed twice
    with pytest.raises(Conflict):
        sign(runtime, case, first)
    answer(runtime, case, first, Answer.NO_KEY)
    assert [entry.key for entry in rings_owed(runtime)] == ["ring-1-1"]


def test_a_late_signature_after_declining_counts(runtime: Runtime, case: Case) -> None:
    offer = ring(runtime, case)
    answer(runtime, case, offer, Answer.DECLINED)
    sign(runtime, case, offer)
    assert verdicts(runtime, case)["FLT-2.sign"] == Verdict.KEPT
    assert [entry.key for entry in rings_owed(runtime, State.DROPPED)] == ["ring-1-2"]


def test_an_emergency_is_acknowledged_when_everybody_s_duty_was_signed_for(runtime: Runtime, case: Case) -> None:
    with runtime.act(COMMAND) as act:
        row = cases.get(act, case.id)
        companies.get(act, row.company_id)
        promises.make(act, "EMG-2.acknowledge", row)
        security = dispatches.begin(act, row, Duty.SECURITY)
    sign(runtime, case, ring(runtime, case))
    assert verdicts(runtime, case)["EMG-2.acknowledge"] == Verdict.OPEN
    with runtime.act(COMMAND) as act:
        its_dispatch(act, case)
        dispatch = dispatches.get(act, security.id)
        person = given.rung_next(act, dispatch, case)
        assert person is not None
        signatures.sign(act, _offer(act, dispatch, person))
    assert verdicts(runtime, case)["EMG-2.acknowledge"] == Verdict.KEPT


def test_two_duties_are_dispatched_apart(runtime: Runtime, cast: Cast, case: Case) -> None:
    with runtime.act(COMMAND) as act:
        dispatches.begin(act, cases.get(act, case.id), Duty.SECURITY)
    with runtime.look(COMMAND) as act:
        assert [dispatch.duty for dispatch in dispatches.of_case(act, case.id)] == ["repair", "security"]
        companies.get(act, case.company_id)
        security = dispatches.of_case(act, case.id)[1]
        person = given.rung_next(act, security, cases.get(act, case.id))
        assert person is not None
        assert person.id == cast.he.id


def test_a_link_opens_the_offer_until_it_ends_or_a_fresh_one_is_made(
    runtime: Runtime, case: Case, at: HandClock
) -> None:
    offer = ring(runtime, case)
    with runtime.act(COMMAND) as act:
        its_dispatch(act, case)
        row = dispatches.get_offer(act, offer.id)
        old, token = dispatches.new_link(act, row), dispatches.new_link(act, row)
        assert token not in (row.link, None)
    with runtime.look(COMMAND) as act:
        assert dispatches.by_link(act, token).id == offer.id
        with pytest.raises(NotFound):
            dispatches.by_link(act, old)
    at.passes(timedelta(days=8))
    with runtime.look(COMMAND) as act, pytest.raises(NotFound):
        dispatches.by_link(act, token)


def test_the_offer_of_a_call_is_found(runtime: Runtime, case: Case) -> None:
    offer = ring(runtime, case)
    with runtime.look(COMMAND) as act:
        call = calls.locked(act, offer.call_id or 0)
        found = dispatches.of_call(act, call)
        assert found is not None
        assert found.id == offer.id
        for missing in (dispatches.get, dispatches.get_offer):
            with pytest.raises(NotFound):
                missing(act, 99)


def number(runtime: Runtime, who: Person) -> str:
    with runtime.look(COMMAND) as act:
        return staff.phone_of(act, given.person(act, who)).e164


def test_the_telephone_that_is_rung_is_the_persons(runtime: Runtime, cast: Cast) -> None:
    assert number(runtime, cast.wang) == cast.wang.number.e164


def test_a_fire_counts_as_told_when_both_duties_were_rung(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        fire = given.case(act, cast, kind=Kind.EMERGENCY, matter="fire")
        promises.make(act, "EMG-1.tell", fire)
        for duty in (Duty.SECURITY, Duty.LEAD):
            dispatches.begin(act, fire, duty)
    for place, verdict in enumerate((Verdict.OPEN, Verdict.KEPT)):
        with runtime.act(COMMAND) as act:
            companies.get(act, fire.company_id)
            dispatches.notified(act, dispatches.of_case(act, fire.id)[place])
        assert verdicts(runtime, fire)["EMG-1.tell"] == verdict
