"""Callers and agents are brought together; if this broke, somebody would wait for ever, or be rung twice (ANS-3)."""

from __future__ import annotations

from datetime import timedelta

from hotline.domain import calls, desk, parties
from hotline.domain.act import COMMAND
from hotline.domain.desk import Place
from hotline.domain.outbox import State
from hotline.domain.parties import Stage
from hotline.domain.seats import Status
from hotline.simulator.faults import Trouble
from tests.jobs.switchboard import Switchboard

SECOND = timedelta(seconds=1)


def test_a_waiting_caller_lets_the_agents_telephone_ring_once(board: Switchboard) -> None:
    board.free(board.cast.lin)
    board.waits()
    board.rings(board.cast.lin)
    assert board.talk.wait().state == Place.OFFERED
    assert len(board.entries("place-call")) == 1
    assert board.leg(board.cast.lin).sid == board.entry("place-call").carrier_sid


def test_the_agents_telephone_rings_for_the_ring_limit_and_no_longer(board: Switchboard) -> None:
    board.free(board.cast.lin)
    board.waits()
    phone = board.rings(board.cast.lin)
    board.passes_seconds(26)  # four rings, and what the carrier adds
    assert phone.state == "idle"


def test_whoever_is_free_later_meets_who_waits_since_before(board: Switchboard) -> None:
    board.waits()
    board.works()
    assert board.calls()[1:] == []
    board.free(board.cast.lin)
    board.rings(board.cast.lin)


def test_an_accepted_caller_is_fetched_into_the_conference(board: Switchboard) -> None:
    board.free(board.cast.lin)
    board.waits()
    leg = board.accepts(board.cast.lin)
    board.works()
    board.passes_seconds(1)
    assert board.inside(board.talk.call_id) is not None
    assert board.inside(leg) is not None
    assert board.entry("fetch-caller").state == State.DONE


def test_the_caller_hung_up_just_before_and_the_agent_is_told_and_free(board: Switchboard) -> None:
    board.free(board.cast.lin)
    phone = board.waits()
    leg = board.accepts(board.cast.lin)
    agent = board.phone(board.cast.lin)
    phone.hangs_up()  # and its news is not there yet
    board.works()
    board.passes_seconds(1)
    assert (board.talk.wait().state, board.talk.meeting().state) == (Place.ABANDONED, Stage.ENDED)
    assert board.call(board.talk.call_id).state == calls.State.ENDED
    assert board.talk.seat(board.cast.lin).status == Status.FREE
    assert board.call(leg).step == "agent-gone"
    agent.hears("请接听")  # the document of the step: out of the conference


def test_a_caller_who_was_fetched_though_no_answer_came_is_not_fetched_again(board: Switchboard) -> None:
    board.free(board.cast.lin)
    board.waits()
    board.accepts(board.cast.lin)
    board.exchange.faults.order(Trouble.REST_SILENT_LATE, matching="Members")
    board.works()
    board.passes_seconds(1)
    board.talk.joins(board.talk.call_id)
    board.works_for(60 * SECOND)
    assert board.entry("fetch-caller").state == State.DROPPED
    assert board.inside(board.talk.call_id) is not None
    assert len(board.exchange.board.calls) == 2


def test_a_caller_who_was_fetched_and_is_not_there_is_sent_there_once_more(board: Switchboard) -> None:
    board.free(board.cast.lin)
    board.waits()
    board.accepts(board.cast.lin)
    board.works()
    board.carrier.move_call(board.call(board.talk.call_id).sid or "", "https://hotline.example.com/voice/elsewhere")
    board.passes_seconds(1)
    assert board.inside(board.talk.call_id) is None
    board.works_for(21 * SECOND)
    assert board.entry("see-joined").state == State.DONE
    assert board.inside(board.talk.call_id) is not None


def test_whoever_is_there_though_nothing_said_so_is_not_sent_there_again(board: Switchboard) -> None:
    board.free(board.cast.lin)
    board.waits()
    board.accepts(board.cast.lin)
    board.works()
    board.passes_seconds(1)
    there = board.inside(board.talk.call_id)
    board.works_for(25 * SECOND)
    assert board.inside(board.talk.call_id) is there
    assert board.talk.customer().state == parties.State.IN


def test_whoever_is_there_is_not_sent_anywhere(board: Switchboard) -> None:
    board.meets(board.cast.lin)
    there = board.inside(board.talk.call_id)
    board.works_for(30 * SECOND)
    assert board.entry("see-joined").state == State.DROPPED
    assert board.inside(board.talk.call_id) is there


def test_a_carrier_that_gives_the_caller_out_no_more_puts_them_back_into_the_line(board: Switchboard) -> None:
    board.free(board.cast.lin)
    board.waits()
    board.accepts(board.cast.lin)
    board.exchange.faults.order(Trouble.REST_BUSY, times=100, matching="Members")
    for _ in range(board.runtime.figures.outbox.attempts):
        board.works()
        board.at.passes(timedelta(minutes=2))
    assert board.entry("fetch-caller").state == State.FAILED
    assert board.talk.meeting().state == Stage.ENDED
    assert board.call(board.talk.call_id).step == "dropped"


def test_a_call_is_moved_to_its_step_and_after_it_went_on_it_is_let_be(board: Switchboard) -> None:
    phone = board.meets(board.cast.lin)
    call_id = board.talk.call_id
    board.owe("move-call", call=call_id, step="anything-else")
    ((entry, attempt),) = board.claim()[-1:]
    board.at.passes(timedelta(minutes=2))  # this worker died; another takes over
    board.works()
    phone.hears("请接听")
    assert (board.call(call_id).step, board.call(call_id).turn) == ("anything-else", 3)
    board.change("move-call", lambda row: setattr(row, "state", State.DUE))
    with board.runtime.act(COMMAND) as act:
        calls.move(act, calls.locked(act, call_id), "main")
    board.works()
    assert board.call(call_id).step == "main"
    assert attempt == 1
    assert entry == board.entry("move-call").id


def test_a_leg_that_still_rings_is_not_moved_but_will_hear_its_step(board: Switchboard) -> None:
    board.free(board.cast.lin)
    board.waits()
    phone = board.rings(board.cast.lin)
    board.owe("move-call", call=board.leg(board.cast.lin).id, step="agent-gone")
    board.works()
    assert board.leg(board.cast.lin).step == "agent-gone"
    assert phone.state == "ringing"


def test_moving_a_call_that_has_ended_tells_us_that_it_has(board: Switchboard) -> None:
    phone = board.meets(board.cast.lin)
    phone.hangs_up()
    board.owe("move-call", call=board.talk.call_id)
    board.works()
    assert board.call(board.talk.call_id).state == calls.State.ENDED


def test_a_telephone_that_is_not_answered_passes_the_caller_on(board: Switchboard) -> None:
    board.free(board.cast.lin, board.cast.zhou)
    board.waits()
    board.rings(board.cast.lin)
    board.works_for(70 * SECOND)  # the carrier's news of it never came: it is asked
    assert board.leg(board.cast.lin).state == calls.State.UNANSWERED
    assert board.talk.seat(board.cast.lin).misses == 1
    board.phone(board.cast.zhou).rings(within=5)


def test_a_voicemail_that_listens_on_keeps_no_caller(board: Switchboard) -> None:
    board.free(board.cast.lin, board.cast.zhou)
    board.phone(board.cast.lin).habit("voicemail")
    board.waits()
    board.works_for(75 * SECOND)
    assert board.phone(board.cast.lin).state == "idle"
    board.phone(board.cast.zhou).rings(within=5)


def test_nobody_is_rung_for_a_caller_who_has_left(board: Switchboard) -> None:
    board.free(board.cast.lin)
    board.waits()
    assert board.claim()
    with board.talk.acting() as act:
        calls.locked(act, board.talk.call_id)
        wait = desk.of_call(act, board.talk.call_id)
        assert wait is not None
        desk.abandoned(act, wait)
    board.at.passes(timedelta(minutes=2))
    board.works()
    assert len(board.exchange.board.calls) == 1
