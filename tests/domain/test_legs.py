"""A call that we place rings the right telephone for the right time, and its end is never forgotten."""

from __future__ import annotations

import pytest

from hotline.domain import (
    calls,
    cases,
    controls,
    desk,
    dispatches,
    legs,
    matching,
    meetings,
    promises,
    seats,
    signatures,
    staff,
)
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.calls import State as CallState
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.desk import Place
from hotline.domain.dispatches import Offer
from hotline.domain.matching import Answer
from hotline.domain.parties import Mode, Role, Stage, State
from hotline.domain.promises import Verdict
from hotline.domain.seats import Device, Status
from hotline.errors import NotFound, Refused
from hotline.runtime import Runtime
from tests import given
from tests.domain.talks import Talk
from tests.world import Cast, Person


@pytest.fixture
def talk(runtime: Runtime, cast: Cast) -> Talk:
    """Nobody has rung yet."""
    return Talk(runtime, cast)


@pytest.fixture
def repair(talk: Talk, cast: Cast) -> Offer:
    """Wang is rung about a cold radiator."""
    with talk.acting() as act:
        case, _ = given.fault(act, cast)
        dispatch = dispatches.of_case(act, case.id)[0]
        person = staff.get(act, cast.wang.id)
        return dispatches.offer(act, dispatch, person, place(act, cast, colleague=person, case=case))


def place(act: Act, cast: Cast, *, case: Case | None, colleague: staff.Staff | None = None) -> Call:
    return calls.place(
        act,
        act.session.get_one(Company, cast.heat.id),
        colleague=colleague,
        case_id=case.id if case else None,
        owner_id=cast.lin.id,
        our_number=cast.heat.number,
        first_step="repair-offer",
        words_version=given.WORDS,
        slots={},
    )


def offered(talk: Talk) -> int:
    """Chen waits and Lin's telephone rings. Returns the id of the leg."""
    talk.free(talk.cast.lin)
    talk.waits()
    return talk.offered()


def ends(talk: Talk, call_id: int, state: CallState = CallState.UNANSWERED) -> None:
    talk.with_leg(legs.ended, call_id, state)


def answer_of(talk: Talk, leg: int) -> str:
    with talk.acting() as act:
        offer = matching.of_call(act, calls.locked(act, leg))
        assert offer is not None
        return offer.answer


def asked_in(talk: Talk, who: Person) -> int:
    with talk.acting() as act:
        meeting, person = meetings.get(act, talk.meeting_id), staff.get(act, who.id)
        return controls.invite(act, meeting, person, Role.EXPERT, talk.cast.lin.id).call_id


def chooses(talk: Talk, who: Person, device: Device, sip: str | None = None) -> None:
    with talk.acting() as act:
        seats.chosen_device(act, seats.of(act, staff.get(act, who.id)), device, sip)


def test_a_repair_rings_the_engineers_telephone_as_long_as_their_own_figure(
    talk: Talk, cast: Cast, repair: Offer
) -> None:
    chooses(talk, cast.wang, Device.BROWSER)  # the matter is told on the telephone all the same
    with talk.acting() as act:
        call, standard = calls.locked(act, repair.call_id or 0), act.standard
        assert legs.destination(act, call) == cast.wang.number.e164
        assert legs.ring_seconds(act, call) == standard.repair.engineer_ring.seconds
        assert legs.ring_seconds(act, call) != standard.answering.ring_limit_seconds


@pytest.mark.parametrize(
    ("device", "sip", "rings"),
    [
        (Device.PHONE, None, "{phone}"),
        (Device.BROWSER, None, "client:op_{id}"),
        (Device.SIP, "sip:lin@example.com", "sip:lin@example.com"),
    ],
)
def test_an_agent_is_rung_by_what_they_chose_within_the_ring_limit(
    talk: Talk, cast: Cast, device: Device, sip: str | None, rings: str
) -> None:
    chooses(talk, cast.lin, device, sip)
    leg = offered(talk)
    with talk.acting() as act:
        call = calls.locked(act, leg)
        assert legs.destination(act, call) == rings.format(phone=cast.lin.number.e164, id=cast.lin.id)
        assert legs.ring_seconds(act, call) == act.standard.answering.ring_limit_seconds


def test_a_customer_is_rung_at_the_number_told_in_the_matter_before_a_known_one(talk: Talk, cast: Cast) -> None:
    with talk.acting() as act:
        case = given.case(act, cast)
        call = place(act, cast, case=case)
        assert legs.destination(act, call) == cast.chen.number.e164
        assert legs.ring_seconds(act, call) == act.standard.callbacks.ring.seconds
        case.details = {"sealed_contact": cases.seal(act, case, cast.unknown.e164)}
        act.session.flush()
        assert legs.destination(act, call) == cast.unknown.e164


def test_who_cannot_be_rung_is_refused(talk: Talk, cast: Cast) -> None:
    leg = offered(talk)
    with talk.acting() as act:
        staff.get(act, cast.lin.id).phone = None
        with pytest.raises(NotFound):
            legs.destination(act, calls.locked(act, leg))
        with pytest.raises(Refused, match="SEC-5"):
            legs.destination(act, calls.locked(act, talk.call_id))


def test_a_call_that_carries_nothing_is_wanted_and_asks_nobody(talk: Talk, cast: Cast) -> None:
    with talk.acting() as act:
        call = place(act, cast, case=None, colleague=staff.get(act, cast.lin.id))
        assert (legs.wanted(act, call), legs.asked(act, call)) == (True, False)
        legs.picked_up(act, call)
        legs.ended(act, call, CallState.UNANSWERED)


def test_a_repair_that_is_signed_for_rings_nobody(talk: Talk, repair: Offer) -> None:
    assert talk.with_leg(legs.wanted, repair.call_id or 0)
    with talk.acting() as act:
        signatures.sign(act, dispatches.get_offer(act, repair.id))
    assert not talk.with_leg(legs.wanted, repair.call_id or 0)


def test_a_ringing_engineer_is_notified(talk: Talk, repair: Offer) -> None:
    talk.with_leg(legs.picked_up, repair.call_id or 0)
    with talk.acting() as act:
        dispatch = dispatches.get(act, repair.dispatch_id)
        verdicts = {one.rule: one.verdict for one in promises.of_case(act, dispatch.case_id)}
    assert verdicts["FLT-2.notify"] == Verdict.KEPT


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (CallState.BUSY, dispatches.Answer.BUSY),
        (CallState.UNANSWERED, dispatches.Answer.NO_ANSWER),
        (CallState.FAILED, dispatches.Answer.NO_ANSWER),
    ],
)
def test_an_engineers_call_that_ends_is_an_answer(
    talk: Talk, repair: Offer, state: CallState, answer: dispatches.Answer
) -> None:
    ends(talk, repair.call_id or 0, state)
    with talk.acting() as act:
        assert dispatches.get_offer(act, repair.id).answer == answer


@pytest.mark.parametrize(
    ("state", "heard", "answer"),
    [
        (CallState.BUSY, False, Answer.BUSY),
        (CallState.UNANSWERED, False, Answer.NO_ANSWER),
        (CallState.ENDED, True, Answer.NO_KEY),
    ],
)
def test_an_agents_call_that_ends_sends_the_caller_back_to_their_place(
    talk: Talk, cast: Cast, state: CallState, heard: bool, answer: Answer
) -> None:
    talk.free(cast.zhou)
    leg = offered(talk)
    with talk.acting() as act:
        first = staff.get(act, calls.locked(act, leg).staff_id or 0)
        offer = matching.of_call(act, calls.locked(act, leg))
        if heard and offer is not None:
            matching.heard(act, offer)
    assert talk.with_leg(legs.asked, leg)
    ends(talk, leg, state)
    ends(talk, leg, CallState.BUSY)
    assert (answer_of(talk, leg), talk.wait().state) == (answer, Place.WAITING)
    assert not talk.with_leg(legs.wanted, leg)
    with talk.acting() as act:
        assert seats.locked(act, first.id).misses == 1


@pytest.mark.parametrize(
    ("device", "placed", "state", "answer", "misses"),
    [
        (Device.BROWSER, True, CallState.BUSY, Answer.DECLINED, 0),
        (Device.BROWSER, True, CallState.UNANSWERED, Answer.NO_ANSWER, 1),
        (Device.BROWSER, False, CallState.BUSY, Answer.BUSY, 1),  # never rang: another telephone held them
        (Device.PHONE, True, CallState.BUSY, Answer.BUSY, 1),
    ],
)
def test_a_call_declined_in_the_browser_is_not_an_unanswered_one(
    talk: Talk, cast: Cast, device: Device, placed: bool, state: CallState, answer: Answer, misses: int
) -> None:
    chooses(talk, cast.lin, device)
    leg = offered(talk)
    talk.with_leg(lambda _act, call: setattr(call, "sid", f"CA{call.id:032}" if placed else None), leg)
    ends(talk, leg, state)
    assert (answer_of(talk, leg), talk.seat(cast.lin).misses) == (answer, misses)


def test_a_colleague_who_declines_in_the_browser_has_declined(talk: Talk, cast: Cast) -> None:
    talk.talk()
    chooses(talk, cast.zhou, Device.BROWSER)
    leg = asked_in(talk, cast.zhou)
    talk.with_leg(lambda _act, call: setattr(call, "sid", f"CA{call.id:032}"), leg)
    ends(talk, leg, CallState.BUSY)
    assert talk.party(cast.zhou).state == State.DECLINED


def test_an_offer_that_was_withdrawn_rings_nobody(talk: Talk) -> None:
    leg = offered(talk)
    assert talk.with_leg(legs.wanted, leg)
    with talk.acting() as act:
        wait = desk.of_call(act, calls.locked(act, talk.call_id))
        assert wait is not None
        desk.abandoned(act, wait)
    assert not talk.with_leg(legs.wanted, leg)


def test_an_agent_who_accepted_and_is_gone_has_dropped_the_caller(talk: Talk) -> None:
    leg = offered(talk)
    talk.accepts(leg)
    ends(talk, leg, CallState.ENDED)
    assert (answer_of(talk, leg), talk.meeting().dropped) == (Answer.ACCEPTED, True)
    assert talk.call(talk.call_id).step == meetings.DROPPED


def test_the_end_of_the_customers_call_ends_the_conversation_though_no_news_of_it_came(talk: Talk, cast: Cast) -> None:
    talk.talk()
    ends(talk, talk.call_id, CallState.ENDED)
    assert (talk.meeting().state, talk.seat(cast.lin).status) == (Stage.ENDED, Status.WRAP_UP)


def test_the_page_shows_that_a_colleague_is_rung(talk: Talk, cast: Cast) -> None:
    talk.talk()
    leg = asked_in(talk, cast.zhou)
    assert (talk.party(cast.zhou).state, talk.with_leg(legs.wanted, leg)) == (State.ASKED, True)
    talk.with_leg(legs.picked_up, leg)
    assert (talk.party(cast.zhou).state, talk.with_leg(legs.asked, leg)) == (State.RINGING, True)
    talk.joins(leg)
    talk.with_leg(legs.picked_up, leg)
    assert (talk.party(cast.zhou).state, talk.with_leg(legs.asked, leg)) == (State.IN, False)


def test_a_colleague_whose_telephone_was_not_answered_is_not_expected(talk: Talk, cast: Cast) -> None:
    talk.talk()
    leg = asked_in(talk, cast.zhou)
    ends(talk, leg)
    assert (talk.party(cast.zhou).state, talk.meeting().state) == (State.UNANSWERED, Stage.TALKING)
    assert not talk.with_leg(legs.wanted, leg)


def test_a_supervisor_who_hangs_up_leaves_the_others_talking(talk: Talk, cast: Cast) -> None:
    talk.talk()
    with talk.acting() as act:
        meeting, sun = meetings.get(act, talk.meeting_id), staff.get(act, cast.sun.id)
        leg = controls.supervise(act, meeting, sun, Mode.LISTEN).call_id
    talk.joins(leg)
    talk.joins(leg)
    ends(talk, leg, CallState.ENDED)
    talk.leaves(leg)  # the conference's own news of it, and then what it said before
    talk.joins(leg)
    assert (talk.party(cast.sun).state, talk.meeting().state) == (State.LEFT, Stage.TALKING)
    kinds = ("party-joined", "party-left")
    told = [entry for kind in kinds for entry in talk.told(kind) if entry["who"] == cast.sun.id]
    assert len(told) == 2
