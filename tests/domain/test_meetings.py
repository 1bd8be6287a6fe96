"""A customer and an agent meet, and whoever leaves, the other is never left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import (
    anonymity,
    calls,
    companies,
    controls,
    desk,
    matching,
    meetings,
    parties,
    presence,
    seats,
    staff,
)
from hotline.domain.companies import Company
from hotline.domain.desk import Place
from hotline.domain.parties import Recording, Stage, State
from hotline.domain.seats import Status
from hotline.errors import Refused
from hotline.runtime import Runtime
from tests import given
from tests.domain.talks import Talk
from tests.world import Cast, HandClock


@pytest.fixture
def talk(runtime: Runtime, cast: Cast) -> Talk:
    """Nobody has rung yet."""
    return Talk(runtime, cast)


def test_who_accepts_owns_the_call_and_the_caller_is_fetched(talk: Talk, cast: Cast) -> None:
    talk.free(cast.zhou)
    call_id = talk.waits()
    assert talk.call(call_id).owner_id == cast.lin.id  # on duty, answerable while nobody has answered
    talk.accepts(talk.offered())
    call = talk.call(call_id)
    assert (call.owner_id, call.answered_by_id, call.step) == (cast.zhou.id, cast.zhou.id, meetings.CONNECTED)
    assert talk.owed("fetch-caller") == [{"call": call_id}]
    assert [entry["owner"] for entry in talk.told("call-owned")] == [cast.zhou.id]


def test_a_second_agent_does_not_own_the_call(talk: Talk, cast: Cast) -> None:
    talk.talk()
    with talk.acting() as act:
        calls.answered_by(act, calls.locked(act, talk.call_id), cast.zhou.id)
    assert talk.call(talk.call_id).owner_id == cast.lin.id
    assert len(talk.told("call-owned")) == 1


def test_a_repeated_acceptance_begins_nothing_twice(talk: Talk, cast: Cast) -> None:
    talk.free(cast.lin)
    talk.waits()
    leg = talk.offered()
    assert talk.accepts(leg) == talk.accepts(leg)
    assert (talk.meeting().state, len(talk.owed("fetch-caller"))) == (Stage.GATHERING, 1)


def test_the_name_of_a_meeting_tells_nothing(talk: Talk) -> None:
    talk.talk()
    assert len(bytes.fromhex(talk.meeting().name)) == 16


def test_they_talk_once_both_are_in_and_the_recording_is_owed_once(talk: Talk, cast: Cast, at: HandClock) -> None:
    talk.free(cast.lin)
    talk.waits()
    leg = talk.offered()
    talk.accepts(leg)
    talk.joins(leg)
    assert (talk.meeting().state, talk.owed("start-recording")) == (Stage.GATHERING, [])
    at.passes(timedelta(seconds=2))
    talk.joins(talk.call_id)
    talk.joins(talk.call_id)
    meeting = talk.meeting()
    assert (meeting.state, meeting.met_at, meeting.recording) == (Stage.TALKING, at.now, Recording.WANTED)
    assert talk.owed("start-recording") == [{"meeting": meeting.id}]


def test_a_company_that_does_not_record_records_nothing(talk: Talk, cast: Cast) -> None:
    with talk.acting() as act:
        act.session.get_one(Company, cast.heat.id).overrides = {"desk": {"records_calls": False}}
    talk.talk()
    assert (talk.meeting().recording, talk.owed("start-recording")) == (None, [])


def test_the_customer_hangs_up_and_the_agent_writes_it_up(talk: Talk, cast: Cast, at: HandClock) -> None:
    talk.talk()
    at.passes(timedelta(minutes=3))
    talk.leaves(talk.call_id)
    assert (talk.meeting().state, talk.seat(cast.lin).status) == (Stage.ENDED, Status.WRAP_UP)
    assert (talk.wait().state, talk.wait().handled_seconds) == (Place.DONE, 180)
    assert [entry["seconds"] for entry in talk.told("meeting-over")] == [180]
    assert talk.owed("move-call") == []


@pytest.mark.parametrize("again", ["leaves", "joins"])
def test_news_that_comes_twice_or_late_changes_nothing(talk: Talk, cast: Cast, again: str) -> None:
    leg = talk.talk()
    talk.leaves(talk.call_id)
    with talk.acting() as act:
        seats.wrapped_up(act, seats.locked(act, cast.lin.id))
    getattr(talk, again)(talk.call_id)
    getattr(talk, again)(leg)
    assert (talk.meeting().state, talk.seat(cast.lin).status) == (Stage.ENDED, Status.FREE)
    assert len(talk.told("meeting-over")) == 1
    assert (talk.owed("move-call"), talk.meeting().dropped) == ([], False)


def test_who_left_before_coming_in_does_not_come_in_afterwards(talk: Talk, cast: Cast) -> None:
    talk.free(cast.lin)
    talk.waits()
    leg = talk.offered()
    talk.accepts(leg)
    talk.joins(leg)
    talk.leaves(talk.call_id)  # the carrier's news in the wrong order
    talk.joins(talk.call_id)
    assert (talk.customer().state, talk.meeting().state, talk.meeting().met_at) == (State.LEFT, Stage.ENDED, None)


def test_an_agent_whose_caller_hung_up_in_the_queue_is_told_and_free_again(
    talk: Talk, cast: Cast, at: HandClock
) -> None:
    talk.free(cast.lin)
    idle_since = talk.seat(cast.lin).idle_since
    at.passes(timedelta(seconds=30))
    talk.waits()
    leg = talk.offered()
    talk.accepts(leg)
    talk.joins(leg)
    talk.does(meetings.caller_gone)
    assert talk.owed("move-call") == [{"call": leg, "step": "agent-gone"}]
    seat = talk.seat(cast.lin)
    assert (seat.status, seat.misses, seat.idle_since) == (Status.FREE, 0, idle_since)  # still the longest idle
    assert (talk.wait().state, talk.meeting().state) == (Place.ABANDONED, Stage.ENDED)


def test_an_agent_who_comes_in_when_the_caller_is_gone_is_told(talk: Talk, cast: Cast) -> None:
    talk.free(cast.lin)
    talk.waits()
    leg = talk.offered()
    talk.accepts(leg)
    talk.does(meetings.caller_gone)
    talk.joins(leg)
    assert talk.owed("move-call") == [{"call": leg, "step": "agent-gone"}] * 2


def test_when_the_agents_line_breaks_the_customer_is_back_in_line_with_the_first_moment(
    talk: Talk, cast: Cast, at: HandClock
) -> None:
    leg = talk.talk()
    first = talk.wait().joined_at
    at.passes(timedelta(minutes=2))
    talk.leaves(leg)
    call = talk.call(talk.call_id)
    assert (call.step, talk.owed("move-call")) == (meetings.DROPPED, [{"call": call.id}])
    assert (talk.wait().state, talk.wait().handled_seconds) == (Place.CONNECTED, None)  # not over, only broken off
    meeting = talk.meeting()
    assert (meeting.dropped, meeting.state, talk.seat(cast.lin).status) == (True, Stage.ENDED, Status.WRAP_UP)
    with talk.acting() as act:
        presence.seen(act, seats.locked(act, cast.lin.id))
        wait = desk.join(act, calls.locked(act, call.id), wanted=meeting.agent_id)
        assert (wait.joined_at, wait.wanted_id, wait.state) == (first, cast.lin.id, Place.WAITING)
        assert seats.locked(act, cast.lin.id).status == Status.FREE, "nothing to wrap up yet: rung at once"
    talk.leaves(talk.call_id)  # the carrier's news of the move
    assert talk.wait().state == Place.WAITING


def test_a_customer_who_hangs_up_ended_it_whosever_news_comes_first(talk: Talk, cast: Cast) -> None:
    leg = talk.talk()
    talk.leaves(leg, ended=True)
    talk.leaves(talk.call_id)
    assert (talk.meeting().dropped, talk.meeting().state, talk.wait().state) == (False, Stage.ENDED, Place.DONE)
    assert (talk.owed("move-call"), talk.seat(cast.lin).status) == ([], Status.WRAP_UP)


def test_who_was_dropped_meets_another_agent_on_the_same_call(talk: Talk, cast: Cast) -> None:
    talk.free(cast.zhou)
    talk.leaves(talk.talk())
    with talk.acting() as act:
        seats.choose(act, seats.locked(act, cast.lin.id), Status.BREAK)
        desk.join(act, calls.locked(act, talk.call_id))
    second = talk.offered()
    talk.accepts(second)
    talk.joins(second)
    talk.joins(talk.call_id)
    meeting = talk.meeting()
    assert (meeting.state, meeting.agent_id, talk.call(talk.call_id).owner_id) == (
        Stage.TALKING,
        cast.zhou.id,
        cast.lin.id,
    )


def test_news_of_an_end_that_never_came_keeps_nobody_from_meeting(talk: Talk, cast: Cast) -> None:
    talk.talk()
    talk.does(meetings.end, cast.lin.id)  # and no news of the customer's leaving
    old = talk.meeting_id
    with talk.acting() as act:
        desk.join(act, calls.locked(act, talk.call_id))
    talk.free(cast.zhou)
    second = talk.offered()
    talk.accepts(second)
    talk.joins(second)
    talk.joins(talk.call_id)
    with talk.acting() as act:
        assert act.session.get_one(parties.Meeting, old).state == Stage.ENDED
    assert (talk.meeting().state, talk.wait().state) == (Stage.TALKING, Place.CONNECTED)


def test_the_agent_ends_and_the_customer_is_asked_whether_there_is_anything_else(talk: Talk, cast: Cast) -> None:
    talk.talk()
    talk.does(meetings.end, cast.lin.id)
    talk.does(meetings.end, cast.lin.id)
    assert talk.call(talk.call_id).step == meetings.ANYTHING_ELSE
    assert talk.owed("move-call") == [{"call": talk.call_id}]
    talk.leaves(talk.call_id)
    assert (talk.meeting().state, talk.meeting().dropped) == (Stage.ENDED, False)
    assert (talk.wait().state, talk.seat(cast.lin).status) == (Place.DONE, Status.WRAP_UP)
    assert [entry["by"] for entry in talk.told("meeting-ending")] == [cast.lin.id]


def test_an_agent_who_hangs_up_after_ending_has_not_dropped_anybody(talk: Talk, cast: Cast) -> None:
    leg = talk.talk()
    talk.does(meetings.end, cast.lin.id)
    talk.leaves(leg)
    assert (talk.meeting().dropped, talk.call(talk.call_id).step) == (False, meetings.ANYTHING_ELSE)


def test_only_who_talks_or_leads_ends_a_conversation(talk: Talk, cast: Cast) -> None:
    talk.talk()
    with pytest.raises(Refused, match="who talks"):
        talk.does(meetings.end, cast.zhou.id)
    talk.does(meetings.end, cast.sun.id)
    assert talk.meeting().ending


def test_who_is_only_asked_in_ends_no_conversation(talk: Talk, cast: Cast) -> None:
    talk.talk()
    with talk.acting() as act:
        zhou = given.person(act, cast.zhou)
        controls.invite(act, meetings.get(act, talk.meeting_id), zhou, parties.Role.EXPERT, cast.lin.id)
    with pytest.raises(Refused, match="only who talks"):
        talk.does(meetings.end, cast.zhou.id)


def test_an_agent_of_whose_last_conversation_no_end_was_told_is_not_rung_until_it_is_known(
    talk: Talk, cast: Cast
) -> None:
    leg = talk.talk()
    with talk.acting() as act:
        calls.locked(act, leg).state = calls.locked(act, talk.call_id).state = calls.State.ENDED
        seats.of(act, staff.get(act, cast.lin.id)).status = Status.FREE
    old = talk.meeting_id
    with talk.acting() as act:
        call = given.call(act, cast, sid="CA" + "2" * 32)
        companies.get(act, call.company_id)
        desk.join(act, call)
        assert matching.next_match(act, words_version=given.WORDS) is None
    talk.leaves(leg)
    with talk.acting() as act:
        assert act.session.get_one(parties.Meeting, old).state == Stage.ENDED
    talk.free(cast.lin)
    assert talk.offered()


def test_a_matter_that_is_told_anonymously_in_mid_conversation_does_not_lead_to_it(talk: Talk, cast: Cast) -> None:
    """CMP-10."""
    talk.talk()
    with talk.acting() as act:
        call, case = calls.locked(act, talk.call_id), given.case(act, cast)
        call.case_id = meetings.get(act, talk.meeting_id).case_id = case.id
        chain = case.chain
    talk.does(controls.hold, cast.lin.id)
    with talk.acting() as act:
        anonymity.note(act, calls.locked(act, talk.call_id), case.id)
    talk.does(controls.resume, cast.lin.id)
    assert [len(talk.told(kind)) for kind in ("held", "resumed")] == [1, 1]
    assert [len(talk.told(kind, chain)) for kind in ("held", "resumed")] == [1, 0]


def test_a_caller_who_is_not_in_yet_goes_back_into_the_line(talk: Talk, cast: Cast) -> None:
    talk.free(cast.lin)
    talk.waits()
    talk.accepts(talk.offered())
    talk.does(meetings.end, cast.lin.id)
    assert (talk.call(talk.call_id).step, talk.meeting().dropped) == (meetings.DROPPED, True)
