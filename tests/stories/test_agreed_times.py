"""A time that was agreed comes, whatever happened before it; and nobody is rung at night for what piled up (CBK-3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from hotline.domain import callbacks
from tests.desk import Desk
from tests.line import Line
from tests.stories.test_callbacks import attempts, misses, owed, today, waits_until
from tests.stories.test_chosen_time import gives_the_number, local
from tests.stories.test_return_visits import asked
from tests.visiting import mended
from tests.world import SHANGHAI


def is_rung_in_vain(line: Line, desk: Desk) -> None:
    """Lin sits down, accepts, and the customer lets it ring; then Lin goes home."""
    lin = line.cast.lin
    desk.sits(lin)
    desk.takes(lin)
    line.phone("unknown").rings().lets_it_ring()
    line.passes(seconds=60)
    desk.goes_home(lin)


def is_reached(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    desk.takes(lin)
    line.phone("unknown").rings().answers().hears("方便通话请按1").presses("1").hears("♪ beep").hangs_up()
    line.passes(seconds=2)


def test_whoever_chose_the_evening_and_rings_again_in_vain_is_rung_at_once_and_in_the_evening(
    line: Line, desk: Desk
) -> None:
    gives_the_number(line).hears("今天晚上18点到20点30分请按3", 60).presses("3").hears("单号是", 60).hangs_up()
    line.passes(minutes=30)
    misses(line)
    line.passes(seconds=2)
    is_rung_in_vain(line, desk)
    assert (owed(line).next_at, owed(line).attempts) == (local(line, 0, 18), 0), "they said when they are there"
    waits_until(line, local(line, 0, 18))
    is_reached(line, desk)
    assert line.promised(line.case())["CBK-3.time"] == "kept"
    assert [one.outcome for one in attempts(line)] == ["no-answer", "reached"]


def test_an_agent_who_rings_in_vain_before_an_agreed_time_leaves_it_to_be_kept(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    misses(line)
    line.passes(seconds=2)
    agreed = datetime(2026, 11, 21, 9, 30, tzinfo=SHANGHAI)  # a Saturday
    with desk.by(lin) as act:
        callbacks.plan(act, owed(line).id, at=agreed, by=lin.id)
    desk.sits(lin)
    desk.calls_out(lin, line.case().id)
    line.phone("lin").rings().answers().hears("请按1").presses("1")
    line.phone("unknown").rings().lets_it_ring()
    line.passes(seconds=90)
    desk.goes_home(lin)
    assert (owed(line).next_at, [one.outcome for one in attempts(line)]) == (agreed, ["no-answer"])
    waits_until(line, agreed)
    is_reached(line, desk)
    assert line.promised(line.case())["CBK-3.time"] == "kept"


def test_what_piled_up_in_the_evening_waits_for_the_morning(line: Line, desk: Desk) -> None:
    waits_until(line, today(line, 20, 50))
    for who in ("unknown", "chen"):
        misses(line, who)
    waits_until(line, today(line, 20, 58))
    lin = line.cast.lin
    desk.sits(lin)
    desk.takes(lin)
    talks = line.phone("unknown").rings().answers().hears("方便通话请按1").presses("1").hears("♪ beep")
    waits_until(line, today(line, 21, 0) + timedelta(minutes=1))
    talks.hangs_up()
    desk.wraps_up(lin)
    line.phone("lin").does_not_ring(60)
    line.phone("chen").does_not_ring(60)
    desk.goes_home(lin)
    waits_until(line, local(line, 1, 8))
    desk.sits(lin)
    desk.takes(lin)
    line.phone("chen").rings().answers().hears("方便通话请按1").presses("1").hears("♪ beep").hangs_up()


def test_whoever_cannot_talk_when_one_of_ours_rings_is_rung_at_another_time_of_the_day(line: Line, desk: Desk) -> None:
    misses(line)
    desk.sits(line.cast.lin)
    desk.takes(line.cast.lin)
    line.phone("unknown").rings().answers().hears("方便通话请按1").presses("2").hears("我们再给您回电")
    line.passes(seconds=10)
    assert [one.outcome for one in attempts(line)] == ["not-now"]
    again = owed(line).next_at
    assert again is not None
    assert local(line, 0, 12) <= again < local(line, 0, 14), "at noon"


def test_whoever_cannot_talk_when_the_machine_asks_is_asked_at_another_time_of_the_day(line: Line) -> None:
    mended(line.runtime, line.cast)
    asked(line).presses("2").hears("我们再给您回电")
    line.passes(seconds=10)
    assert [one.outcome for one in attempts(line)] == ["not-now"]
    assert owed(line).state == "open"
