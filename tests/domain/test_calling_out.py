"""A customer is rung from a case alone, after the telephone of whoever calls; a kept place is rung in its turn."""

from __future__ import annotations

import pytest

from hotline.domain import calls, cases, customers, desk, legs, meetings, promises, seats, staff
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.desk import Place
from hotline.domain.parties import Stage, State
from hotline.domain.promises import Verdict
from hotline.domain.seats import Status
from hotline.errors import Conflict, Refused
from hotline.runtime import Runtime
from tests import given
from tests.domain.talks import Talk
from tests.world import Cast, Person


@pytest.fixture
def talk(runtime: Runtime, cast: Cast) -> Talk:
    """Nobody has rung yet."""
    return Talk(runtime, cast)


@pytest.fixture
def case(talk: Talk, cast: Cast) -> Case:
    """Chen is to be rung back: promised."""
    with talk.acting() as act:
        made = given.case(act, cast)
        promises.make(act, "CBK-2.missed", made)
        promises.make(act, "CBK-1.answer", made)
    return made


def call_out(talk: Talk, case: Case, who: Person) -> int:
    """Somebody calls the customer of a case. Returns the id of their leg."""
    with talk.acting() as act:
        meeting = meetings.call_out(act, cases.get(act, case.id), staff.get(act, who.id), words_version=given.WORDS)
        talk.meeting_id = meeting.id
    return talk.party(who).call_id


def accept(talk: Talk, leg: int) -> int:
    """Whoever calls presses 1 and is in the conference; the customer is rung. Returns the id of the customer's call."""
    talk.with_leg(meetings.accepted, leg)
    talk.joins(leg)
    talk.call_id = talk.meeting().call_id or 0
    return talk.call_id


def verdicts(talk: Talk, case: Case) -> dict[str, str]:
    with talk.acting() as act:
        return {promise.rule: promise.verdict for promise in promises.of_case(act, case.id)}


def unreached(talk: Talk, call_id: int) -> None:
    """The customer does not pick up."""
    with talk.acting() as act:
        legs.ended(act, calls.locked(act, call_id), calls.State.UNANSWERED)


def test_the_customer_is_rung_after_the_key_of_whoever_calls(talk: Talk, cast: Cast, case: Case) -> None:
    talk.free(cast.lin)
    leg = call_out(talk, case, cast.lin)
    assert (talk.meeting().call_id, talk.seat(cast.lin).status) == (None, Status.BUSY)
    assert talk.owed("place-call") == [{"call": leg}]
    call = talk.call(accept(talk, leg))
    assert (call.direction, call.step, call.customer_id) == ("out", "called-back", cast.chen.id)
    assert (call.case_id, call.owner_id, call.language) == (case.id, cast.lin.id, "zh-CN")
    assert talk.owed("place-call") == [{"call": leg}, {"call": call.id}]
    assert [entry["by"] for entry in talk.told("called-out", case.chain)] == [cast.lin.id]


def test_the_promise_is_kept_when_the_customer_is_in(talk: Talk, cast: Cast, case: Case) -> None:
    accept(talk, call_out(talk, case, cast.lin))
    assert verdicts(talk, case)["CBK-2.missed"] == Verdict.OPEN
    talk.joins(talk.call_id)
    assert verdicts(talk, case) == {"CBK-2.missed": Verdict.KEPT, "CBK-1.answer": Verdict.OPEN}
    assert talk.owed("start-recording") == [{"meeting": talk.meeting_id}]


def test_who_calls_in_vain_is_told_and_the_promise_stays_open(talk: Talk, cast: Cast, case: Case) -> None:
    talk.free(cast.lin)
    leg = call_out(talk, case, cast.lin)
    unreached(talk, accept(talk, leg))
    assert talk.owed("move-call") == [{"call": leg, "step": "agent-gone"}]
    assert (talk.customer().state, talk.meeting().state) == (State.UNANSWERED, Stage.ENDED)
    assert verdicts(talk, case)["CBK-2.missed"] == Verdict.OPEN
    assert (talk.seat(cast.lin).status, talk.seat(cast.lin).misses) == (Status.FREE, 0)


def test_when_whoever_calls_hangs_up_the_customer_is_rung_no_longer(talk: Talk, cast: Cast, case: Case) -> None:
    leg = call_out(talk, case, cast.lin)
    customers_call = accept(talk, leg)
    talk.leaves(leg)
    assert talk.owed("end-call") == [{"call": customers_call}]
    assert (talk.meeting().state, talk.meeting().dropped) == (Stage.ENDED, False)


def test_ending_before_the_customer_is_in_ends_both_legs(talk: Talk, cast: Cast, case: Case) -> None:
    leg = call_out(talk, case, cast.lin)
    customers_call = accept(talk, leg)
    talk.does(meetings.end, cast.lin.id)
    assert sorted(one["call"] for one in talk.owed("end-call")) == sorted([leg, customers_call])
    assert (talk.owed("move-call"), talk.meeting().state) == ([], Stage.ENDED)


def test_who_does_not_answer_their_own_telephone_calls_nobody(talk: Talk, cast: Cast, case: Case) -> None:
    leg = call_out(talk, case, cast.lin)
    talk.with_leg(legs.ended, leg, calls.State.UNANSWERED)
    assert (talk.meeting().state, talk.meeting().call_id, talk.party(cast.lin).state) == (
        Stage.ENDED,
        None,
        State.UNANSWERED,
    )
    call_out(talk, case, cast.lin)  # and can try again


def test_nobody_calls_out_of_a_call(talk: Talk, cast: Cast, case: Case) -> None:
    talk.talk()
    with pytest.raises(Conflict, match="is in a call"):
        call_out(talk, case, cast.lin)


def test_who_writes_up_a_call_may_call_out(talk: Talk, cast: Cast, case: Case) -> None:
    talk.talk()
    talk.leaves(talk.call_id)
    call_out(talk, case, cast.lin)
    assert talk.seat(cast.lin).status == Status.BUSY


def test_who_stays_unnamed_is_not_rung(talk: Talk, cast: Cast, case: Case) -> None:
    with talk.acting() as act:
        cases.get(act, case.id).anonymous = True
    with pytest.raises(Refused, match="unnamed"):
        call_out(talk, case, cast.lin)


def test_without_a_number_nobody_is_rung(talk: Talk, cast: Cast, case: Case) -> None:
    with talk.acting() as act:
        customers.erase(act, customers.get(act, cast.chen.id))
    with pytest.raises(Refused, match="no number"):
        call_out(talk, case, cast.lin)
    assert talk.owed("place-call") == []


def test_a_customer_is_rung_about_a_case_alone(talk: Talk, cast: Cast) -> None:
    with talk.acting() as act, pytest.raises(Refused, match="SEC-5"):
        calls.place(
            act,
            act.session.get_one(Company, cast.heat.id),
            customer=customers.get(act, cast.chen.id),
            case_id=None,
            owner_id=cast.lin.id,
            our_number=cast.heat.number,
            first_step="called-back",
            words_version=given.WORDS,
            slots={},
        )


def keeps_place(talk: Talk, case: Case) -> int:
    """Chen waits, keeps the place, hangs up; then Lin is free and presses 1. Returns the id of Lin's leg."""
    talk.free(talk.cast.lin)
    talk.waits()
    with talk.acting() as act:
        wait = desk.of_call(act, calls.locked(act, talk.call_id))
        assert wait is not None
        desk.wants_place(act, wait)
        desk.keep_place(act, wait, cases.get(act, case.id))
        calls.locked(act, talk.call_id).state = calls.State.ENDED
    leg = talk.offered()
    talk.accepts(leg)
    talk.joins(leg)
    return leg


def test_a_kept_place_is_rung_while_the_agent_waits(talk: Talk, cast: Cast, case: Case) -> None:
    keeps_place(talk, case)
    rung = talk.meeting().call_id or 0
    assert (talk.call(rung).step, talk.call(rung).customer_id) == ("called-back", cast.chen.id)
    assert (talk.owed("fetch-caller"), talk.wait().call_id) == ([], rung)
    talk.joins(rung)
    assert verdicts(talk, case)["CBK-2.missed"] == Verdict.KEPT
    talk.leaves(rung)
    assert (talk.wait().state, talk.seat(cast.lin).status) == (Place.DONE, Status.WRAP_UP)


def test_a_customer_who_does_not_answer_in_turn_was_not_reached(talk: Talk, cast: Cast, case: Case) -> None:
    keeps_place(talk, case)
    unreached(talk, talk.meeting().call_id or 0)
    assert (talk.wait().state, verdicts(talk, case)["CBK-2.missed"]) == (Place.UNREACHED, Verdict.OPEN)
    assert talk.seat(cast.lin).status == Status.FREE


def test_an_agent_who_is_gone_first_leaves_the_place_kept(talk: Talk, cast: Cast, case: Case) -> None:
    leg = keeps_place(talk, case)
    rung = talk.meeting().call_id or 0
    talk.leaves(leg)
    assert (talk.wait().state, talk.wait().agent_id) == (Place.KEPT, None)
    assert talk.owed("end-call") == [{"call": rung}]
    unreached(talk, rung)  # late news of the call that was ended
    assert talk.wait().state == Place.KEPT


def test_a_customer_who_was_rung_and_dropped_is_back_in_line(talk: Talk, cast: Cast, case: Case) -> None:
    leg = keeps_place(talk, case)
    rung = talk.meeting().call_id or 0
    with talk.acting() as act:
        call = calls.locked(act, rung)
        call.answered_at, call.state = act.at, calls.State.TALKING
    talk.joins(rung)
    talk.leaves(leg)
    assert (talk.call(rung).step, talk.meeting().dropped) == (meetings.DROPPED, True)
    with talk.acting() as act:
        again = desk.join(act, calls.locked(act, rung), wanted=cast.lin.id)
        seat = seats.locked(act, cast.lin.id)
        assert (again.state, again.kept, seat.status) == (Place.WAITING, False, Status.FREE)
