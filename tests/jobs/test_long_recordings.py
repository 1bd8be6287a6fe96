"""A conversation's recording is fetched when it is over; if this broke, long ones would count as lost (SEC-4)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from hotline import sounds
from hotline.domain import calls, companies, news
from hotline.domain.act import CARRIER
from hotline.domain.news import Recording
from hotline.domain.outbox import State
from tests.jobs.switchboard import Switchboard

MINUTE = timedelta(minutes=1)


def told(board: Switchboard, state: str, seconds: int | None = None) -> None:
    """The carrier tells of the recording."""
    (sid,) = board.exchange.board.recordings
    with board.runtime.act(CARRIER) as act:
        call = calls.locked(act, board.talk.call_id)
        companies.get(act, call.company_id)
        news.recorded(act, call, sid=sid, state=state, seconds=seconds)


def row(board: Switchboard) -> Recording:
    with board.runtime.look(CARRIER) as act:
        return act.session.scalars(select(Recording)).one()


def a_long_talk(board: Switchboard) -> None:
    """Seven minutes of conversation, then the customer hangs up, and the carrier says so."""
    phone = board.meets(board.cast.lin)
    board.works()
    told(board, "in-progress")
    board.works_for(7 * MINUTE, MINUTE)
    assert (row(board).state, row(board).sha256) == ("in-progress", None)
    phone.hangs_up()
    board.ends(board.call(board.talk.call_id), calls.State.ENDED)


def test_a_long_conversation_is_kept_once_it_is_over_and_the_carriers_copy_is_gone(board: Switchboard) -> None:
    a_long_talk(board)
    board.passes_seconds(5)
    (tape,) = board.exchange.board.recordings.values()
    told(board, "completed", tape.duration)
    board.works()
    assert row(board).sha256 is not None
    assert tape.deleted


def test_it_is_asked_for_though_the_news_of_its_end_was_lost(board: Switchboard) -> None:
    a_long_talk(board)
    board.works_for(4 * MINUTE, MINUTE)
    assert row(board).sha256 is None
    board.works_for(2 * MINUTE, MINUTE)
    assert row(board).sha256 is not None


def test_half_a_recording_is_not_taken_for_a_whole_one_though_the_news_of_its_end_was_lost(board: Switchboard) -> None:
    """The carrier is asked how long it is; while it is not complete there, it is asked again."""
    a_long_talk(board)
    board.passes_seconds(5)
    (tape,) = board.exchange.board.recordings.values()
    tape.status = "processing"
    board.works_for(6 * MINUTE, MINUTE)
    assert (row(board).sha256, tape.deleted) == (None, False)
    tape.status = "completed"
    board.works_for(20 * MINUTE, MINUTE)
    assert (row(board).sha256 is not None, tape.deleted) == (True, True)


class Away:
    """A store that does not answer."""

    def keep(self, name: str, sealed: bytes) -> None:
        raise OSError("the store is away")

    def read(self, name: str) -> bytes:
        raise OSError("the store is away")

    def remove(self, name: str) -> None:
        raise OSError("the store is away")


def test_while_the_store_is_away_nothing_is_lost_and_nothing_deleted(board: Switchboard) -> None:
    a_long_talk(board)
    board.passes_seconds(5)
    (tape,) = board.exchange.board.recordings.values()
    present: sounds.Store = board.runtime.sounds
    board.runtime.sounds = Away()
    told(board, "completed", tape.duration)
    board.works()
    assert (row(board).sha256, tape.deleted) == (None, False)
    board.runtime.sounds = present
    board.works_for(MINUTE)
    assert row(board).sha256 is not None
    assert tape.deleted
    assert State.FAILED not in {entry.state for entry in board.entries()}
