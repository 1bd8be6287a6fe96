"""Whoever rings about an open matter reaches its owner first, then a colleague; the owner stays (OWN-1, OWN-5)."""

from __future__ import annotations

from hotline.domain.seats import Status
from tests.desk import Desk
from tests.line import Line
from tests.stories.test_line import asks_for_a_person


def with_an_open_matter(line: Line) -> None:
    """Chen reported a fault, which Lin answers for."""
    line.tells("cold_radiator")
    assert line.case().owner_id == line.cast.lin.id


def test_the_owner_is_rung_although_a_colleague_is_longer_idle(line: Line, desk: Desk) -> None:
    with_an_open_matter(line)
    desk.sits(line.cast.zhou, line.cast.lin)
    caller = asks_for_a_person(line, "chen")
    line.phone("lin").rings().answers().hears("这位客户的事由您负责").hears("接听请按1").presses("1")
    caller.hears("0 0 1号为您服务")


def test_the_owner_in_a_call_is_waited_for_as_long_as_patience_lasts(line: Line, desk: Desk) -> None:
    with_an_open_matter(line)
    desk.sits(line.cast.lin)
    other = asks_for_a_person(line, "unknown")
    desk.takes(line.cast.lin)
    desk.sits(line.cast.zhou)
    line.passes(seconds=10)
    caller = asks_for_a_person(line, "chen").hears("下一位就是您")
    line.phone("zhou").does_not_ring(10)
    other.hangs_up()
    desk.wraps_up(line.cast.lin)
    desk.takes(line.cast.lin)
    caller.hears("0 0 1号为您服务")


def test_after_patience_a_colleague_answers_and_the_owner_stays(line: Line, desk: Desk) -> None:
    with_an_open_matter(line)
    desk.sits(line.cast.lin)
    asks_for_a_person(line, "unknown")
    desk.takes(line.cast.lin)
    desk.sits(line.cast.zhou)
    caller = asks_for_a_person(line, "chen").hears("下一位就是您")
    line.phone("zhou").rings(45)
    desk.takes(line.cast.zhou)
    caller.hears("♪ beep").hangs_up()
    assert line.case().owner_id == line.cast.lin.id


def test_an_owner_who_is_away_is_not_waited_for_and_stays_the_owner(line: Line, desk: Desk) -> None:
    with_an_open_matter(line)
    desk.sits(line.cast.lin, line.cast.zhou)
    desk.is_now(line.cast.lin, Status.BREAK)
    caller = asks_for_a_person(line, "chen")
    line.phone("zhou").rings(5)
    desk.takes(line.cast.zhou)
    caller.hears("♪ beep").hangs_up()
    [call] = [one for one in line.calls() if one.direction == "in"][1:]
    assert line.case().owner_id == line.cast.lin.id
    assert call.owner_id == line.cast.zhou.id, "who answered owns the call"
