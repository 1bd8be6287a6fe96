"""Whoever fills in a form on the web is rung as if they had called, at the time they chose, and nobody by a trick."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from hotline.domain.callbacks import Attempt
from tests.api.sender import CALLBACKS, Sender, said
from tests.desk import Desk
from tests.line import Line
from tests.world import SHANGHAI

MORNING = datetime(2026, 11, 19, 9, 30, tzinfo=SHANGHAI)


def form(line: Line) -> Sender:
    """The web form of the heating company."""
    return Sender(line.app, line.runtime, line.cast.heat)


def test_half_past_nine_chosen_over_the_web_is_half_past_nine(line: Line, desk: Desk) -> None:
    lin, web = line.cast.lin, form(line)
    wish = {"phone": line.cast.unknown.e164, "question": "暖气费怎么交", "at": MORNING.isoformat()}
    number = said(web.wants(**wish))["number"]
    line.phone("unknown").receives(number, 60)
    line.passes(seconds=(MORNING - line.at.now).total_seconds() - 10)
    desk.sits(line.cast.zhou, lin)
    line.phone("lin").does_not_ring(9)
    desk.takes(lin)
    line.phone("unknown").rings().answers().hears("您好，安心热力").hears("方便通话请按1").presses("1").hears(
        "♪ beep"
    ).hangs_up()
    assert line.promised(line.case()) == {"CBK-3.time": "kept"}
    with line.look() as act:
        [attempt] = act.session.scalars(select(Attempt))
    assert timedelta() <= attempt.began_at - MORNING < timedelta(seconds=1)
    found = said(web.asks(number, of=CALLBACKS))
    assert (found["callback"], found["next"], found["promises"][0]["verdict"]) == ("reached", None, "kept")


def test_whoever_asks_over_the_web_and_then_rings_in_is_not_rung(line: Line, desk: Desk) -> None:
    web = form(line)
    number = said(web.wants(phone=line.cast.unknown.e164, at=MORNING.isoformat()))["number"]
    desk.sits(line.cast.lin)
    caller = line.rings("unknown").hears("请按0").presses("0")
    desk.takes(line.cast.lin)
    caller.hears("♪ beep", 30).hangs_up()
    desk.goes_home(line.cast.lin)
    assert said(web.asks(number, of=CALLBACKS))["callback"] == "served"
    line.passes(seconds=(MORNING - line.at.now).total_seconds())
    line.phone("unknown").does_not_ring(60)


def test_whoever_rings_from_a_number_that_is_not_rung_is_asked_for_another(line: Line) -> None:
    caller = line.rings("+85263000000").hears("请按0").presses("0").hears("请输入您的联系电话", 60)
    caller.presses("16812345#").hears("请输入您的联系电话", 60)
    caller.presses(f"{line.cast.unknown.national}#").hears("您的联系电话是1 3 9 0 0 0 0 0 0 9 9，对吗").presses("1")
    caller.hears("单号是", 60).hangs_up()
    assert list(line.promised(line.case())) == ["ANS-3.callback"]


def test_whoever_hangs_up_on_such_a_number_is_on_record_and_promised_nothing(line: Line) -> None:
    line.rings("+85263000000").hears("找工作人员请按0").hangs_up()
    assert line.promised(line.case()) == {}
    line.phone("+85263000000").does_not_ring(60)
