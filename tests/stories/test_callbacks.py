"""Whoever could not be served is rung until they are reached, at hours that suit, and never twice (CBK-1 to CBK-3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from hotline.domain import callbacks, notices
from hotline.domain.callbacks import Attempt, Callback
from hotline.simulator.phone import Phone
from tests.desk import Desk
from tests.line import Line
from tests.stories.test_line import asks_for_a_person
from tests.world import SHANGHAI


def misses(line: Line, who: str = "unknown") -> None:
    """Somebody rings, hears the menu, and hangs up."""
    line.rings(who).hears("找工作人员请按0").hangs_up()


def owed(line: Line) -> Callback:
    """The only callback there is."""
    with line.look() as act:
        return act.session.scalars(select(Callback)).one()


def attempts(line: Line) -> list[Attempt]:
    with line.look() as act:
        return callbacks.attempts_of(act, owed(line).id)


def waits_until(line: Line, at: datetime) -> None:
    """Nobody sits at the desk meanwhile."""
    line.passes(seconds=(at - line.at.now).total_seconds())


def today(line: Line, hour: int, minute: int = 0) -> datetime:
    return line.at.now.astimezone(SHANGHAI).replace(hour=hour, minute=minute, second=0, microsecond=0)


def voicemail_answers(line: Line, desk: Desk) -> Phone:
    """Lin sits down, takes the call back, and the customer's machine picks up; then Lin goes home."""
    lin = line.cast.lin
    desk.sits(lin)
    desk.takes(lin)
    machine = line.phone("unknown").rings().goes_to_voicemail()
    machine.hears("这里是安心热力", 60).hears("我们再给您回电")
    line.passes(seconds=10)
    desk.goes_home(lin)
    return machine


def test_a_missed_call_is_returned_within_half_an_hour(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    misses(line)
    line.passes(minutes=20)
    assert line.promised(line.case()) == {"CBK-2.missed": "open"}
    desk.sits(lin)
    agent = line.phone("lin").rings().answers().hears("由我们拨通客户").hears("接听请按1").presses("1")
    rung = line.phone("unknown").rings().answers().hears("您好，安心热力，0 0 1号为您服务").hears("您给我们打过电话")
    rung.hears("方便通话请按1").presses("1")
    agent.hears("♪ beep").speaks("您好")
    rung.hears("您好").hangs_up()
    assert line.promised(line.case()) == {"CBK-2.missed": "kept"}
    [attempt] = attempts(line)
    assert (owed(line).state, attempt.outcome) == ("reached", "reached")
    desk.wraps_up(lin)
    line.phone("unknown").does_not_ring(60)


def test_three_voicemails_in_three_slots_are_told_to_the_owner_the_supervisor_and_the_customer(
    line: Line, desk: Desk
) -> None:
    line.changes(line.cast.heat, answering={"not_heard_retries": 1})  # the machine here records for half a minute
    misses(line)
    voicemail_answers(line, desk)
    for hour in (12, 18):
        waits_until(line, today(line, hour) - timedelta(seconds=2))
        assert owed(line).state == "open"
        line.passes(seconds=2)
        voicemail_answers(line, desk)
    made = attempts(line)
    assert [one.slot for one in made] == ["morning", "noon", "evening"]
    assert {one.outcome for one in made} == {"no-key"}
    assert all(one.began_at >= one.due_at for one in made), "nobody is rung before it is due"
    assert (owed(line).state, owed(line).next_at) == ("unreached", None)
    with line.look() as act:
        told = {one.staff_id for one in act.session.scalars(select(notices.Notice)) if one.text == "callback-unreached"}
    assert told == {line.case().owner_id, line.cast.sun.id}
    line.phone("unknown").receives("多次给您回电未能接通", 60)
    assert line.promised(line.case()) == {"CBK-2.missed": "broken"}, "the verdict stands as it is"


def test_a_time_that_was_agreed_is_kept_to_the_minute_on_a_day_off_too(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    line.rings("unknown").hears("咨询请按4").presses("4").hears("提示音后").stays_silent(8).speaks(
        "能开发票吗"
    ).presses("#").hears("给您回电，对吗").presses("1").hears("单号是").hangs_up()
    assert owed(line).next_at is None, "somebody has to find the answer first"
    agreed = datetime(2026, 11, 21, 9, 30, tzinfo=SHANGHAI)  # a Saturday
    with desk.by(lin) as act:
        callbacks.plan(act, owed(line).id, at=agreed, by=lin.id)
    waits_until(line, agreed - timedelta(seconds=10))
    desk.sits(line.cast.zhou, lin)
    line.phone("lin").does_not_ring(9)
    desk.takes(lin)
    line.phone("unknown").rings().answers().hears("方便通话请按1").presses("1").hears("♪ beep").hangs_up()
    assert line.promised(line.case())["CBK-3.time"] == "kept"
    [attempt] = attempts(line)
    assert timedelta() <= attempt.began_at - agreed < timedelta(seconds=1)


def test_whoever_rings_in_and_is_served_is_not_rung(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    misses(line)
    line.passes(minutes=1)
    again = asks_for_a_person(line, "unknown").hears("给您回电，对吗").hangs_up()
    line.passes(seconds=2)
    assert line.promised(line.case()) == {"CBK-2.missed": "open"}, "a second call joins the first"
    again.dial(line.cast.heat.number).hears("找工作人员请按0")
    desk.sits(lin)
    line.phone("lin").does_not_ring(1)  # the customer is on the line
    again.presses("0")
    desk.takes(lin)
    again.hears("♪ beep").hangs_up()
    line.passes(seconds=2)
    desk.wraps_up(lin)
    line.phone("lin").does_not_ring(70)
    assert owed(line).state == "served"
    assert line.promised(line.case()) == {"CBK-2.missed": "kept"}
    assert "callback-served" in [kind for kind, _fields in line.chain(line.case().chain)]


def test_whoever_rings_in_while_their_call_back_stands_in_line_goes_on_at_its_place(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    misses(line)
    desk.sits(lin)
    line.phone("lin").rings()
    caller = asks_for_a_person(line, "unknown")
    line.passes(seconds=2)
    [wait] = desk.waits()
    theirs = [call.id for call in line.calls() if call.direction == "in"]
    assert (wait.kept, wait.callback_id, wait.call_id) == (False, None, theirs[-1])
    caller.hangs_up()
    line.passes(seconds=2)
    assert attempts(line)[0].outcome == "rang-in"
    desk.takes(lin)
    line.phone("unknown").rings().answers().hears("方便通话请按1").presses("1").hears("♪ beep").hangs_up()
    assert owed(line).state == "reached"
