"""Numbers kept in bad times: none is lost to a crash, to another machine, or to the same caller keying in another."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from hotline import serving, spool
from hotline.domain import callbacks, cases
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.jobs import routine
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from hotline.spool import KeptCall
from tests import world
from tests.line import Line
from tests.voice.ring import Rings
from tests.world import Cast, HandClock

SID = "CA" + "7" * 32


def keep(runtime: Runtime, number: str, called: str, at: HandClock, sid: str = SID) -> None:
    kept = KeptCall(sid, called, PhoneNumber(number), at.now)
    spool.keep(runtime.settings.hotline_var, runtime.sealer, kept)


def files(runtime: Runtime) -> list[Path]:
    return list((runtime.settings.hotline_var / spool.FOLDER).iterdir())


def contacts(runtime: Runtime) -> list[str]:
    with runtime.look(COMMAND) as act:
        return [cases.unseal(act, case, case.details["sealed_contact"]) for case in act.session.query(Case)]


def test_a_number_keyed_in_while_the_first_is_looked_at_is_not_lost(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    keep(runtime, "+8613900000077", cast.heat.number, at)
    for path, _first in spool.taken(runtime.settings.hotline_var, runtime.sealer):
        keep(runtime, "+8613900000078", cast.heat.number, at)
        path.unlink()
    routine.open_kept_calls(runtime)
    assert contacts(runtime) == ["+8613900000078"]
    assert files(runtime) == []


def test_what_was_taken_before_a_crash_comes_again(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    keep(runtime, "+8613900000077", cast.heat.number, at)
    for _taken in spool.taken(runtime.settings.hotline_var, runtime.sealer):
        break
    routine.open_kept_calls(runtime)
    assert contacts(runtime) == ["+8613900000077"]


def test_of_two_processes_one_finds_the_numbers(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    keep(runtime, "+8613900000077", cast.heat.number, at)
    for _taken in spool.taken(runtime.settings.hotline_var, runtime.sealer):
        assert list(spool.taken(runtime.settings.hotline_var, runtime.sealer)) == []


def test_a_web_process_opens_what_its_own_disk_kept(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    keep(runtime, "+8613900000077", cast.heat.number, at)
    serving.ring_back(runtime, Rounds(2))
    assert contacts(runtime) == ["+8613900000077"]


def test_a_web_process_goes_on_looking_when_the_database_is_gone(
    runtime: Runtime, cast: Cast, at: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    keep(runtime, "+8613900000077", cast.heat.number, at)
    engine, runtime.engine = runtime.engine, None  # type: ignore[assignment]
    serving.ring_back(runtime, Rounds(3))
    runtime.engine = engine
    assert [record.message for record in caplog.records] == ["kept calls wait: AttributeError"]
    serving.ring_back(runtime, Rounds(1))
    assert contacts(runtime) == ["+8613900000077"]


class Rounds(threading.Event):
    """Stops after so many rounds, and waits for none."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self._left = rounds

    def wait(self, timeout: float | None = None) -> bool:
        self._left -= 1
        return self._left < 0


def test_a_complaint_that_was_being_told_is_kept_besides_the_callback(
    rings: Rings, runtime: Runtime, line: Line, cast: Cast, at: HandClock
) -> None:
    ring = rings(to=cast.home.number, from_=cast.chen.number.e164).begins().presses("31")
    keep(runtime, cast.chen.number.e164, cast.home.number, at, sid=ring.sid)
    routine.open_kept_calls(runtime)
    ring.hangs_up()
    assert [case.kind for case in line.cases()] == ["callback", "complaint"]


def test_whoever_is_rung_back_already_and_had_told_nothing_is_not_promised_it_twice(
    rings: Rings, runtime: Runtime, line: Line, cast: Cast, at: HandClock
) -> None:
    ring = rings().begins().presses("2")
    keep(runtime, ring.standard["From"], cast.heat.number, at, sid=ring.sid)
    routine.open_kept_calls(runtime)
    ring.hangs_up()
    assert [case.kind for case in line.cases()] == ["callback"]


def test_whoever_is_owed_a_call_back_is_rung_once_however_often_they_were_kept(
    line: Line, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    caller = world.number(77).e164
    for sid in (SID, "CA" + "8" * 32):
        for _ in range(2):
            keep(runtime, caller, cast.heat.number, at, sid=sid)
            routine.open_kept_calls(runtime)
        line.passes(minutes=1)
    case = line.case()
    assert line.promised(case) == {"ANS-10.callback": "open"}
    told = [kind for kind, _fields in line.chain(case.chain)]
    assert (told.count("callback-owed"), told.count("callback-asked-again"), told.count("promise-made")) == (1, 1, 1)
    with runtime.look(COMMAND) as act:
        [owed] = callbacks.of_case(act, case.id)
        assert (owed.style, owed.state, owed.next_at) == ("talk", "open", owed.made_at)
    assert {call.case_id for call in line.calls()} == {case.id}
