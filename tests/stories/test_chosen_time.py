"""Whoever asks to be rung back says at what time of day, and is rung then and not before (CBK-3, ANS-3, ANS-8)."""

from __future__ import annotations

from datetime import datetime, timedelta

from hotline.simulator.phone import Phone
from tests.desk import Desk
from tests.line import Line
from tests.stories.test_callbacks import attempts, owed, today, waits_until
from tests.stories.test_line import asks_for_a_person


def gives_the_number(line: Line, who: str = "unknown") -> Phone:
    """Nobody is at the desk: somebody rings, wants a person, and confirms the number."""
    return asks_for_a_person(line, who).hears("给您回电，对吗").presses("1").hears("您希望什么时候接电话")


def local(line: Line, day: int, hour: int, minute: int = 0) -> datetime:
    return today(line, hour, minute) + timedelta(days=day)


def test_whoever_chooses_the_evening_is_rung_in_the_evening(line: Line, desk: Desk) -> None:
    caller = gives_the_number(line)
    caller.hears("尽快请按1").hears("今天中午12点到14点请按2").hears("今天晚上18点到20点30分请按3")
    caller.hears("明天上午9点到11点30分请按4").presses("3")
    caller.hears("我们今天晚上18点到20点30分给您回电").hangs_up()
    assert line.promised(line.case()) == {"CBK-3.time": "open"}
    evening = owed(line)
    assert (evening.next_at, evening.until_at) == (local(line, 0, 18), local(line, 0, 20, 30))
    line.phone("unknown").receives("20:30", 60)
    desk.sits(line.cast.lin)
    line.phone("lin").does_not_ring(5)
    desk.goes_home(line.cast.lin)
    waits_until(line, local(line, 0, 18) - timedelta(seconds=2))
    desk.sits(line.cast.lin)
    line.phone("lin").does_not_ring(1)
    desk.takes(line.cast.lin)
    line.phone("unknown").rings().answers().hears("方便通话请按1").presses("1").hears("♪ beep").hangs_up()
    assert line.promised(line.case()) == {"CBK-3.time": "kept"}
    [attempt] = attempts(line)
    assert attempt.slot == "evening"


def test_whoever_says_when_in_so_many_words_is_understood(line: Line) -> None:
    gives_the_number(line).hears("请按4").speaks("明天上午吧").hears("我们明天上午9点到11点30分给您回电").hangs_up()
    assert owed(line).next_at == local(line, 1, 9)


def test_whoever_says_nothing_is_asked_once_more_and_rung_as_soon_as_possible(line: Line) -> None:
    caller = gives_the_number(line).hears("不选就尽快给您回电", 60)
    caller.hears("单号是", 60).does_not_hear("费心").hangs_up()
    assert line.promised(line.case()) == {"ANS-3.callback": "open"}
    assert owed(line).next_at == owed(line).made_at


def test_whoever_hangs_up_at_the_question_is_rung_all_the_same(line: Line) -> None:
    gives_the_number(line).hangs_up()
    assert line.promised(line.case()) == {"CBK-2.missed": "open"}
    assert owed(line).state == "open"


def test_a_place_in_the_line_is_given_up_for_the_time_that_was_chosen(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    caller = asks_for_a_person(line, "unknown")
    line.phone("lin").rings().lets_it_ring()
    caller.hears("不想等，请按1", 120).presses("1").hears("给您回电，对吗").presses("1")
    caller.hears("今天中午12点到14点请按2").presses("2").hears("我们今天中午12点到14点给您回电").hangs_up()
    assert [(one.state, one.kept) for one in desk.waits()] == [("taken", False)]
    line.phone("lin").does_not_ring(60)


def test_whoever_rings_again_and_chooses_is_promised_that_time_instead(line: Line) -> None:
    gives_the_number(line).presses("1").hears("单号是").hangs_up()
    line.passes(minutes=5)
    gives_the_number(line).presses("2").hears("我们今天中午12点到14点给您回电").hangs_up()
    assert line.promised(line.case()) == {"ANS-3.callback": "excused", "CBK-3.time": "open"}
    assert owed(line).next_at == local(line, 0, 12)


def test_where_the_profile_offers_no_times_nobody_is_asked(line: Line) -> None:
    line.changes(line.cast.heat, callbacks={"offers_times": False})
    caller = asks_for_a_person(line, "unknown").hears("给您回电，对吗").presses("1")
    caller.hears("单号是").does_not_hear("什么时候").hangs_up()


def test_at_night_a_company_with_office_hours_offers_no_evening(line: Line) -> None:
    waits_until(line, local(line, 0, 22))
    caller = line.rings("unknown", "home").hears("请按0").presses("0").hears("给您回电，对吗").presses("1")
    caller.hears("明天上午9点到11点30分请按2").hears("明天中午12点到14点请按3").does_not_hear("晚上").hangs_up()
