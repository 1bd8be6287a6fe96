"""The line and the desk are watched; if this broke, a lost word would keep a caller waiting (ANS-3, rule 8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import parties, seats
from hotline.domain.act import COMMAND
from hotline.domain.desk import Place
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.parties import Stage
from hotline.domain.seats import Status
from hotline.jobs import checking
from hotline.jobs.routine import Rounds
from tests.jobs.switchboard import Switchboard

SECOND = timedelta(seconds=1)


@pytest.fixture
def rounds(board: Switchboard) -> Rounds:
    return Rounds(board.runtime, board.runtime.redis)


def test_whoever_showed_no_sign_of_life_is_away_and_is_not_rung(board: Switchboard, rounds: Rounds) -> None:
    board.talk.free(board.cast.lin)
    board.at.passes(61 * SECOND)
    rounds.turn()
    assert (board.talk.seat(board.cast.lin).status, board.talk.seat(board.cast.lin).why) == (Status.AWAY, seats.UNSEEN)
    board.waits()
    board.works()
    assert len(board.calls()) == 1


def test_whoever_is_in_a_call_is_not_sent_away(board: Switchboard, rounds: Rounds) -> None:
    board.meets(board.cast.lin)
    board.at.passes(timedelta(hours=2))
    rounds.turn()
    assert board.talk.seat(board.cast.lin).status == Status.BUSY


def test_a_form_left_open_is_closed_and_the_agent_free(board: Switchboard, rounds: Rounds) -> None:
    board.meets(board.cast.lin)
    board.talk.leaves(board.talk.call_id)
    rounds.turn()
    assert board.talk.seat(board.cast.lin).status == Status.WRAP_UP
    talked = board.talk.wait().handled_seconds or 0
    board.at.passes(timedelta(minutes=2))
    rounds.turn()
    assert board.talk.seat(board.cast.lin).status == Status.FREE
    assert board.talk.wait().handled_seconds == talked + 120


def test_whoever_waits_longer_than_the_limit_leaves_the_line(board: Switchboard, rounds: Rounds) -> None:
    board.free(board.cast.lin)
    with board.talk.acting() as act:
        assert seats.claim(act, board.cast.lin.id, None)  # busy with something else for ever
    board.waits()
    board.at.passes(timedelta(minutes=19))
    rounds.turn()
    assert board.talk.wait().state == Place.WAITING
    board.at.passes(timedelta(minutes=1))
    rounds.turn()
    assert (board.talk.wait().state, board.talk.wait().why) == (Place.LEAVING, "limit")


def test_caller_and_agent_meet_though_the_word_of_it_was_lost(board: Switchboard, rounds: Rounds) -> None:
    board.waits()
    board.free(board.cast.lin)
    with board.runtime.act(COMMAND) as act:
        for entry in act.session.query(OutboxEntry):
            entry.state = State.DROPPED
    rounds.turn()
    board.rings(board.cast.lin)


def test_with_nobody_waiting_nothing_is_written(board: Switchboard, rounds: Rounds) -> None:
    board.free(board.cast.lin)
    rounds.turn()
    board.works()
    before = len(board.entries())
    board.at.passes(10 * SECOND)
    rounds.turn()
    assert len(board.entries()) == before


def looks(board: Switchboard) -> list[str]:
    return [entry.state for entry in board.entries("look-at-meeting")]


def test_somebody_whose_leaving_was_never_told_has_left(board: Switchboard, rounds: Rounds) -> None:
    phone = board.meets(board.cast.lin)
    phone.hangs_up()
    board.passes_seconds(61)
    rounds.turn()
    board.works()
    assert looks(board) == [State.DONE]
    assert board.talk.meeting().state == Stage.ENDED
    assert board.talk.seat(board.cast.lin).status == Status.WRAP_UP


def test_where_nobody_is_there_any_more_the_customer_ended_it_and_nobodys_line_broke(board: Switchboard) -> None:
    board.meets(board.cast.lin)
    board.passes_seconds(61)
    board.owe("look-at-meeting", meeting=board.talk.meeting_id)
    with board.runtime.act(COMMAND) as act:
        [entry] = act.session.query(OutboxEntry).filter_by(kind="look-at-meeting")
        checking.looked(board.runtime, act, entry, "")
    assert (board.talk.meeting().state, board.talk.meeting().dropped) == (Stage.ENDED, False)
    assert board.talk.seat(board.cast.lin).status == Status.WRAP_UP


def test_somebody_whose_coming_was_never_told_is_there(board: Switchboard, rounds: Rounds) -> None:
    board.free(board.cast.lin)
    board.waits()
    board.accepts(board.cast.lin)
    board.works()
    board.change("see-joined", lambda row: setattr(row, "state", State.DROPPED))
    board.passes_seconds(61)
    assert board.talk.customer().state == parties.State.ASKED
    rounds.turn()
    board.works()
    assert board.talk.customer().state == parties.State.IN
    assert board.talk.meeting().state == Stage.TALKING


def test_a_conversation_is_looked_at_once_in_each_span_and_changes_nothing(board: Switchboard, rounds: Rounds) -> None:
    board.meets(board.cast.lin)
    for _ in range(4):
        board.passes_seconds(31)
        rounds.turn()
        board.works()
    assert looks(board) == [State.DONE, State.DONE]
    assert board.talk.meeting().state == Stage.TALKING


def test_whoever_came_in_a_moment_ago_may_not_be_listed_yet(board: Switchboard) -> None:
    phone = board.meets(board.cast.lin)
    phone.hangs_up()
    board.owe("look-at-meeting", meeting=board.talk.meeting_id)
    board.works()
    assert board.talk.customer().state == parties.State.IN


def test_an_agent_who_pressed_the_key_and_is_there_is_not_hung_up_on(board: Switchboard) -> None:
    board.free(board.cast.lin)
    board.waits()
    leg = board.picks_up(board.cast.lin)
    board.talk.accepts(leg)
    board.carrier.move_call(board.call(leg).sid or "", board.runtime.addresses.join(leg))
    board.works_for(90 * SECOND)
    assert board.inside(leg) is not None
    assert board.talk.party(board.cast.lin).state == parties.State.IN
