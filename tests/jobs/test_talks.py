"""What is done to a conversation at the carrier; if this broke, a pressed "hold" would hold nobody (ANS-13, SEC-4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import calls, controls, desk, meetings, outbox, parties, staff
from hotline.domain.act import COMMAND
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.parties import Mode, Role
from hotline.simulator.faults import Trouble
from tests.jobs.switchboard import Switchboard
from tests.world import Person

SECOND = timedelta(seconds=1)


def held(board: Switchboard) -> bool:
    there = board.inside(board.talk.call_id)
    return there is not None and there.hold


def test_the_customer_hears_the_pause_and_after_it_the_apology(board: Switchboard) -> None:
    phone = board.meets(board.cast.lin)
    board.talk.does(controls.hold, board.cast.lin.id)
    board.works()
    phone.hears("谢谢")
    assert held(board)
    board.talk.does(controls.resume, board.cast.lin.id)
    board.works()
    phone.hears("久等了")
    assert not held(board)


def test_a_pause_that_is_over_before_it_began_is_not_begun(board: Switchboard) -> None:
    board.meets(board.cast.lin)
    board.works()
    board.talk.does(controls.hold, board.cast.lin.id)
    board.talk.does(controls.resume, board.cast.lin.id)
    board.works()
    assert board.entry("hold").state == State.DROPPED
    assert not held(board)


def test_a_resume_does_not_overtake_the_pause_that_another_worker_has_under_way(board: Switchboard) -> None:
    board.meets(board.cast.lin)
    board.works()
    board.talk.does(controls.hold, board.cast.lin.id)
    [(pause, _attempt)] = board.claim()  # its request hangs
    board.talk.does(controls.resume, board.cast.lin.id)
    board.works()
    assert board.entry("resume").state == State.DUE
    with board.runtime.act(COMMAND) as act:
        outbox.settle(act, act.session.get_one(OutboxEntry, pause), State.DONE)
    board.works_for(SECOND, step=SECOND / 2)
    assert board.entry("resume").state == State.DONE


def test_a_pause_of_the_recording_does_not_wait_for_another_conversations(board: Switchboard) -> None:
    board.meets(board.cast.lin)
    board.works()
    board.owe("pause-recording", meeting=board.talk.meeting_id + 1)
    assert len(board.claim()) == 1
    board.talk.does(controls.pause_recording, board.cast.lin.id)
    board.works()
    assert board.entries("pause-recording")[-1].state == State.DONE


def test_whoever_left_meanwhile_is_not_held(board: Switchboard) -> None:
    phone = board.meets(board.cast.lin)
    board.talk.does(controls.hold, board.cast.lin.id)
    phone.hangs_up()
    board.works()
    assert board.entry("hold").state == State.DONE  # the carrier has nobody of that name; there is nothing to be done


def joins_in(board: Switchboard, who: Person, mode: Mode) -> int:
    """A supervisor is asked in, picks up and is in the conversation; the leg's id."""
    with board.talk.acting() as act:
        meeting = meetings.get(act, board.talk.meeting_id)
        controls.supervise(act, meeting, staff.get(act, who.id), mode)
    board.passes_seconds(2)  # the pace of calls
    leg = board.picks_up(who)
    board.talk.with_leg(meetings.accepted, leg)
    board.enters(leg)
    return leg


def test_a_supervisor_listens_then_coaches_the_agent_alone_then_is_heard_by_all(board: Switchboard) -> None:
    board.meets(board.cast.lin)
    leg, agent = joins_in(board, board.cast.sun, Mode.LISTEN), board.leg(board.cast.lin)
    modes = []
    for mode in (Mode.COACH, Mode.LISTEN, Mode.TALK):
        board.talk.does(controls.change_mode, board.cast.sun.id, mode)
        board.works()
        there = board.inside(leg)
        assert there is not None
        modes.append((there.muted, there.coaching))
    assert modes == [(False, agent.sid), (True, None), (False, None)]


def test_a_coach_is_not_heard_by_the_customer_where_the_agent_has_left(board: Switchboard) -> None:
    board.meets(board.cast.lin)
    leg = joins_in(board, board.cast.sun, Mode.COACH)
    with board.talk.acting() as act:
        agent = parties.of_staff(act, board.cast.lin.id)
        assert agent is not None
        agent.state = parties.State.LEFT
    party = board.talk.party(board.cast.sun)
    board.owe("set-mode", party=party.id)
    board.works()
    there = board.inside(leg)
    assert there is not None
    assert there.muted


@pytest.mark.parametrize("named_later", [False, True])
def test_whoever_is_complained_of_while_they_listen_hears_no_more(board: Switchboard, named_later: bool) -> None:
    board.meets(board.cast.lin)
    leg, other = joins_in(board, board.cast.sun, Mode.LISTEN), joins_in(board, board.cast.qian, Mode.LISTEN)
    case = board.talk.complains(None if named_later else board.cast.sun)
    board.works()
    if named_later:
        assert board.inside(leg) is not None
        board.talk.names(case, board.cast.sun)
        board.works()
    assert board.entry("send-off").state == State.DONE
    assert board.inside(leg) is None
    assert board.inside(other) is not None


def test_what_is_announced_is_heard_by_all_once_the_conference_is_known(board: Switchboard) -> None:
    phone = board.meets(board.cast.lin)
    board.owe("announce", meeting=board.talk.meeting_id, what="talk")
    board.works()
    assert board.entry("announce").state == State.DUE
    with board.talk.acting() as act:
        meetings.get(act, board.talk.meeting_id).sid = board.room().sid
    board.works_for(SECOND, SECOND)
    phone.hears("久等了")
    assert board.entry("announce").state == State.DONE


def test_both_being_there_the_conversation_is_recorded_once(board: Switchboard) -> None:
    board.meets(board.cast.lin)
    board.works()
    (tape,) = board.exchange.board.recordings.values()
    assert tape.call_sid == board.call(board.talk.call_id).sid
    assert board.talk.meeting().recording == parties.Recording.ON


@pytest.mark.parametrize("trouble", [Trouble.REST_SILENT, Trouble.REST_SILENT_LATE])
def test_a_recording_of_which_nobody_knows_whether_it_began_is_looked_for(board: Switchboard, trouble: Trouble) -> None:
    board.exchange.faults.order(trouble, matching="Recordings")
    board.meets(board.cast.lin)
    board.works_for(50 * SECOND)
    assert len(board.exchange.board.recordings) == 1
    assert board.entry("start-recording").state == State.DONE


def status(board: Switchboard) -> str:
    (tape,) = board.exchange.board.recordings.values()
    return tape.status


def test_a_recording_is_paused_and_goes_on(board: Switchboard) -> None:
    board.meets(board.cast.lin)
    board.works()
    board.talk.does(controls.pause_recording, board.cast.lin.id)
    board.works()
    assert status(board) == "paused"
    board.talk.does(controls.resume_recording, board.cast.lin.id)
    board.works()
    assert status(board) == "in-progress"


def test_a_recording_that_begins_after_its_pause_was_pressed_is_paused(board: Switchboard) -> None:
    board.exchange.faults.order(Trouble.REST_BUSY, matching="Recordings")  # the start is tried again later
    board.meets(board.cast.lin)
    board.talk.does(controls.pause_recording, board.cast.lin.id)
    board.works()
    board.works_for(10 * SECOND)
    assert board.talk.meeting().recording == parties.Recording.PAUSED
    assert status(board) == "paused"


def test_what_is_said_after_the_conversation_is_not_recorded(board: Switchboard) -> None:
    board.meets(board.cast.lin)
    board.works()
    board.talk.does(controls_end, board.cast.lin.id)
    board.works()
    board.talk.leaves(board.talk.call_id)
    board.works()
    assert status(board) in ("processing", "completed")
    assert not board.exchange.board.calls[board.call(board.talk.call_id).sid or ""].over


def test_a_recording_that_begins_after_the_conversation_is_ended_at_once(board: Switchboard) -> None:
    board.exchange.faults.order(Trouble.REST_SILENT_LATE, matching="Recordings")
    board.meets(board.cast.lin)
    board.talk.does(controls_end, board.cast.lin.id)
    board.works()
    board.talk.leaves(board.talk.call_id)
    board.works_for(40 * SECOND)
    assert status(board) in ("processing", "completed")


def test_an_end_of_recording_that_comes_late_does_not_stop_the_next_conversations(board: Switchboard) -> None:
    """The line broke; stopping is tried again when the customer talks with the next agent on the same call."""
    board.meets(board.cast.lin)
    board.works()
    old = board.talk.meeting_id
    with board.talk.acting() as act:
        meetings.dropped(act, meetings.get(act, old))
        desk.join(act, calls.locked(act, board.talk.call_id))
    board.free(board.cast.zhou)
    board.accepts(board.cast.zhou)
    board.works()
    board.passes_seconds(1)
    board.talk.joins(board.talk.call_id)
    board.works()
    assert board.talk.meeting().recording == parties.Recording.ON
    with board.talk.acting() as act:
        outbox.post(act, "stop-recording", urgent=True, meeting=old)
    board.works()
    assert [tape.status for tape in board.exchange.board.recordings.values()][-1] == "in-progress"
    assert board.entries("stop-recording")[-1].state == State.DROPPED


controls_end = meetings.end


def test_an_expert_is_rung_at_their_device_and_one_who_never_answers_is_free_again(board: Switchboard) -> None:
    board.meets(board.cast.lin)
    with board.talk.acting() as act:
        meeting = meetings.get(act, board.talk.meeting_id)
        controls.invite(act, meeting, staff.get(act, board.cast.zhou.id), Role.EXPERT, board.cast.lin.id)
    board.passes_seconds(2)
    board.rings(board.cast.zhou)
    board.works_for(75 * SECOND)
    assert board.talk.party(board.cast.zhou).state == parties.State.UNANSWERED
    assert board.inside(board.talk.call_id) is not None
