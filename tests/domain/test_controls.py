"""What an agent and a supervisor do within a conversation: each is on record, and nobody is left alone by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hotline.domain import cases, controls, handovers, meetings, seats, staff
from hotline.domain.companies import Company
from hotline.domain.parties import Mode, Recording, Role, Stage, State
from hotline.domain.seats import Status
from hotline.errors import Conflict, NotFound, Refused
from hotline.runtime import Runtime
from tests import given
from tests.domain.talks import Talk
from tests.world import Cast, HandClock, Person


@pytest.fixture
def talk(runtime: Runtime, cast: Cast) -> Talk:
    """Lin talks with Chen."""
    made = Talk(runtime, cast)
    made.talk()
    return made


def ask_in(talk: Talk, who: Person, role: Role = Role.EXPERT, handover_id: int | None = None) -> int:
    """Lin asks a colleague in. Returns the id of the colleague's leg."""
    with talk.acting() as act:
        meeting, person = meetings.get(act, talk.meeting_id), staff.get(act, who.id)
        return controls.invite(act, meeting, person, role, talk.cast.lin.id, handover_id).call_id


def supervise(talk: Talk, mode: Mode, who: Person | None = None) -> int:
    """Sun takes part. Returns the id of their leg."""
    with talk.acting() as act:
        person = staff.get(act, (who or talk.cast.sun).id)
        return controls.supervise(act, meetings.get(act, talk.meeting_id), person, mode).call_id


def comes(talk: Talk, leg: int) -> None:
    """A colleague presses 1 and is in the conference."""
    talk.with_leg(meetings.accepted, leg)
    talk.joins(leg)


def hand_over(talk: Talk, who: Person) -> tuple[int, int]:
    """Chen's matter, which Lin owns, is offered to a colleague during the call: (request, leg)."""
    with talk.acting() as act:
        case = given.case(act, talk.cast)
        request = handovers.ask(
            act, case, giver_id=talk.cast.lin.id, receiver_id=who.id, reason="knows it", why=handovers.Why.LIVE
        )
        handover_id = request.id
    return handover_id, ask_in(talk, who, Role.RECEIVER, handover_id)


def owner_of(talk: Talk, handover_id: int) -> int:
    with talk.acting() as act:
        return cases.get(act, act.session.get_one(handovers.Handover, handover_id).case_id).owner_id


def test_a_pause_knows_since_when_and_is_added_up(talk: Talk, cast: Cast, at: HandClock) -> None:
    talk.does(controls.hold, cast.lin.id)
    assert talk.meeting().held_at == at.now
    for seconds in (30, 45):
        at.passes(timedelta(seconds=seconds))
        talk.does(controls.resume, cast.lin.id)
        talk.does(controls.hold, cast.lin.id)
    talk.does(controls.resume, cast.lin.id)
    meeting, customer = talk.meeting(), talk.customer()
    assert (meeting.held_at, meeting.held_seconds) == (None, 75)
    assert talk.owed("hold") == talk.owed("resume") == [{"party": customer.id}] * 3
    assert [entry["seconds"] for entry in talk.told("resumed")] == [30, 45, 0]


def test_hanging_up_in_a_pause_ends_it(talk: Talk, cast: Cast, at: HandClock) -> None:
    talk.does(controls.hold, cast.lin.id)
    at.passes(timedelta(seconds=20))
    talk.leaves(talk.call_id)
    assert (talk.meeting().held_at, talk.meeting().held_seconds) == (None, 20)


def test_a_pause_is_neither_begun_nor_ended_twice(talk: Talk, cast: Cast) -> None:
    with pytest.raises(Conflict, match="not in a pause"):
        talk.does(controls.resume, cast.lin.id)
    talk.does(controls.hold, cast.lin.id)
    with pytest.raises(Conflict, match="already"):
        talk.does(controls.hold, cast.lin.id)


@pytest.mark.parametrize("what", [controls.hold, controls.pause_recording])
def test_an_outsider_does_nothing_to_a_conversation(talk: Talk, cast: Cast, what: Callable[..., Any]) -> None:
    with pytest.raises(Refused, match="only who talks"):
        talk.does(what, cast.zhou.id)


@pytest.mark.parametrize("what", [controls.hold, controls.pause_recording])
def test_nothing_is_done_to_a_conversation_that_is_over(talk: Talk, cast: Cast, what: Callable[..., Any]) -> None:
    talk.leaves(talk.call_id)
    with pytest.raises(Conflict, match="customer is not in"):
        talk.does(what, cast.lin.id)


def test_the_recording_is_paused_and_goes_on(talk: Talk, cast: Cast) -> None:
    talk.does(controls.pause_recording, cast.lin.id)
    assert talk.meeting().recording == Recording.PAUSED
    with pytest.raises(Conflict):
        talk.does(controls.pause_recording, cast.lin.id)
    talk.does(controls.resume_recording, cast.lin.id)
    assert talk.meeting().recording == Recording.ON
    with pytest.raises(Conflict):
        talk.does(controls.resume_recording, cast.lin.id)
    assert talk.owed("pause-recording") == talk.owed("resume-recording") == [{"meeting": talk.meeting_id}]
    assert [len(talk.told(kind)) for kind in ("pause-recording", "resume-recording")] == [1, 1]


def test_what_is_not_recorded_is_not_paused(talk: Talk, cast: Cast) -> None:
    with talk.acting() as act:
        meetings.get(act, talk.meeting_id).recording = None
    with pytest.raises(Conflict, match="not being recorded"):
        talk.does(controls.pause_recording, cast.lin.id)


def test_an_expert_is_rung_and_comes_in_by_a_key(talk: Talk, cast: Cast) -> None:
    talk.free(cast.zhou)
    leg = ask_in(talk, cast.zhou)
    assert (talk.call(leg).step, talk.seat(cast.zhou).status) == ("join-ring", Status.BUSY)
    assert {"call": leg} in talk.owed("place-call")
    comes(talk, leg)
    assert (talk.party(cast.zhou).state, talk.party(cast.zhou).role) == (State.IN, Role.EXPERT)
    assert talk.owed("announce") == [{"meeting": talk.meeting_id, "what": "talk"}]
    assert [entry["by"] for entry in talk.told("asked-in")] == [cast.lin.id]
    assert len(talk.told("meeting-met")) == 1
    talk.leaves(leg)
    assert (talk.meeting().state, talk.seat(cast.zhou).status) == (Stage.TALKING, Status.FREE)
    assert [owed["what"] for owed in talk.owed("announce")] == ["talk", "talk-left"]


def test_nobody_is_said_to_leave_who_was_not_said_to_come_or_while_the_conversation_ends(
    talk: Talk, cast: Cast
) -> None:
    talk.free(cast.zhou)
    talk.leaves(ask_in(talk, cast.zhou))
    watching = supervise(talk, Mode.LISTEN)
    comes(talk, watching)
    talk.leaves(watching)
    assert talk.owed("announce") == []
    leg = ask_in(talk, cast.zhou)
    comes(talk, leg)
    talk.does(meetings.end, cast.lin.id)
    talk.leaves(leg)
    assert [owed["what"] for owed in talk.owed("announce")] == ["talk"]


@pytest.mark.parametrize(("what", "missed"), [(State.DECLINED, 0), (State.UNANSWERED, 1)])
def test_a_colleague_who_does_not_come_is_free_again(talk: Talk, cast: Cast, what: State, missed: int) -> None:
    talk.free(cast.zhou)
    leg = ask_in(talk, cast.zhou)
    talk.with_leg(meetings.turned_down, leg, what)
    talk.with_leg(meetings.turned_down, leg, State.UNANSWERED)  # the end of the leg says it again
    assert talk.party(cast.zhou).state == what
    assert (talk.seat(cast.zhou).status, talk.seat(cast.zhou).misses) == (Status.FREE, missed)
    assert talk.with_leg(meetings.accepted, leg) is None


def test_nobody_is_asked_into_two_conversations(talk: Talk, cast: Cast) -> None:
    ask_in(talk, cast.wang)  # an engineer without a place at the desk
    with pytest.raises(Conflict, match="is in a call"):
        ask_in(talk, cast.wang)
    with pytest.raises(Conflict, match="is in a call"):
        ask_in(talk, cast.lin)


def test_who_left_the_staff_is_not_asked_in(talk: Talk, cast: Cast) -> None:
    with talk.acting() as act:
        staff.get(act, cast.wang.id).active = False
    with pytest.raises(Conflict, match="does not work here"):
        ask_in(talk, cast.wang)


def test_when_the_customer_hangs_up_a_colleague_is_rung_no_longer(talk: Talk, cast: Cast) -> None:
    leg = ask_in(talk, cast.wang)
    talk.leaves(talk.call_id)
    assert talk.owed("end-call") == [{"call": leg}]
    assert talk.with_leg(meetings.accepted, leg) is None


def test_a_matter_handed_over_in_the_call_is_taken_by_the_key(talk: Talk, cast: Cast) -> None:
    talk.free(cast.zhou)
    request, leg = hand_over(talk, cast.zhou)
    with pytest.raises(Refused, match="being asked to take the matter over"):
        talk.does(meetings.end, cast.lin.id)
    with pytest.raises(Refused, match="nobody else talks"):
        talk.does(controls.stop, cast.lin.id, cast.lin.id)
    comes(talk, leg)
    assert owner_of(talk, request) == cast.zhou.id
    talk.does(controls.stop, cast.lin.id, cast.lin.id)
    lins = talk.party(cast.lin).call_id
    assert talk.owed("end-call") == [{"call": lins}]
    talk.leaves(lins)
    assert (talk.meeting().agent_id, talk.meeting().dropped) == (cast.zhou.id, False)
    assert (talk.seat(cast.lin).status, talk.seat(cast.zhou).status) == (Status.WRAP_UP, Status.BUSY)
    talk.leaves(talk.call_id)
    assert talk.seat(cast.zhou).status == Status.WRAP_UP


@pytest.mark.parametrize(
    ("what", "became"),
    [(State.DECLINED, handovers.State.DECLINED), (State.UNANSWERED, handovers.State.RETURNED)],
)
def test_a_handover_that_is_not_taken_stays_with_the_giver(
    talk: Talk, cast: Cast, what: State, became: handovers.State
) -> None:
    request, leg = hand_over(talk, cast.zhou)
    talk.with_leg(meetings.turned_down, leg, what)
    with talk.acting() as act:
        assert act.session.get_one(handovers.Handover, request).state == became
    assert owner_of(talk, request) == cast.lin.id
    talk.does(meetings.end, cast.lin.id)
    assert talk.meeting().ending


def test_a_key_for_a_request_that_was_withdrawn_lets_nobody_in(talk: Talk, cast: Cast) -> None:
    request, leg = hand_over(talk, cast.zhou)
    with talk.acting() as act:
        handovers.withdraw(act, request, by=cast.lin.id)
    assert talk.with_leg(meetings.accepted, leg) is None
    assert (owner_of(talk, request), talk.party(cast.zhou).state) == (cast.lin.id, State.LEFT)


def test_who_is_away_and_asked_in_is_rung_for_no_caller_and_away_again_afterwards(talk: Talk, cast: Cast) -> None:
    with talk.acting() as act:
        seats.choose(act, seats.of(act, staff.get(act, cast.zhou.id)), Status.AWAY)
    leg = ask_in(talk, cast.zhou)
    comes(talk, leg)
    assert talk.seat(cast.zhou).status == Status.BUSY
    talk.leaves(leg)
    assert talk.seat(cast.zhou).status == Status.AWAY


def test_a_supervisor_listens_coaches_and_joins_and_each_is_on_record(talk: Talk, cast: Cast) -> None:
    comes(talk, supervise(talk, Mode.LISTEN))
    assert talk.owed("announce") == []  # listening is announced where the profile says so
    for mode in (Mode.COACH, Mode.COACH, Mode.TALK):
        talk.does(controls.change_mode, cast.sun.id, mode)
    party = talk.party(cast.sun)
    assert (party.mode, talk.owed("set-mode")) == (Mode.TALK, [{"party": party.id}] * 2)
    assert talk.owed("announce") == [{"meeting": talk.meeting_id, "what": "talk"}]
    assert [(entry["before"], entry["now"]) for entry in talk.told("mode-changed")] == [
        ("listen", "coach"),
        ("coach", "talk"),
    ]
    assert [entry["mode"] for entry in talk.told("asked-in")] == ["listen"]
    talk.does(controls.stop, cast.sun.id, cast.sun.id)
    assert talk.owed("end-call") == [{"call": party.call_id}]


def test_a_company_may_announce_that_somebody_listens(talk: Talk, cast: Cast) -> None:
    with talk.acting() as act:
        company = act.session.get_one(Company, cast.heat.id)
        company.overrides = {"desk": {"announces_listening": True, "announces_joining": False}}
    leg = supervise(talk, Mode.LISTEN)
    comes(talk, leg)
    talk.does(controls.change_mode, cast.sun.id, Mode.TALK)
    assert talk.owed("announce") == [{"meeting": talk.meeting_id, "what": "listen"}]
    talk.does(controls.change_mode, cast.sun.id, Mode.LISTEN)
    talk.leaves(leg)
    assert [owed["what"] for owed in talk.owed("announce")] == ["listen", "listen", "listen-left"]


def test_only_who_leads_listens_and_only_they_change_how(talk: Talk, cast: Cast) -> None:
    with pytest.raises(Refused, match="only who leads"):
        supervise(talk, Mode.LISTEN, cast.zhou)
    with pytest.raises(Refused, match="only a supervisor"):
        talk.does(controls.change_mode, cast.lin.id, Mode.LISTEN)
    with pytest.raises(NotFound):
        talk.does(controls.change_mode, cast.sun.id, Mode.COACH)
    talk.leaves(talk.call_id)
    with pytest.raises(Conflict, match="over"):
        supervise(talk, Mode.LISTEN)
