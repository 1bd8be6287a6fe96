"""What is shown of a wait and a conversation says what the log says; whatever is changed in one is named."""

# ruff: noqa: S608 (the forger writes SQL)

from __future__ import annotations

from collections.abc import Callable

import pytest

from hotline.domain import companies, controls, desk, meetings
from hotline.domain.act import CALLER, COMMAND
from hotline.domain.calls import Call
from hotline.domain.parties import Mode, Role
from hotline.domain.staff import Staff
from hotline.domain.verifying import What
from hotline.domain.waits import Wait
from hotline.runtime import Runtime
from tests import given
from tests.domain.talks import Talk
from tests.domain.test_agreeing import changed, found
from tests.tampering import forging, run
from tests.world import Cast, Person

# The columns that the line, the desk and the reports are made from.
READ = {
    "waits": {"joined_at", "longest_gap_ms", "gap_limit_seconds", "state", "why", "agent_id", "ended_at", "emergency"},
    "agent_offers": {"staff_id", "rung_at", "answered_at", "answer"},
    "meetings": {"agent_id", "began_at", "met_at", "ended_at", "held_seconds", "dropped", "state"},
    "parties": {"meeting_id", "staff_id", "role", "mode", "state", "joined_at", "left_at"},
}


@pytest.fixture
def talk(runtime: Runtime, cast: Cast) -> Talk:
    """Chen waited and met Lin; Zhou was asked in and left, Sun listened, then joined; all is over."""
    made = Talk(runtime, cast)
    leg = made.talk()
    with made.acting() as act:
        desk.put_through(act, desk.locked(act, 1))
    asked = made.does(controls.invite, _row(made, cast.zhou), Role.EXPERT, cast.lin.id)
    made.joins(asked.call_id)
    listens = made.does(controls.supervise, _row(made, cast.sun), Mode.LISTEN)
    made.joins(listens.call_id)
    made.does(controls.change_mode, cast.sun.id, Mode.COACH)
    for one in (asked.call_id, listens.call_id):
        made.leaves(one)
    made.does(controls.hold, cast.lin.id)
    made.does(controls.resume, cast.lin.id)
    made.does(meetings.end, cast.lin.id)
    made.leaves(made.call_id)
    made.leaves(leg)
    other = Talk(runtime, cast)
    other.free(cast.zhou)
    with runtime.act(CALLER) as act:
        other.call_id = given.call(act, cast, sid="CA" + "2" * 32).id
        companies.get(act, cast.heat.id)
        desk.join(act, act.session.get_one(Call, other.call_id))
    other.accepts(other.offered())
    return made


def _row(made: Talk, who: Person) -> Staff:
    with made.runtime.look(COMMAND) as act:
        return given.person(act, who)


def test_a_conversation_agrees_with_its_rows_at_every_moment(runtime: Runtime, cast: Cast) -> None:
    """Rung, declined, accepted, dropped, back in the line, met again, passed on and over."""
    talk = Talk(runtime, cast)
    steps: list[Callable[[], object]] = [
        lambda: talk.free(cast.lin, cast.zhou),
        talk.waits,
        lambda: talk.accepts(talk.offered()),
        lambda: talk.joins(talk.call_id),
        lambda: talk.joins(talk.party(cast.lin).call_id),
        lambda: talk.does(controls.hold, cast.lin.id),
        lambda: talk.leaves(talk.party(cast.lin).call_id),
        lambda: talk.leaves(talk.call_id),
    ]
    for number, step in enumerate(steps):
        step()
        with runtime.look(COMMAND) as act:
            # That a telephone was answered is written by the voice room, which is not here.
            odd = [one for one in found(act.session) if ": calls " not in one]
            assert (number, odd) == (number, [])


def test_a_changed_column_is_named_with_its_row(talk: Talk) -> None:
    for name, column in [(table, column) for table in READ for column in sorted(READ[table])]:
        with forging(talk.runtime) as session:
            assert changed(session, name, 1, column) == 1
            named = f"call:1: {What.ROW}: {name} 1 {column}"
            assert named in found(session)
            assert named in found(session, "call:1")


def test_what_is_removed_or_moved_to_another_call_is_named(talk: Talk) -> None:
    with talk.runtime.look(COMMAND) as act:
        other = act.session.get_one(Wait, 2).chain
    with forging(talk.runtime) as session:
        run(session, "DELETE FROM parties WHERE id = 2")
        assert f"call:1: {What.ROW_GONE}: parties 2" in found(session)
    with forging(talk.runtime) as session:
        run(session, f"UPDATE waits SET call_id = {other.removeprefix('call:')} WHERE id = 1")
        assert f"{other}: {What.ROW_UNTOLD}: waits 1" in found(session)
    with forging(talk.runtime) as session:
        run(session, "UPDATE waits SET call_id = NULL, longest_gap_ms = 5 WHERE id = 1")
        assert f"call:1: {What.ROW}: waits 1 call_id" in found(session)
        assert f"call:1: {What.ROW}: waits 1 call_id" in found(session, "call:1")
